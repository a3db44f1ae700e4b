"""Names and texts that would be SQL if anybody forgot to quote them: they arrive as they are, and do nothing else."""

from __future__ import annotations

from itertools import product

import pytest

import transfer
from mappings.schema import Table
from tests.conftest import DatabaseFactory
from tests.pairs import plain

ENGINES = ("postgresql", "mysql", "mariadb", "sqlite", "duckdb")
DROP = "x'; DROP TABLE canary; --"
TABLE, PARENT = DROP, '"); DROP TABLE canary; --'
NAMES = (
    'q"; DROP TABLE canary; --',
    "t`; DROP TABLE canary; --",
    "b\\'; DROP TABLE canary; --",
    "n\n'; DROP TABLE canary;\n--",
    "%s %(x)s %% {} {0} :x ?",
    "$$; DROP TABLE canary; $$",
    "*/ DROP TABLE canary; /*",
    "ünï 名\u200b\u202e",
    "]; DROP TABLE canary; --",
)
TEXTS = (
    DROP,
    "\\'; DROP TABLE canary; --",
    '"); DROP TABLE canary; --',
    "%s %(x)s {x} $1 :x",
    "line\nbreak\ttab\\",
    "ünï 名",
    "\\N",
    "",
)
LABELS = tuple(text for text in TEXTS if "\n" not in text and text)
CANARY = ("CREATE TABLE canary (id int PRIMARY KEY)", "INSERT INTO canary VALUES (42)")
NEIGHBOURS = list(zip(ENGINES, (*ENGINES[1:], ENGINES[0]), strict=True))
"""Each engine once as source and once as target."""
PAIRS = [
    pytest.param(*pair, marks=() if pair in NEIGHBOURS else pytest.mark.soak) for pair in product(ENGINES, ENGINES)
]


def name(engine: str, text: str) -> str:
    mark = "`" if engine in ("mysql", "mariadb") else '"'
    return mark + text.replace(mark, mark * 2) + mark


def literal(engine: str, text: str) -> str:
    doubled = text.replace("\\", "\\\\") if engine in ("mysql", "mariadb") else text
    return "'" + doubled.replace("'", "''") + "'"


def nasty(engine: str) -> list[str]:
    """A parent and a child of the hardest names, with every object that has a name or a text."""

    def q(text: str) -> str:
        return name(engine, text)

    def s(text: str) -> str:
        return literal(engine, text)

    family, sizes = engine in ("mysql", "mariadb"), "varchar(80)"
    columns = [f"{q(text)} {sizes} DEFAULT {s(TEXTS[at % len(TEXTS)])}" for at, text in enumerate(NAMES)]
    if family:
        columns = [f"{column} COMMENT {s(TEXTS[at % len(TEXTS)])}" for at, column in enumerate(columns)]
    listed = ", ".join(map(s, LABELS))
    label = {"sqlite": f"{sizes} CHECK ({q(DROP)} IN ({listed}))", "mysql": f"ENUM({listed})"}
    label |= {"mariadb": label["mysql"], "postgresql": q("e" + DROP), "duckdb": q("e" + DROP)}
    made = [f"CREATE TYPE {q('e' + DROP)} AS ENUM ({listed})"] if engine in ("postgresql", "duckdb") else []
    made.append(f"CREATE TABLE {q(PARENT)} ({q(DROP)} int PRIMARY KEY)")
    constraints = [
        f"CONSTRAINT {q('f' + DROP)} FOREIGN KEY ({q('p' + DROP)}) REFERENCES {q(PARENT)} ({q(DROP)})",
        f"CONSTRAINT {q('u' + DROP)} UNIQUE (id, {q('p' + DROP)})",
        f"CONSTRAINT {q('c' + DROP)} CHECK ({q(NAMES[0])} <> {s('never ' + DROP)})",
    ]
    inside = ["id int PRIMARY KEY", f"{q(DROP)} {label[engine]}", f"{q('p' + DROP)} int", *columns, *constraints]
    made.append(f"CREATE TABLE {q(TABLE)} ({', '.join(inside)})" + (f" COMMENT {s(DROP)}" if family else ""))
    made.append(f"CREATE INDEX {q('i' + DROP)} ON {q(TABLE)} ({q(NAMES[1])})")
    if engine in ("postgresql", "duckdb"):
        made.append(f"COMMENT ON TABLE {q(TABLE)} IS {s(DROP)}")
        made += [
            f"COMMENT ON COLUMN {q(TABLE)}.{q(text)} IS {s(TEXTS[at % len(TEXTS)])}" for at, text in enumerate(NAMES)
        ]
    made.append(f"INSERT INTO {q(PARENT)} VALUES (1)")
    for at, text in enumerate(TEXTS):
        values = [str(at), s(LABELS[at % len(LABELS)]), "1", *(s(text) for _ in NAMES)]
        made.append(f"INSERT INTO {q(TABLE)} VALUES ({', '.join(values)})")
    return made


def child(tables: tuple[Table, ...]) -> Table:
    return next(table for table in tables if table.name.name == TABLE)


def rows(url: str, engine: str) -> list[tuple[object, ...]]:
    columns = ", ".join(name(engine, text) for text in ("id", DROP, "p" + DROP, *NAMES))
    return sorted(plain.query(url, f"SELECT {columns} FROM {name(engine, TABLE)}"))


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_nothing_is_taken_for_sql(database: DatabaseFactory, source: str, target: str) -> None:
    there, here = database(source), database(target)
    for url in (there, here):
        plain.execute(url, *CANARY)
    plain.execute(there, *nasty(source))
    options = transfer.Options(selection=transfer.Selection(exclude=("canary",)))
    plan = transfer.plan(there, here, options)
    report = transfer.copy(plan, source=there, target=here, options=options)
    assert report.exit_code == 0 and all(table.verified == "digest" for table in report.tables)
    assert rows(here, target) == rows(there, source) and len(rows(here, target)) == len(TEXTS)
    for url in (there, here):
        assert plain.query(url, "SELECT id FROM canary") == [(42,)]
    assert_told_alike(there, here, plan)


def assert_told_alike(there: str, here: str, plan: transfer.Plan) -> None:
    """Defaults, comments, labels, and the names of constraints and indexes: as they were, or listed."""
    old, new = child(transfer.inspect(there).tables), child(transfer.inspect(here).tables)
    left = {item.object for item in plan.not_carried}
    noted = {note.where for note in plan.notes}
    for before, after in zip(old.columns, new.columns, strict=True):
        assert before.name == after.name
        assert before.default == after.default or any(before.name in where for where in noted), before.name
    if plain.engine(here) == "sqlite":
        assert plain.engine(there) == "sqlite" or "comment" in repr(plan.notes)
    else:
        assert [column.comment for column in new.columns] == [column.comment for column in old.columns]
        assert new.comment == old.comment
    assert "i" + DROP in {index.name for index in new.indexes}
    (key,), (was,) = new.foreign_keys, old.foreign_keys
    assert was.name in ("", "f" + DROP) and (not was.name or key.name in (was.name, ""))
    assert "check" in left or new.checks
    if "c" + DROP in {check.name for check in old.checks} and "check" not in left:
        assert {check.name for check in new.checks} & {"c" + DROP, ""}
