"""What reflection finds, in tables made to be hard to read."""

from __future__ import annotations

from pathlib import Path

from mappings import types as t
from mappings.schema import (
    Expression,
    ForeignKey,
    Identity,
    Index,
    IndexPart,
    NotCarried,
    PrimaryKey,
    TableName,
    Unique,
)
from tests.sqlite.conftest import Maker

PARENT = "CREATE TABLE Parent (Id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b TEXT, UNIQUE (a, b));"


def test_keys_and_identity(opened: Maker) -> None:
    schema = opened(
        """CREATE TABLE plain (id INTEGER PRIMARY KEY, v);
        CREATE TABLE counted ("the id" integer not null constraint pk primary key autoincrement, v);
        CREATE TABLE shouted (ID INTEGER, v, CONSTRAINT "p k" PRIMARY KEY (id DESC));
        CREATE TABLE int (id INT PRIMARY KEY);
        CREATE TABLE descending (id INTEGER PRIMARY KEY DESC);
        CREATE TABLE without (id INTEGER PRIMARY KEY, v) WITHOUT ROWID;
        CREATE TABLE compound (b, a, PRIMARY KEY (a, b));
        INSERT INTO plain VALUES (41, 1);
        INSERT INTO counted VALUES (7, 1); DELETE FROM counted;
        INSERT INTO shouted VALUES (9223372036854775807, 1);"""
    ).reflect(())
    tables = {table.name.name: table for table in schema.tables}
    found = {name: [column.identity for column in table.columns if column.identity] for name, table in tables.items()}
    assert found == {
        "plain": [Identity(next=42)],
        "counted": [Identity(next=8)],
        "shouted": [Identity(next=None)],
        "int": [],
        "descending": [],
        "without": [],
        "compound": [],
    }
    assert tables["counted"].primary_key == PrimaryKey("pk", ("the id",))
    assert tables["shouted"].primary_key == PrimaryKey("p k", ("ID",))
    assert tables["compound"].primary_key == PrimaryKey("", ("a", "b"))
    assert tables["plain"].columns[0].type == t.Integer(64)
    assert not tables["plain"].columns[0].nullable
    assert tables["int"].columns[0].nullable
    assert {name: dict(table.options) for name, table in tables.items() if table.options} == {
        "plain": {"autoincrement": "no"},
        "shouted": {"autoincrement": "no"},
        "descending": {"rowid_alias": "no"},
        "without": {"without_rowid": "yes", "rowid_alias": "no"},
    }


def test_columns_of_strict_tables_are_exact(opened: Maker) -> None:
    (table,) = opened("CREATE TABLE s (i INT, n INTEGER, r REAL, x TEXT, b BLOB, a ANY) STRICT").reflect(()).tables
    assert [column.type for column in table.columns] == [
        t.Integer(64), t.Integer(64), t.Float(64), t.Text(), t.Binary(), t.Dynamic("ANY", t.Text()),
    ]  # fmt: skip


def test_columns_of_others_are_dynamic_with_a_hint(opened: Maker) -> None:
    (table,) = (
        opened(
            """CREATE TABLE c (v VARCHAR(20) NOT NULL COLLATE NOCASE, i int as (length(v)) stored, w AS (v || ','), n,
            small INTEGER CONSTRAINT small_check CHECK ("small" BETWEEN -32768 AND 32767), CHECK (i <> 3))"""
        )
        .reflect(())
        .tables
    )
    nocase = t.Collation("sqlite", "NOCASE", insensitive=True)
    v, i, w, n, small = table.columns
    assert v.type == t.Dynamic("VARCHAR(20) COLLATE NOCASE", t.Text(20, collation=nocase))
    assert (v.native, v.nullable) == ("VARCHAR(20) COLLATE NOCASE", False)
    assert i.generated is not None and w.generated is not None
    assert (i.generated.expression, i.generated.stored) == (Expression("sqlite", "length(v)"), True)
    assert (w.generated.expression, w.generated.stored) == (Expression("sqlite", "v || ','"), False)
    assert table.stored_columns == (v, n, small)
    assert small.type == t.Dynamic("INTEGER", t.Integer(16))
    assert [(check.name, check.expression.sql, check.implied) for check in table.checks] == [
        ("small_check", '"small" BETWEEN -32768 AND 32767', True),
        ("", "i <> 3", False),
    ]


def test_foreign_keys_with_actions_and_deferral(opened: Maker) -> None:
    schema = opened(
        PARENT
        + """CREATE TABLE child (x REFERENCES parent ON DELETE CASCADE, y, z,
          CONSTRAINT two FOREIGN KEY (y, z) REFERENCES PARENT (B, A) ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED,
          FOREIGN KEY (z) REFERENCES gone (id), FOREIGN KEY (y, z) REFERENCES parent);"""
    ).reflect(())
    child = schema.table(TableName("", "child"))
    parent = TableName("", "Parent")
    assert child.foreign_keys == (
        ForeignKey("", ("x",), parent, ("Id",), on_delete="CASCADE"),
        ForeignKey("two", ("y", "z"), parent, ("b", "a"), "NO ACTION", "SET NULL", True, True),
        ForeignKey("", ("z",), TableName("", "gone"), ("id",)),
    )
    assert [(item.object, item.name) for item in schema.not_carried] == [("foreign key", "child.y,z")]


def test_indexes_and_uniques(opened: Maker) -> None:
    (table,) = (
        opened(
            """CREATE TABLE t (a TEXT COLLATE NOCASE, b, c, CONSTRAINT "u,1" UNIQUE (b, a),
              UNIQUE (c) ON CONFLICT IGNORE);
            CREATE INDEX plain ON t (a, b DESC);
            CREATE UNIQUE INDEX odd ON t (a COLLATE binary, lower(b) || ',' COLLATE rtrim DESC)
              WHERE c > 0 AND b <> ')';"""
        )
        .reflect(())
        .tables
    )
    assert table.uniques == (Unique("u,1", ("b", "a")), Unique("", ("c",)))
    assert table.indexes == (
        Index("plain", (IndexPart("a"), IndexPart("b", descending=True))),
        Index(
            "odd",
            (
                IndexPart("a", collation="BINARY"),
                IndexPart(expression=Expression("sqlite", "lower(b) || ','"), descending=True, collation="rtrim"),
            ),
            unique=True,
            where=Expression("sqlite", "c > 0 AND b <> ')'"),
        ),
    )


def test_what_is_no_table_is_listed_by_name(opened: Maker) -> None:
    schema = opened(
        """CREATE TABLE t (a UNIQUE ON CONFLICT REPLACE, b COLLATE NOCASE, UNIQUE (b COLLATE BINARY));
        CREATE VIEW v AS SELECT 1; CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;
        CREATE VIRTUAL TABLE f USING fts5(body); CREATE TABLE _dbtransfer_run (id);
        CREATE VIEW _dbtransfer_v AS SELECT 1;"""
    ).reflect(())
    assert [table.name.name for table in schema.tables] == ["t"]
    assert [(item.object, item.name) for item in schema.not_carried] == [
        ("view", "v"),
        ("virtual table", "f"),
        ("trigger", "t.g"),
        ("conflict clause", "t"),
        ("collation", "t.b"),
    ]
    virtual = next(item for item in schema.not_carried if item.object == "virtual table")
    assert "f_data, f_idx, f_content, f_docsize, f_config" in virtual.reason


def test_rows_are_estimated_without_reading_them(opened: Maker) -> None:
    schema = opened(
        """CREATE TABLE t (a); INSERT INTO t (rowid, a) VALUES (101, 1), (110, 1); CREATE TABLE e (rowid, _rowid_, oid);
        CREATE TABLE s (a); CREATE INDEX s_a ON s (a); INSERT INTO s VALUES (1), (2), (3); ANALYZE s;
        CREATE TABLE w (a PRIMARY KEY) WITHOUT ROWID; INSERT INTO w VALUES (1); CREATE TABLE z (a)"""
    ).reflect(())
    sizes = {table.name.name: (table.rows, table.octets) for table in schema.tables}
    assert sizes == {"t": (10, 90), "e": (None, None), "s": (3, 27), "w": (None, None), "z": (0, 0)}


def test_every_type_of_the_sink(test_data: Path, opened: Maker) -> None:
    schema = opened((test_data / "sinks" / "sqlite_every_type.sql").read_text()).reflect(())
    names = [table.name.name for table in schema.tables]
    assert names == ["t", "p", "wr", "st", "nopk", "txtpk", "intpk", "descpk"]
    table = schema.table(TableName("", "t"))
    assert len(table.columns) == 51
    assert [index.name for index in table.indexes] == ["ix1", "ix2", "ix3"]
    assert {(item.object, item.name) for item in schema.not_carried} == {
        ("view", "v1"), ("trigger", "t.tr"), ("virtual table", "ft"), ("conflict clause", "t"),
    }  # fmt: skip
    assert NotCarried("view", "v1", "a view is code, not rows") in schema.not_carried
