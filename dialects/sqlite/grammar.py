"""SQLite's words: a tokenizer, and what only the text of CREATE TABLE and CREATE INDEX tells.

The pragmas give columns, keys and indexes; constraint names, CHECKs, generated expressions, collations, deferral,
AUTOINCREMENT and index expressions are read from here. Never by a regular expression over a whole statement: columns
share lines, names hold parentheses, comments hold commas. https://www.sqlite.org/lang_createtable.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

TOKEN = re.compile(
    r"""
    (?P<space>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
  | (?P<blob>[xX]'[0-9a-fA-F]*')
  | (?P<string>'(?:[^']|'')*')
  | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
  | (?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<name>[^\W\d][\w$]*)
  | (?P<operator>->>|->|\|\||<<|>>|<=|>=|<>|==|!=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
COMMENT = re.compile(r"--|/\*")
TABLE_STARTS = frozenset(("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"))
COLUMN_STARTS = TABLE_STARTS | {"NOT", "NULL", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS"}


@dataclass(frozen=True, slots=True)
class Token:
    """One token and its place in the statement. `kind` is a group of TOKEN, never space."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """A bare word in capitals, or the operator; empty for all that is quoted or a number."""
        return self.text.upper() if self.kind in ("name", "operator") else ""

    @property
    def name(self) -> str:
        """The identifier without its quotes; SQLite takes a 'string' too where only a name can stand."""
        return unquoted(self.text) if self.kind in ("quoted", "string") else self.text


def unquoted(text: str) -> str:
    """What stands between quotes of any of SQLite's four kinds."""
    return text[1:-1] if text.startswith("[") else text[1:-1].replace(text[0] * 2, text[0])


def tokens(sql: str) -> list[Token]:
    """All tokens of a statement or expression, without spaces and comments."""
    return [
        Token(match.lastgroup or "", match[0], match.start(), match.end())
        for match in TOKEN.finditer(sql)
        if match.lastgroup != "space"
    ]


def spelled(sql: str, part: Sequence[Token]) -> str:
    """The source text of consecutive tokens, with one space in place of a comment."""
    pieces = [part[0].text] if part else []
    for before, token in zip(part, part[1:], strict=False):
        gap = sql[before.end : token.start]
        pieces += [" " if COMMENT.search(gap) else gap, token.text]
    return "".join(pieces)


@dataclass(frozen=True, slots=True)
class Clause:
    """One constraint of a column or a table: PRIMARY KEY, UNIQUE, CHECK, FOREIGN KEY or NOT NULL.

    `expression` is a CHECK's; `conflict` the word behind ON CONFLICT, empty when there is none.
    """

    kind: Literal["PRIMARY KEY", "UNIQUE", "CHECK", "FOREIGN KEY", "NOT NULL"]
    name: str = ""
    columns: tuple[str, ...] = ()
    expression: str = ""
    conflict: str = ""
    deferrable: bool = False
    initially_deferred: bool = False


@dataclass
class TableText:
    """What CREATE TABLE says beside the pragmas; columns in lower case, as SQLite compares them."""

    collations: dict[str, str] = field(default_factory=dict)
    generated: dict[str, str] = field(default_factory=dict)
    clauses: list[Clause] = field(default_factory=list)
    autoincrement: bool = False

    def of_kind(self, kind: str) -> list[Clause]:
        """The constraints of one kind, in their order."""
        return [clause for clause in self.clauses if clause.kind == kind]


@dataclass(frozen=True, slots=True)
class IndexTerm:
    """One part of an index: its text without COLLATE and direction."""

    expression: str
    collation: str = ""


@dataclass(frozen=True, slots=True)
class IndexText:
    terms: tuple[IndexTerm, ...]
    where: str = ""


class Reader:
    """A cursor over some tokens of `sql`."""

    def __init__(self, sql: str, part: Sequence[Token]) -> None:
        self.sql = sql
        self._rest = list(reversed(part))

    @property
    def word(self) -> str:
        """The word that comes next, without taking it; empty at the end and before what is no word."""
        return self._rest[-1].word if self._rest else ""

    @property
    def more(self) -> bool:
        return bool(self._rest)

    def next(self) -> Token:
        return self._rest.pop() if self._rest else Token("", "", 0, 0)

    def take(self, *words: str) -> bool:
        """Take these words if they all come next."""
        coming = [token.word for token in self._rest[: -len(words) - 1 : -1]]
        if coming != list(words):
            return False
        del self._rest[-len(words) :]
        return True

    def take_any(self, *words: str) -> str:
        """Take the next word if it is one of these."""
        return self.next().word if self.word in words else ""

    def group(self) -> list[Token]:
        """The tokens inside the parentheses that come next; none when there are no parentheses."""
        if not self.take("("):
            return []
        depth, inside = 1, []
        while self.more:
            token = self.next()
            depth += (token.word == "(") - (token.word == ")")
            if depth == 0:
                break
            inside.append(token)
        return inside

    def rest(self) -> list[Token]:
        """All tokens that are left."""
        left, self._rest = self._rest[::-1], []
        return left


def listed(part: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The parts between commas outside parentheses."""
    start, depth = 0, 0
    for at, token in enumerate(part):
        depth += (token.word == "(") - (token.word == ")")
        if token.word == "," and depth == 0:
            yield part[start:at]
            start = at + 1
    yield part[start:]


def table_text(sql: str) -> TableText:
    """Read a CREATE TABLE statement as sqlite_schema keeps it."""
    reader, found = Reader(sql, tokens(sql)), TableText()
    while reader.more and reader.word != "(":
        reader.next()
    for part in listed(reader.group()):
        definition = Reader(sql, part)
        if definition.word in TABLE_STARTS:
            _clauses(definition, found, column="")
        elif definition.more:
            column = definition.next().name
            _skip_type(definition)
            _clauses(definition, found, column=column)
    return found


def _skip_type(reader: Reader) -> None:
    while reader.more and reader.word not in COLUMN_STARTS:
        if not reader.group():
            reader.next()


def _clauses(reader: Reader, found: TableText, *, column: str) -> None:
    """All constraints of a column (`column` given) or of a table, where the commas between them are optional."""
    own = (column,) if column else ()
    name = ""
    while reader.more:
        if reader.take("CONSTRAINT"):
            name = reader.next().name
            continue
        if reader.take("PRIMARY", "KEY"):
            _key(reader, found, Clause("PRIMARY KEY", name, own))
        elif reader.take("UNIQUE"):
            _key(reader, found, Clause("UNIQUE", name, own))
        elif reader.take("NOT", "NULL"):
            _key(reader, found, Clause("NOT NULL", name, own))
        elif reader.take("CHECK"):
            found.clauses.append(Clause("CHECK", name, own, spelled(reader.sql, reader.group())))
        elif reader.take("FOREIGN", "KEY"):
            _foreign_key(reader, found, Clause("FOREIGN KEY", name, _names(reader.group())))
        elif reader.word == "REFERENCES":
            _foreign_key(reader, found, Clause("FOREIGN KEY", name, own))
        else:
            _property(reader, found, column.lower())
        name = ""


def _names(part: Sequence[Token]) -> tuple[str, ...]:
    return tuple(piece[0].name for piece in listed(part) if piece)


def _key(reader: Reader, found: TableText, clause: Clause) -> None:
    columns = _names(reader.group()) or clause.columns
    reader.take_any("ASC", "DESC")
    conflict = reader.next().word if reader.take("ON", "CONFLICT") else ""
    found.autoincrement |= reader.take("AUTOINCREMENT")
    found.clauses.append(replace(clause, columns=columns, conflict=conflict))


def _foreign_key(reader: Reader, found: TableText, clause: Clause) -> None:
    """`REFERENCES parent (columns)` with its actions; only deferral is not told by a pragma."""
    reader.take("REFERENCES")
    reader.next()
    reader.group()
    deferrable = deferred = False
    while True:
        if reader.take("ON"):
            reader.next()
            if reader.take_any("SET", "NO", "CASCADE", "RESTRICT") in ("SET", "NO"):
                reader.next()
        elif reader.take("MATCH"):
            reader.next()
        elif reader.take("DEFERRABLE"):
            deferrable = True
        elif reader.take("INITIALLY"):
            deferred = reader.next().word == "DEFERRED"
        elif not reader.take("NOT", "DEFERRABLE"):
            break
    found.clauses.append(replace(clause, deferrable=deferrable, initially_deferred=deferrable and deferred))


def _property(reader: Reader, found: TableText, column: str) -> None:
    """What a column has beside constraints: a default, a collation, a generated expression."""
    if reader.take("COLLATE"):
        found.collations[column] = reader.next().name
    elif reader.take("DEFAULT"):
        reader.take_any("+", "-")
        if not reader.group():
            reader.next()
    elif reader.take("AS"):
        found.generated[column] = spelled(reader.sql, reader.group())
    else:
        reader.next()


def index_text(sql: str) -> IndexText:
    """Read a CREATE INDEX statement as sqlite_schema keeps it."""
    reader = Reader(sql, tokens(sql))
    while reader.more and not reader.take("ON"):
        reader.next()
    reader.next()
    terms = tuple(_term(sql, part) for part in listed(reader.group()))
    where = spelled(sql, reader.rest()) if reader.take("WHERE") else ""
    return IndexText(terms, where)


def _term(sql: str, part: Sequence[Token]) -> IndexTerm:
    if part and part[-1].word in ("ASC", "DESC"):
        part = part[:-1]
    if len(part) > 2 and part[-2].word == "COLLATE":
        return IndexTerm(spelled(sql, part[:-2]), part[-1].name)
    return IndexTerm(spelled(sql, part))
