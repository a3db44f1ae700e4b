"""The expressions that a plain transpiler turned into another value, an error or nothing (types.md B3): each has the
same value on the target here, or is refused. The numbers are that table's rows."""

from __future__ import annotations

import pytest

from tests.conftest import DatabaseFactory
from tests.expressions.computed import ENGINES, FAMILIES, copied

ROWS: dict[str, dict[str, tuple[int, bool]]] = {
    "postgres": {
        "now()": (1, False),
        "(now() AT TIME ZONE 'utc'::text)": (2, False),
        "gen_random_uuid()": (3, False),
        "nextval('s1'::regclass)": (4, False),
        "v = 'x''y'::character varying": (5, True),
        "v = '{}'::text": (6, True),
        "js = '{}'::jsonb": (6, False),
        "ok = true": (7, True),
        "raw = '\\x00ff'::bytea": (8, False),
        "ts + '1 mon'::interval > ts": (9, False),
        "date_part('year'::text, ts) > 2000": (10, True),
        "to_char(ts, 'YYYY-MM-DD'::text)": (11, False),
        "EXTRACT(epoch FROM ts)": (12, False),
        "v = ANY (ARRAY['Ab'::text, 'a'::text])": (13, True),
        "v ~* 'a'": (14, False),
        "a IS DISTINCT FROM b": (15, True),
        "js ->> 'k'::text": (16, False),
        "a / 2": (17, True),
        "a / b": (17, False),
        "p::integer": (18, False),
        "v::character(3)": (19, False),
        "ok IS NOT TRUE": (20, True),
        "GREATEST(a, b)": (21, False),
        "round(p)": (22, False),
        "v ~~* 'a%'": (23, False),
        "a BETWEEN SYMMETRIC 5 AND 0": (24, True),
        "COALESCE(v, w)": (24, True),
        "SUBSTRING(v FROM 1 FOR 2)": (24, True),
        "POSITION('a' IN v)": (24, False),
        "v || w": (24, True),
        "CHAR_LENGTH(v)": (24, True),
        "a ^ 2": (24, False),
        "char_length(v)": (25, True),
        "concat(v, NULL, w)": (26, True),
        "num_nonnulls(a, v)": (26, True),
        "split_part(v, ',', 1)": (26, False),
        "md5(v)": (26, False),
    },
    "mysql": {
        "current_timestamp(6) on update current_timestamp(6)": (27, False),
        "utc_timestamp()": (28, False),
        "a = b'101'": (29, False),
        "v = x'4142'": (29, False),
        "json_unquote(json_extract(`js`,_utf8mb4'$.k'))": (30, False),
        "`loose` = 'AB'": (31, False),
        "`loose` like 'a%'": (31, False),
        "`v` = 'a'": (31, True),
        "`a` || `b`": (32, False),
        "`a` xor `b`": (32, False),
        "if(`a` > 0,`v`,`w`)": (33, True),
        "ifnull(`a`,0)": (33, True),
        "`a` <=> `b`": (33, True),
        "`a` DIV 2": (33, True),
        "date_format(`ts`,'%Y')": (33, False),
        "`a` / `b`": (33, False),
        "unix_timestamp(`ts`)": (34, False),
        "substring_index(`v`,',',1)": (34, False),
        "find_in_set('a',`v`)": (34, False),
        "cast(`a` as unsigned)": (34, False),
        "json_valid(`v`)": (34, False),
    },
    "sqlite": {
        "datetime('now')": (43, False),
        "typeof(a)": (43, False),
        "v GLOB 'a*'": (43, True),
        "printf('%d', a)": (43, False),
        "strftime('%s', ts)": (44, False),
        'v = "dq"': (45, False),
        "max(a, b)": (46, False),
        "a / b": (46, False),
        "v LIKE 'a%'": (46, False),
        "ifnull(a, 0)": (47, True),
        "iif(a > 1, v, w)": (47, True),
        "substr(v, 1, 2)": (47, True),
        "a IS b": (47, True),
        "a == 1": (47, True),
        "v || w": (47, True),
        "length(v)": (47, True),
        "instr(v, 'a')": (47, False),
    },
}
"""By family and text: the row, and whether it is carried to every other family but DuckDB's, which takes fewer."""


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_value_or_none(database: DatabaseFactory, engine: str) -> None:
    rows = ROWS[FAMILIES[engine]]
    with copied(database, engine) as copies:
        others = [other for other in copies.targets if FAMILIES[other] != FAMILIES[engine]]
        carried = {sql for sql in rows if any(copies.spelled(other, sql) is not None for other in others)}
        assert carried == {sql for sql, (_, wanted) in rows.items() if wanted}
        servers = [other for other in others if other in ENGINES]
        assert {sql for sql in carried for other in servers if copies.spelled(other, sql) is None} == set()
        assert copies.differing(sorted(carried)) == []
