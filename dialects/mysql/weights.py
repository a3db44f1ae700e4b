"""What MySQL and MariaDB compare text by: the server itself weighs the values, under any collation it has."""

from __future__ import annotations

import json

import pyarrow as pa

from dialects.mysql.types import collation_name

EXACT = ("utf8mb4_0900_bin", "utf8mb4_nopad_bin", "utf8mb3_nopad_bin", "binary")
"""Equal under these is equal in every byte."""
WEIGHTS = """\
SELECT HEX(WEIGHT_STRING({value} COLLATE {collation})) FROM JSON_TABLE(CONVERT(x'{values}' USING utf8mb4),
  '$[*]' COLUMNS (place FOR ORDINALITY, value LONGTEXT CHARACTER SET utf8mb4 PATH '$')) AS listed ORDER BY place"""


def weigher(native: str) -> str:
    """The collation to weigh a column's values by; empty where only equal texts are equal."""
    collation = collation_name(native)
    return "" if collation in EXACT else collation


def query(collation: str, values: pa.Array) -> str:
    """One row per value in their order. Trailing spaces count only in collations without padding."""
    value = f"CONVERT(value USING {collation.partition('_')[0]})"
    if "nopad" not in collation and "0900" not in collation:
        value = f"TRIM(TRAILING ' ' FROM {value})"
    octets = json.dumps(values.to_pylist(), ensure_ascii=False).encode().hex()
    return WEIGHTS.format(value=value, collation=collation, values=octets)
