"""docs/report.schema.json is what the report's classes say, and real documents are as it says."""

from __future__ import annotations

import json
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from tests.report import samples, schema
from transfer.cli import commands, main

VALIDATOR = Draft202012Validator(json.loads(schema.FILE.read_text(encoding="utf-8")))


def refused(document: Any) -> list[str]:
    return [f"{list(error.path)}: {error.message}" for error in VALIDATOR.iter_errors(document)]


def filled(path: Path, *statements: str) -> str:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return f"sqlite:///{path}"


def invoked(*args: str) -> tuple[int, Any]:
    """The exit code and the document of a command with --json."""
    result = CliRunner().invoke(commands, [*args, "--json"])
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def source(tmp_path: Path) -> str:
    return filled(
        tmp_path / "source.db",
        "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT)",
        "INSERT INTO customer VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cy')",
        "CREATE VIEW anybody AS SELECT name FROM customer ORDER BY name LIMIT 1",
    )


def test_the_file_is_as_the_classes_are() -> None:
    assert schema.FILE.read_text(encoding="utf-8") == schema.written(), "run: python -m tests.report.schema"


def test_the_schema_itself_is_one() -> None:
    Draft202012Validator.check_schema(VALIDATOR.schema)


def test_a_report_of_everything_is_as_told(tmp_path: Path) -> None:
    assert refused(json.loads(json.dumps(samples.busy(tmp_path)[0].document()))) == []


@pytest.mark.parametrize("field", ["run", "tables", "timings"])
def test_a_field_that_is_missing_or_new_is_noticed(tmp_path: Path, field: str) -> None:
    document = samples.busy(tmp_path)[0].document()
    assert refused(document | {"more": 1})
    del document[field]
    assert refused(document)


def test_documents_of_a_copy_and_of_verifications_are_as_told(tmp_path: Path, source: str) -> None:
    target = f"sqlite:///{tmp_path / 'target.db'}"
    code, document = invoked("copy", source, target)
    assert (code, refused(document), document["timings"][0]["rows"]) == (0, [], 3)
    code, document = invoked("verify", source, target)
    assert (code, refused(document), document["status"]) == (0, [], "done")
    filled(tmp_path / "target.db", "UPDATE customer SET name = 'bob' WHERE id = 2", "DELETE FROM customer WHERE id = 3")
    code, document = invoked("verify", source, target)
    assert (code, refused(document), document["status"]) == (3, [], "differences")


def test_a_document_of_rejects_is_as_told(tmp_path: Path, source: str) -> None:
    strict = "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT CHECK (name <> 'Bob'))"
    target = filled(tmp_path / "strict.db", strict)
    file = str(tmp_path / "rejects.jsonl")
    code, document = invoked("copy", source, target, "--on-error", "reject", "--reject-file", file)
    assert (code, refused(document), document["tables"][0]["rejected"]) == (5, [], 1)


def test_a_document_of_an_error_is_as_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [f"sqlite:///{tmp_path / name}" for name in ("absent.db", "target.db")]
    monkeypatch.setattr(sys, "argv", ["dbtransfer", "copy", *files, "--json"])
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    with pytest.raises(SystemExit) as left:
        main()
    document = json.loads(capsys.readouterr().out)
    assert (left.value.code, refused(document), document["status"]) == (1, [], "error")
