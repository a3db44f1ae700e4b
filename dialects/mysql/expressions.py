"""Expressions of the family between its two products: what one of them prints, the other may not know."""

from __future__ import annotations

import re

from dialects.mysql.server import Server

QUOTED = r"'(?:[^'\\]|''|\\.)*'|`(?:[^`]|``)*`"
INTRODUCER = re.compile(rf"({QUOTED})|\b_utf8mb[34](?=')", re.DOTALL)
OUTSIDE_QUOTES = re.compile(QUOTED, re.DOTALL)
ONLY_MYSQL = re.compile(
    r"\b(?:regexp_like|uuid_to_bin|bin_to_uuid|is_uuid|any_value|member of|json_storage_size|json_storage_free"
    r"|json_schema_valid|json_schema_validation_report|string_to_vector|vector_to_string|st_\w+geojson)\b"
    r"|\breturning\b|\barray\)|->",
    re.IGNORECASE,
)
ONLY_MARIADB = re.compile(
    r"\b(?:nextval|lastval|setval|json_exists|json_query|json_compact|json_detailed|json_loose|json_equals"
    r"|json_normalize|natural_sort_key|to_char|add_months|sformat|chr|crc32c|uuid_v4|uuid_v7|sys_guid|vec_\w+"
    r"|decode_oracle|trim_oracle|regexp)\b(?=\s*\()",
    re.IGNORECASE,
)


def own_expression(sql: str, server: Server) -> str | None:
    """`sql` as this product takes it, None when it names what only the other one has.

    MariaDB takes a string with a character set before it, but prints it so that it cannot read it again when it
    holds a quote; the connection's own character set is the same.
    """
    foreign = ONLY_MYSQL if server.maria else ONLY_MARIADB
    if foreign.search(OUTSIDE_QUOTES.sub("''", sql)):
        return None
    return INTRODUCER.sub(lambda match: match[1] or "", sql) if server.maria else sql
