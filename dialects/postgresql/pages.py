"""Where to cut a table without a key: by the pages its rows lie on, which hold still within one snapshot.

A row that a snapshot sees stays where it is: what writers add lies on other lines, and a rewrite of the table (VACUUM
FULL, CLUSTER) waits for the lock that the first look at the table takes and its transaction keeps. Of a partitioned
table the same page of every partition is meant, so each row is in one range there too.
https://www.postgresql.org/docs/current/ddl-system-columns.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from dialects.base import Cut, Dialect, KeyRange
from dialects.sqltext import count_query, string_literal
from mappings.schema import Table

ADDRESS = "ctid"
"""Ranges of it are read without looking at other pages: a Tid Range Scan, from version 14 on."""
WINDOW = 64
"""Pages whose rows are counted to tell how many a page holds hereabouts."""
PAGES = """
SELECT max(pg_relation_size(c.oid)) / current_setting('block_size')::bigint,
       bool_and(c.relkind = 'r' AND m.amname = 'heap')
  FROM pg_class c LEFT JOIN pg_am m ON m.oid = c.relam
 WHERE c.oid = {relation}::regclass AND c.relkind <> 'p'
    OR c.oid IN (SELECT relid FROM pg_partition_tree({relation}::regclass) WHERE isleaf)
"""
"""The pages of the table, or of its longest partition; and whether all are kept in the ordinary way. A partition that
lives on another server has no such addresses."""
CUT = re.compile(r"'\((\d+),0\)'")

Query = Callable[[str], list[tuple[Any, ...]]]


def boundary(query: Query, dialect: Dialect, table: Table, where: KeyRange, rows: int) -> Cut | None:
    """The first page behind about `rows` rows from the beginning of `where`; None when that reaches the end."""
    pages, ordinary = query(PAGES.format(relation=string_literal(dialect.qualified(table.name))))[0]
    if not ordinary:
        return None
    first, end = _page(where.lower), int(pages) if where.upper is None else _page(where.upper)
    looked = min(WINDOW, max(1, end - first))
    window = KeyRange((ADDRESS,), _cut(first), _cut(first + looked), address=True)
    counted = int(query(count_query(dialect, dialect.relation(table), window))[0][0])
    upper = first + max(1, rows * looked // counted if counted else rows)
    return _cut(upper) if upper < end else None


def _cut(page: int) -> Cut:
    return (f"'({page},0)'",)


def _page(cut: Cut | None) -> int:
    found = CUT.fullmatch(cut[0]) if cut else None
    return int(found[1]) if found else 0
