"""Constant arrays as pg_get_expr prints them, as JSON: what a default is on engines that keep arrays as JSON."""

from __future__ import annotations

import json
import re

TEXTS, INTEGERS = r"(?:text|character varying)", r"(?:smallint|integer|bigint)"
BRACES = re.compile(rf"^'\{{(.*)\}}'::(?:({TEXTS})|({INTEGERS})|[^']+)\[\]$", re.DOTALL)
LISTED = re.compile(r"^\(?ARRAY\[(.*?)\](?:\)?::[a-z ]+\[\])?$", re.DOTALL)
PLAIN = re.compile(r'[^\s"\\{},][^"\\{},]*')
STRING = re.compile(rf"'((?:[^']|'')*)'(?:::{TEXTS})?")
WHOLE = re.compile(r"-?\d+")


def array_json(text: str) -> str:
    """The array as JSON, empty where it is no constant of one dimension whose members are plain texts or integers."""
    if (found := BRACES.match(text)) is not None:
        return _braced(found[1].replace("''", "'"), found[2], found[3])
    if (found := LISTED.match(text)) is not None:
        return _listed(found[1])
    return ""


def _braced(members: str, texts: str | None, integers: str | None) -> str:
    parts = members.split(",") if members else []
    if parts and not (texts or integers):
        return ""
    pattern = WHOLE if integers else PLAIN
    if not all(pattern.fullmatch(part) and part.upper() != "NULL" and part == part.strip() for part in parts):
        return ""
    return _json([int(part) for part in parts] if integers else parts)


def _listed(members: str) -> str:
    """Only where nothing but constants and commas stands between the brackets."""
    texts = [found.replace("''", "'") for found in STRING.findall(members)]
    if not STRING.sub("", members).replace(",", "").strip() and STRING.sub("", members).count(",") == len(texts) - 1:
        return _json(texts)
    numbers = [part.strip() for part in members.split(",")] if members.strip() else []
    return _json([int(number) for number in numbers]) if all(map(WHOLE.fullmatch, numbers)) else ""


def _json(members: list[str] | list[int]) -> str:
    return json.dumps(members, ensure_ascii=False)
