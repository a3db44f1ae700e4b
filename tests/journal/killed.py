"""A source for runs that are killed, and what must be true once they were resumed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from dialects import connect
from dialects.url import parse_url
from transfer.config import IfExists
from transfer.history import ChunkRecord, History, RunRecord

PARENTS, CHILDREN, WORDS = 4_000, 2_500, 2_200
SCHEMA = """
CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price DECIMAL_TEXT(10,2));
CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parent (id), note TEXT);
CREATE INDEX child_parent ON child (parent_id);
CREATE TABLE word (word TEXT NOT NULL, lang TEXT NOT NULL, n INTEGER, PRIMARY KEY (word, lang));
CREATE TABLE loose (n INTEGER, t TEXT);
"""
TABLES = {"parent": PARENTS, "child": CHILDREN, "word": WORDS, "loose": 300}


def make_source(path: Path) -> str:
    """A file with tables that are cut by number, by text, and not at all; its URL."""
    with sqlite3.connect(path) as file:
        file.executescript(SCHEMA)
        file.executemany("INSERT INTO parent VALUES (?, ?, ?)", ((i, f"name {i} é", f"{i}.25") for i in range(PARENTS)))
        children = ((i, i % PARENTS, None if i % 7 else f"note {i}") for i in range(CHILDREN))
        file.executemany("INSERT INTO child VALUES (?, ?, ?)", children)
        words = ((f"{'Aa'[i % 2]}{i // 2:05}", "de", i) for i in range(WORDS))
        file.executemany("INSERT INTO word VALUES (?, ?, ?)", words)
        file.executemany("INSERT INTO loose VALUES (?, ?)", ((i % 50, "again") for i in range(TABLES["loose"])))
    file.close()
    return f"sqlite:///{path}"


def copied_until(
    source: str, target: str, last: str, *, jobs: int = 2, if_exists: IfExists = "fail"
) -> subprocess.CompletedProcess[str]:
    """Copy in a process of its own that is killed at its `last` noted thing, see tests.journal.dying."""
    command = [sys.executable, "-m", "tests.journal.dying", source, target, last, str(jobs), if_exists]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=os.environ)


def last_run(target: str) -> RunRecord | None:
    """The last run that the target's journal knows; None where there is no journal."""
    with connect(parse_url(target)) as session:
        runs = History(session).runs()
    return runs[-1] if runs else None


def chunks(target: str, run: str) -> tuple[ChunkRecord, ...]:
    with connect(parse_url(target)) as session:
        return History(session).chunks(run)
