"""The committed page of types is what the planner decides, and leaves nothing out."""

from __future__ import annotations

from typing import get_args

import pytest

from mappings import types as t
from mappings.conform import RULES
from mappings.hazards import Hazard
from tests import types_page
from tests.conformance.natives import SERVERS, SOURCES, Source


def test_the_page_is_what_the_planner_decides() -> None:
    assert types_page.PAGE.read_text() == types_page.written(), "run: make docs"


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_no_native_type_is_unknown_to_its_engine(source: Source) -> None:
    """Types without a meaning of their own are meant to be so: their names are known here."""
    opaque = {case.native for case in source.cases if isinstance(source.read(case.native), t.Opaque)}
    assert opaque == OPAQUE.get(source.name, set())


OPAQUE = {
    "PostgreSQL": {
        '"char"', "xml", "inet", "cidr", "macaddr", "int4range", "tstzrange", "int4multirange", "tsvector", "tsquery",
        "hstore", "ltree", "point", "polygon", "pg_lsn", "xid8", "regclass", "geometry(Point,4326)", "vector(3)",
    },
    "MySQL": {"vector(3)"},
    "MariaDB": {"inet4", "inet6"},
    "SQL Server": {"xml", "sql_variant", "hierarchyid", "vector(3)"},
    "DuckDB": {"STRUCT(a INTEGER, b VARCHAR)", "MAP(VARCHAR, INTEGER)", "UNION(n INTEGER, s VARCHAR)"},
}  # fmt: skip


def test_every_type_goes_to_itself_as_it_is() -> None:
    """To an engine of its own version; what does not is told."""
    for source in SOURCES:
        cells = zip(source.cases, types_page.stored(source, source.name), strict=True)
        changed = {
            case.native
            for case, cell in cells
            if not cell.messages and cell.native.removesuffix(" + check") != case.native
        }
        assert changed == set()


def test_every_hazard_and_rule_is_told() -> None:
    assert {type(example) for example in types_page.EXAMPLES} == set(get_args(Hazard))
    assert set(types_page.RULES_TOLD) == set(RULES)


def test_every_engine_is_a_source_and_a_target() -> None:
    assert [source.name for source in SOURCES] == list(SERVERS)
