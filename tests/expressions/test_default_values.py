"""What a row gets that names no value: the same meaning on every engine, or none, and that is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

import transfer
from dialects import connect
from tests.conftest import DatabaseFactory
from tests.expressions.computed import ENGINES, plain_value
from tests.pairs import plain

Holds = Callable[[object], bool]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def just(wanted: object) -> Holds:
    return lambda value: _equal(value, wanted)


def _equal(value: object, wanted: object) -> bool:
    if isinstance(wanted, int | float):
        return float({"true": "1", "false": "0"}.get(str(value), str(value))) == float(wanted)
    return str(value) == wanted


def now(value: object) -> bool:
    """Within a minute of the clock in UTC, which is the servers' too in these tests."""
    text = re.sub(r"(Z|\+00(:00)?)$", "", str(value))
    return abs(datetime.fromisoformat(text) - datetime.now(UTC).replace(tzinfo=None)) < timedelta(minutes=1)


def today(value: object) -> bool:
    return abs(date.fromisoformat(str(value)) - datetime.now(UTC).date()) <= timedelta(days=1)


def uuid(value: object) -> bool:
    return UUID.fullmatch(str(value)) is not None


def random(value: object) -> bool:
    found = UUID.fullmatch(str(value))
    return found is not None and found[1] == "4"


def nothing(value: object) -> bool:
    return value is None


FROM_POSTGRESQL: dict[str, tuple[str, Holds]] = {
    "instant": ("timestamptz DEFAULT now()", now),
    "wall": ("timestamp(3) DEFAULT LOCALTIMESTAMP", now),
    "utc": ("timestamp DEFAULT (now() AT TIME ZONE 'utc')", now),
    "today": ("date DEFAULT CURRENT_DATE", today),
    "id4": ("uuid DEFAULT gen_random_uuid()", random),
    "yes": ("boolean DEFAULT true", just(1)),
    "no": ("boolean DEFAULT false", just(0)),
    "word": ("varchar(9) DEFAULT 'x''y'", just("x'y")),
    "words": ("text DEFAULT 'x''y \"z\"'", just('x\'y "z"')),
    "empty": ("text DEFAULT ''", just("")),
    "minus": ("integer DEFAULT '-1'", just(-1)),
    "amount": ("numeric(9,2) DEFAULT '0'::numeric", just(0)),
    "share": ("double precision DEFAULT 0.5", just(0.5)),
    "computed": ("integer DEFAULT (1 + 2) * 3", just(9)),
    "null": ("varchar(9) DEFAULT NULL::character varying", nothing),
    "object": ("jsonb DEFAULT '{}'", just("{}")),
    "list": ("jsonb DEFAULT '[]'", just("[]")),
    "none": ("text[] DEFAULT '{}'", just("[]")),
    "several": ("text[] DEFAULT ARRAY['a', 'it''s']", just('["a", "it\'s"]')),
    "numbers": ("integer[] DEFAULT '{1,2}'", just("[1, 2]")),
    "bytes": ("bytea DEFAULT '\\x00ff'", just("00ff")),
    "mood": ("mood DEFAULT 'ok'", just("ok")),
    "bits": ("bit(3) DEFAULT B'101'", just("101")),
    "span": ("interval DEFAULT '1 day'", just("P1D")),
    "moment": ("timestamp(0) DEFAULT '2020-01-31 10:00:00'", just("2020-01-31 10:00:00")),
    "clock": ("time(0) DEFAULT '10:00:00'", just("10:00:00")),
    "day": ("date DEFAULT '2020-01-31'", just("2020-01-31")),
    "always": ("timestamptz DEFAULT 'infinity'", nothing),
    "never": ("date DEFAULT '-infinity'", nothing),
    "sequence": ("integer DEFAULT nextval('s')", nothing),
    "function": ("text DEFAULT lower('ABC')", nothing),
    "session": ("text DEFAULT current_setting('TimeZone')", nothing),
}
FROM_MYSQL: dict[str, tuple[str, Holds]] = {
    "instant": ("timestamp(6) NULL DEFAULT CURRENT_TIMESTAMP(6)", now),
    "wall": ("datetime(3) DEFAULT CURRENT_TIMESTAMP(3)", now),
    "utc": ("datetime DEFAULT (UTC_TIMESTAMP())", now),
    "today": ("date DEFAULT (CURRENT_DATE)", today),
    "id1": ("varchar(36) DEFAULT (uuid())", uuid),
    "word_of_it": ("varchar(36) DEFAULT 'uuid()'", just("uuid()")),
    "word": ("varchar(9) DEFAULT 'x''y'", just("x'y")),
    "words": ("text DEFAULT ('x''y')", just("x'y")),
    "number": ("int DEFAULT -1", just(-1)),
    "amount": ("decimal(9,2) DEFAULT 1.50", just(1.5)),
    "bits": ("bit(3) DEFAULT b'101'", just("101")),
    "letters": ("varchar(9) DEFAULT x'4142'", just("AB")),
    "bytes": ("varbinary(9) DEFAULT x'4142'", just("4142")),
    "object": ("json DEFAULT (json_object())", just("{}")),
    "list": ("json DEFAULT (json_array())", just("[]")),
    "mood": ("enum('sad','ok') DEFAULT 'ok'", just("ok")),
    "zero": ("date DEFAULT '0000-00-00'", nothing),
    "zeros": ("datetime DEFAULT '0000-00-00 00:00:00'", nothing),
    "day": ("date DEFAULT '2020-01-31'", just("2020-01-31")),
    "function": ("varchar(9) DEFAULT (lower('ABC'))", nothing),
}
FROM_SQLITE: dict[str, tuple[str, Holds]] = {
    "moment": ("TIMESTAMP DEFAULT CURRENT_TIMESTAMP", now),
    "wall": ("TIMESTAMP DEFAULT (datetime('now', 'localtime'))", now),
    "today": ("DATE DEFAULT CURRENT_DATE", today),
    "word": ("VARCHAR(9) DEFAULT 'x''y'", just("x'y")),
    "quoted": ('VARCHAR(9) DEFAULT "dq"', just("dq")),
    "number": ("INTEGER DEFAULT -1", just(-1)),
    "share": ("REAL DEFAULT 0.5", just(0.5)),
    "yes": ("BOOLEAN DEFAULT TRUE", just(1)),
    "bytes": ("BLOB DEFAULT x'00ff'", just("00ff")),
    "random": ("BLOB DEFAULT (randomblob(16))", nothing),
    "seconds": ("INTEGER DEFAULT (strftime('%s', 'now'))", nothing),
    "computed": ("INTEGER DEFAULT (1 + 2)", just(3)),
}
SOURCES = {
    "postgresql": FROM_POSTGRESQL,
    "mysql": FROM_MYSQL,
    "mariadb": {name: each for name, each in FROM_MYSQL.items() if "zero" not in name},
    "sqlite": FROM_SQLITE,
}
OWN = {"mysql": ("mysql", "mariadb"), "mariadb": ("mysql", "mariadb")}


@pytest.mark.parametrize("source", SOURCES)
def test_a_row_without_values(database: DatabaseFactory, source: str) -> None:
    wanted = SOURCES[source]
    there = database(source)
    columns = ", ".join(f"{plain.quoted(there, name)} {text}" for name, (text, _) in wanted.items())
    before = ["CREATE TYPE mood AS ENUM ('sad', 'ok')", "CREATE SEQUENCE s"] if source == "postgresql" else []
    before += ["SET sql_mode = ''"] if source == "mysql" else []
    plain.execute(there, *before, f"CREATE TABLE t (id int PRIMARY KEY, {columns})")
    for target in ENGINES:
        if target != source and target not in OWN.get(source, ()):
            here = database(target)
            plan = transfer.plan(there, here)
            assert transfer.copy(plan, source=there, target=here).status == "done"
            found = row(here, target, plan)
            wrong = {name: found[name] for name, (_, holds) in wanted.items() if not holds(found[name])}
            assert wrong == {}, target
            lost = {each.name.rpartition(".")[2] for each in plan.not_carried if each.object == "default"}
            assert lost == {name for name, (_, holds) in wanted.items() if holds is nothing and name != "null"}, target


def row(url: str, engine: str, plan: transfer.Plan) -> dict[str, object]:
    """What a row holds of which only the key was given."""
    plain.execute(url, "INSERT INTO t (id) VALUES (1)")
    columns = plan.tables[0].columns
    asked = ", ".join(_asked(url, engine, column.write.name, column.write.native) for column in columns)
    with connect(url) as session:
        (values,) = session.query(f"SELECT {asked} FROM t")
    return {column.read.name: plain_value(value) for column, value in zip(columns, values, strict=True)}


def _asked(url: str, engine: str, name: str, native: str) -> str:
    """Bytes as digits, and what drivers make objects of as text."""
    quoted = plain.quoted(url, name)
    if native.startswith(("bytea", "longblob", "blob", "BLOB", "VARBINARY", "varbinary", "mediumblob", "tinyblob")):
        return f"encode({quoted}, 'hex')" if engine == "postgresql" else f"lower(hex({quoted}))"
    if native.startswith("bit") and engine in ("mysql", "mariadb"):
        return f"lpad(bin({quoted}), 3, '0')"
    if engine == "postgresql":
        return f"{quoted}::text"
    return quoted if engine == "sqlite" else f"CAST({quoted} AS CHAR)"
