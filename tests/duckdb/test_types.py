"""Native types read and spelled: exact for every type that DuckDB's catalogue prints."""

from __future__ import annotations

import pytest

from dialects.duckdb.dialect import DuckDBDialect
from dialects.duckdb.types import logical_type, reversible
from mappings import types as t
from mappings.errors import Blocked
from mappings.schema import Column
from mappings.type_mapper import Facts, Use, settle
from tests.duckdb.conftest import Make, Open

DIALECT = DuckDBDialect("2.0.0")
READ = {
    "BOOLEAN": t.Boolean(),
    "UBIGINT": t.Integer(64, unsigned=True),
    "HUGEINT": t.Decimal(39, 0),
    "UHUGEINT": t.Decimal(39, 0),
    "BIGNUM": t.Decimal(),
    "DECIMAL(38,10)": t.Decimal(38, 10),
    "VARCHAR COLLATE nocase.noaccent": t.Text(collation=t.Collation("duckdb", "nocase.noaccent", True)),
    "VARCHAR COLLATE de": t.Text(collation=t.Collation("duckdb", "de", False)),
    "TIMESTAMP_S": t.Timestamp(0),
    "TIMESTAMP_NS": t.Dynamic("TIMESTAMP_NS", t.Timestamp()),
    "ENUM('a', 'it''s, (b)')": t.Enum(("a", "it's, (b)")),
    "BIT": t.Bits(varying=True),
    "INTEGER[][3]": t.Array(t.Array(t.Integer(32), "duckdb", "INTEGER[]"), "duckdb", "INTEGER[][3]"),
    "STRUCT(a INTEGER)": t.Opaque("duckdb", "STRUCT(a INTEGER)"),
    "SOMETHING NEW": t.Opaque("duckdb", "SOMETHING NEW"),
}
SPELLED: dict[t.LogicalType, str | None] = {
    t.Integer(24): None,
    t.Integer(32, unsigned=True): "UINTEGER",
    t.Decimal(38, 38): "DECIMAL(38,38)",
    t.Decimal(39, 0): None,
    t.Decimal(): None,
    t.Text(20): None,
    t.Text(collation=t.Collation("mysql", "utf8mb4_general_ci", True)): None,
    t.Binary(16, fixed=True): None,
    t.Timestamp(3): "TIMESTAMP",
    t.Timestamp(zoned=True): "TIMESTAMP WITH TIME ZONE",
    t.Timestamp(9): None,
    t.Json(binary=True): None,
    t.Enum(("a", "it's")): "ENUM('a', 'it''s')",
    t.Enum(()): None,
    t.Bits(4): "BIT",
    t.Bits(4, varying=True): None,
    t.Geometry("POINT", 4326): "GEOMETRY",
    t.SetOf(("a",)): None,
    t.Opaque("duckdb", "MAP(VARCHAR, INTEGER)"): "MAP(VARCHAR, INTEGER)",
    t.Opaque("duckdb", "STRUCT(a UNION(n INTEGER))"): None,
    t.Opaque("postgres", "inet"): None,
}


@pytest.mark.parametrize(("native", "kind"), READ.items())
def test_native_types_are_read(native: str, kind: t.LogicalType) -> None:
    assert logical_type(native) == kind


@pytest.mark.parametrize(("kind", "native"), SPELLED.items(), ids=repr)
def test_logical_types_are_spelled(kind: t.LogicalType, native: str | None) -> None:
    spelling = DIALECT.spell(kind, Use())
    assert (spelling and spelling.native) == native


@pytest.mark.parametrize("native", [native for native in SPELLED.values() if native])
def test_what_is_spelled_is_a_type_of_the_engine(opened: Open, made: Make, native: str) -> None:
    schema = opened(made(f"CREATE TABLE a (b {native})")).reflect(())
    assert schema.tables[0].columns[0].native == native


def test_no_key_is_of_spans() -> None:
    settled = settle(t.Duration(), Use(keyed=True), DIALECT)
    assert settled.spelling.native == "VARCHAR"
    assert [step.code for step in settled.steps] == ["S", "T", "W"]


def test_numbers_without_a_precision_go_by_their_digits() -> None:
    known = Use(facts=Facts(integer_digits=30, fraction_digits=5))
    assert settle(t.Decimal(), known, DIALECT).spelling.native == "DECIMAL(35,5)"
    wide = Use(facts=Facts(integer_digits=30, fraction_digits=9))
    assert settle(t.Decimal(), wide, DIALECT).spelling.native == "VARCHAR"


def test_every_type_within_the_family_is_kept() -> None:
    for native in ("TIMESTAMP_S", "HUGEINT", "INTEGER[3]", "STRUCT(a DATE[])", "TIME_NS", "VARCHAR COLLATE nocase"):
        kept = DIALECT.keep(Column("c", logical_type(native), native))
        assert kept is not None and kept.native == native


def test_a_union_has_no_text_that_can_be_read_back() -> None:
    assert not reversible("UNION(n INTEGER, s VARCHAR)[]")
    assert reversible("""STRUCT("UNION" INTEGER, e ENUM('UNION'))""")


def test_a_dynamic_type_that_was_not_probed_is_refused() -> None:
    with pytest.raises(Blocked):
        settle(logical_type("TIMESTAMP_NS"), Use(), DIALECT)
