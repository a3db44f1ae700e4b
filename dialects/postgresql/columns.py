"""Columns of the catalogue as values: domains resolved into what they mean, owned sequences into identities."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dialects.postgresql.defaults import default_from
from dialects.postgresql.spelling import quote
from dialects.postgresql.types import FAMILY, logical_type
from mappings import types as t
from mappings.schema import Check, Column, Expression, Generated, Identity, NotCarried

Row = Any
"""A row of `queries` with its columns as attributes."""

TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\bVALUE\b""")
"""Strings and quoted names, so that only the bare word VALUE of a domain's check is found."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column's type amounts to once domains are taken apart, innermost first."""

    type: t.LogicalType
    native: str
    nullable: bool = True
    default: str | None = None
    collation: str | None = None
    checks: tuple[tuple[str, str], ...] = ()
    domain: str = ""


class Types:
    """The types that users and extensions made, by their numbers."""

    def __init__(self, rows: list[Row], money_digits: int) -> None:
        self._rows: Mapping[int, Row] = {row.oid: row for row in rows}
        self._money_digits = money_digits

    def meaning(self, number: int, native: str) -> Meaning:
        """What the type with this number and this text means."""
        row = self._rows.get(number)
        if row is None:
            return Meaning(logical_type(native, money_digits=self._money_digits), native)
        if row.kind == "d":
            return self._domain(row)
        if row.kind == "e":
            return Meaning(t.Enum(tuple(row.labels), native), native)
        if row.element:
            element = self.meaning(row.element, native[:-2])
            text = f"{element.native}[]"
            return Meaning(t.Array(element.type, FAMILY, text), text, domain=element.domain)
        bare = native.replace(row.text, row.name, 1) if row.extended else native
        return Meaning(logical_type(bare), bare)

    def _domain(self, row: Row) -> Meaning:
        base = self.meaning(row.base, row.base_text)
        return replace(
            base,
            nullable=base.nullable and not row.required,
            default=row.expression or base.default,
            collation=row.collation or base.collation,
            checks=base.checks + tuple((name, sql) for name, sql in row.checks),
            domain=row.text,
        )


@dataclass(frozen=True, slots=True)
class Reflected:
    """A column, the checks that its domain brings, and what of it is left behind."""

    column: Column
    checks: tuple[Check, ...]
    not_carried: tuple[NotCarried, ...]


def reflected(row: Row, types: Types, positions: Mapping[str, tuple[int, bool]], table: str) -> Reflected:
    """A row of COLUMNS as a value. `positions` are the last value of each sequence and whether it was given."""
    meaning = types.meaning(row.type, row.native)
    kind = meaning.type
    collation = row.collation or meaning.collation
    if isinstance(kind, t.Text) and collation is not None:
        kind = replace(kind, collation=t.Collation(FAMILY, collation, bool(row.insensitive)))
    generated = Generated(Expression(FAMILY, row.expression), row.generated == "s") if row.generated else None
    identity = _identity(row, positions) if row.sequence else None
    column = Column(
        name=row.name,
        type=kind,
        native=meaning.native,
        nullable=row.nullable and meaning.nullable,
        default=None if identity or generated else default_from(row.expression or meaning.default, kind),
        identity=identity,
        generated=generated,
        comment=row.comment,
    )
    checks = tuple(_check(row.name, name, sql) for name, sql in meaning.checks)
    return Reflected(column, checks, _left(row, meaning, f"{table}.{row.name}"))


def _identity(row: Row, positions: Mapping[str, tuple[int, bool]]) -> Identity:
    last, given = positions.get(row.sequence, (None, False))
    upcoming = last + row.increment if last is not None and given else last
    return Identity(always=row.identity == "a", start=row.start, increment=row.increment, next=upcoming)


def _check(column: str, name: str, sql: str) -> Check:
    """The domain's check on its column; named after both, because two columns may share the domain."""
    quoted = quote(column)
    text = TOKEN.sub(lambda found: quoted if found[0] == "VALUE" else found[0], sql)
    return Check(f"{column}_{name}", Expression(FAMILY, text))


def _left(row: Row, meaning: Meaning, place: str) -> tuple[NotCarried, ...]:
    items = []
    if meaning.domain:
        array = meaning.native.endswith("[]")
        rules = "the rules of its elements are not kept" if array else "its rules are kept"
        items.append(NotCarried("domain", place, f"{meaning.domain} becomes {meaning.native}: {rules}"))
    if row.sequence:
        items += [NotCarried("sequence option", place, f"{option} is not kept") for option in _options(row)]
    return tuple(items)


def _options(row: Row) -> list[str]:
    bits = {"smallint": 16, "integer": 32}.get(row.native, 64)
    low, high = t.Integer(bits).bounds
    least, greatest = (1, high) if row.increment > 0 else (low, -1)
    options = [f"minimum {row.least}"] * (row.least > least) + [f"maximum {row.greatest}"] * (row.greatest < greatest)
    return options + [f"cache {row.cache}"] * (row.cache != 1) + ["cycle"] * row.cycle
