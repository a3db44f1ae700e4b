"""Tables with every kind of key that the engines have, filled with values that are hard to order or to quote."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

WORDS = (
    "Zoe",
    "zoé",
    "ÉCOLE",
    "école",
    "straße",
    "STRASSE",
    "o'brien",
    "back\\slash",
    "100%s",
    "日本",
    "😀",
    "{brace}",
    "",
)


@dataclass(frozen=True)
class Keyed:
    """A table called `name`: `columns` as CREATE TABLE says them, `row` the literals of its row number n, beside which
    every table has a payload. `key` are the columns it must be cut by, none where it goes whole."""

    name: str
    columns: str
    key: tuple[str, ...]
    row: Callable[[int], str]
    suffix: str = ""
    after: tuple[str, ...] = ()
    """Statements that follow CREATE TABLE."""
    last: str = ""
    """A statement that follows the rows."""

    def statements(self, rows: int) -> Iterator[str]:
        yield f"CREATE TABLE {self.name} (payload int, {self.columns}){self.suffix}"
        yield from self.after
        values = ", ".join(f"({number}, {self.row(number)})" for number in range(rows))
        yield f"INSERT INTO {self.name} VALUES {values}"
        yield from filter(None, [self.last])


def word(number: int) -> str:
    """A text that no collation takes for another one's."""
    return f"{WORDS[number % len(WORDS)]}{number:03d}"


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def escaped(text: str) -> str:
    return quoted(text.replace("\\", "\\\\"))


def cased(number: int) -> str:
    """Letters that differ in case alone, which only some collations tell apart."""
    letters = "abcdefghij"
    return "".join(letter.upper() if number >> at & 1 else letter for at, letter in enumerate(letters))


def uuid(number: int) -> str:
    return str(UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128))


def octets(number: int) -> str:
    """Bytes that are no text, a NUL among them."""
    return bytes([number * 37 % 256, 0, number // 256, 255 - number % 256]).hex()


def decimal(number: int) -> str:
    return f"{(number - 200) * 1234567891}.{number % 1000:03d}125"


def day(number: int) -> str:
    return date.fromordinal(1 + number * 3600).isoformat()


def moment(number: int) -> str:
    return f"2024-02-29 {number % 24:02d}:{number % 60:02d}:00.{number:06d}"


def since_1970(number: int) -> str:
    return f"{1975 + number % 60}-02-28 {number % 24:02d}:{number % 60:02d}:00.{number:06d}"


def of(text: Callable[[int], str], spell: str = "{}") -> Callable[[int], str]:
    """A row whose key is one value, put into `spell` in quotes."""
    return lambda number: spell.format(quoted(text(number)))


def latin(number: int) -> str:
    text = word(number)
    return text if text.isascii() or text[0] in "zÉé" else f"ÿ{number}"


def label(number: int) -> str:
    return ("z", "a", "it's")[number % 3]


def labelled(number: int) -> str:
    return f"{quoted(label(number))}, {number}"


def third(number: int) -> str:
    return f"{number % 3}, {number}"


def with_nul(number: int) -> str:
    """A text of SQLite's that differs behind a NUL alone."""
    return f"CAST(X'6100{str(number).encode().hex()}' AS TEXT)"


def of_any_class(number: int) -> str:
    """A number, a text, bytes or a fraction in one column of SQLite's."""
    return (str(number), f"'{number}'", f"X'{number:04d}'", f"{number}.5")[number % 4]


def few(number: int) -> int:
    """The first part of a compound key: few values, unevenly spread."""
    return (number * number) % 7 - 3


def compound(second: Callable[[int], str]) -> Callable[[int], str]:
    return lambda number: f"{few(number)}, {second(number)}"


POSTGRESQL = (
    Keyed("whole", "k bigint PRIMARY KEY", ("k",), lambda n: str((n - 500) * 9223372036854775)),
    Keyed("text_c", 'k text COLLATE "C" PRIMARY KEY', ("k",), of(word)),
    Keyed("text_own", "k varchar(40) PRIMARY KEY", ("k",), of(word)),
    Keyed("text_icu", 'k text COLLATE "und-x-icu" PRIMARY KEY', ("k",), of(word)),
    Keyed("cased", "k text PRIMARY KEY", ("k",), of(cased)),
    Keyed("padded", "k char(20) PRIMARY KEY", ("k",), of(word)),
    Keyed("uuids", "k uuid PRIMARY KEY", ("k",), of(uuid)),
    Keyed("bytes", "k bytea PRIMARY KEY", ("k",), of(octets, "decode({}, 'hex')")),
    Keyed("decimals", "k numeric(30,6) PRIMARY KEY", ("k",), decimal),
    Keyed("numbers", "k numeric PRIMARY KEY", ("k",), lambda n: "'NaN'" if n == 7 else decimal(n)),
    Keyed("dates", "k date PRIMARY KEY", ("k",), of(day)),
    Keyed("moments", "k timestamp PRIMARY KEY", ("k",), of(moment)),
    Keyed("instants", "k timestamptz PRIMARY KEY", ("k",), of(moment)),
    Keyed("inets", "k inet PRIMARY KEY", ("k",), lambda n: f"'10.0.{n % 256}.{n // 256}'"),
    Keyed("pairs", "a int, k text, PRIMARY KEY (a, k)", ("a", "k"), compound(of(word))),
    Keyed("switched", "a int, k bool, PRIMARY KEY (k, a)", ("k", "a"), lambda n: f"{n // 2}, {n % 2 == 0}"),
    Keyed("unique_only", "k date NOT NULL UNIQUE", ("k",), of(day)),
    Keyed("nullable", "k int UNIQUE", ("ctid",), lambda n: "NULL" if n % 3 == 0 else str(n)),
    Keyed("unkeyed", "k int", ("ctid",), lambda n: str(n % 5)),
    Keyed(
        "split", "k int", ("ctid",), lambda n: str(n % 50), " PARTITION BY LIST (k)",
        ("CREATE TABLE part_0 PARTITION OF split FOR VALUES IN (0)", "CREATE TABLE part_1 PARTITION OF split DEFAULT"),
    ),
    Keyed(
        "parent", "k int", ("ctid",), str, "", ("CREATE TABLE child () INHERITS (parent)",),
        "INSERT INTO child SELECT * FROM ONLY parent LIMIT 90",
    ),
    Keyed(
        "keyed_parent", "k int PRIMARY KEY", ("k",), str, "", ("CREATE TABLE keyed_child () INHERITS (keyed_parent)",),
        "INSERT INTO keyed_child SELECT * FROM ONLY keyed_parent LIMIT 90",
    ),
)  # fmt: skip

MYSQL = (
    Keyed("whole", "k bigint unsigned PRIMARY KEY", ("k",), lambda n: str(n * 9223372036854775)),
    Keyed("text_own", "k varchar(40) PRIMARY KEY", ("k",), lambda n: escaped(word(n))),
    Keyed("cased", "k varchar(40) COLLATE utf8mb4_bin PRIMARY KEY", ("k",), of(cased)),
    Keyed("latin", "k varchar(40) CHARACTER SET latin1 PRIMARY KEY", ("k",), lambda n: escaped(latin(n))),
    Keyed("padded", "k char(20) PRIMARY KEY", ("k",), lambda n: escaped(word(n))),
    Keyed("uuids", "k binary(16) PRIMARY KEY", ("k",), of(lambda n: uuid(n).replace("-", ""), "UNHEX({})")),
    Keyed("bytes", "k varbinary(9) PRIMARY KEY", ("k",), of(octets, "UNHEX({})")),
    Keyed("decimals", "k decimal(30,6) PRIMARY KEY", ("k",), decimal),
    Keyed("dates", "k date PRIMARY KEY", ("k",), of(day)),
    Keyed("moments", "k datetime(6) PRIMARY KEY", ("k",), of(moment)),
    Keyed("instants", "k timestamp(6) PRIMARY KEY", ("k",), of(since_1970)),
    Keyed("spans", "k time(6) PRIMARY KEY", ("k",), lambda n: f"'{(n % 400 - 200) * 4}:00:00.{n:06d}'"),
    Keyed("pairs", "a int, k varchar(40), PRIMARY KEY (a, k)", ("a", "k"), compound(lambda n: escaped(word(n)))),
    Keyed("triples", "a int, b year, k int, PRIMARY KEY(a, b, k)", ("a", "b", "k"), compound(third)),
    Keyed("labels", "a enum('z','a','m'), k int, PRIMARY KEY (a, k)", ("a", "k"), lambda n: f"{n % 3 + 1}, {n}"),
    Keyed("bits", "a bit(9), k int, PRIMARY KEY (a, k)", ("a", "k"), lambda n: f"{n % 300}, {n}"),
    Keyed("unique_only", "k date NOT NULL UNIQUE", ("k",), of(day)),
    Keyed("nullable", "k int UNIQUE", (), lambda n: "NULL" if n % 3 == 0 else str(n)),
    Keyed("floats", "k double PRIMARY KEY", (), lambda n: f"{n}.1e0"),
)  # fmt: skip
MARIADB = (
    *MYSQL,
    Keyed(
        "own_uuids",
        "k uuid PRIMARY KEY",
        ("k",),
        of(lambda n: uuid(n)[:14] + "4" + uuid(n)[15:19] + "8" + uuid(n)[20:]),
    ),
)

TIGHT = " WITHOUT ROWID"
SQLITE = (
    Keyed("whole", "k INTEGER PRIMARY KEY", ("k",), lambda n: str((n - 500) * 9223372036854775)),
    Keyed("big", "k BIGINT NOT NULL PRIMARY KEY", ("rowid",), lambda n: str((n - 500) * 9223372036854775)),
    Keyed("texts", "k TEXT NOT NULL PRIMARY KEY", ("rowid",), of(word)),
    Keyed("unkeyed", "k INTEGER, rowid TEXT", ("_rowid_",), lambda n: f"{n % 5}, 'taken'"),
    Keyed("tight", "k TEXT NOT NULL PRIMARY KEY", ("k",), of(word), TIGHT),
    Keyed("cased", "k TEXT NOT NULL PRIMARY KEY", ("k",), of(cased), TIGHT),
    Keyed("folded", "k TEXT NOT NULL COLLATE NOCASE PRIMARY KEY", ("k",), of(word), TIGHT),
    Keyed("nul", "k TEXT NOT NULL PRIMARY KEY", ("k",), with_nul, TIGHT),
    Keyed("bytes", "k BLOB NOT NULL PRIMARY KEY", ("k",), of(octets, "X{}"), TIGHT),
    Keyed("mixed", "k ANY NOT NULL PRIMARY KEY", ("k",), of_any_class, TIGHT),
    Keyed("bare", "k NOT NULL PRIMARY KEY", ("k",), of_any_class, TIGHT),
    Keyed("pairs", "a INTEGER NOT NULL, k TEXT NOT NULL, PRIMARY KEY (a, k)", ("a", "k"), compound(of(word)), TIGHT),
    Keyed("nullable", "k INTEGER UNIQUE", ("rowid",), lambda n: "NULL" if n % 3 == 0 else str(n)),
)  # fmt: skip
DUCKDB = (
    Keyed("whole", "k BIGINT PRIMARY KEY", ("k",), lambda n: str((n - 500) * 9223372036854775)),
    Keyed("texts", "k VARCHAR PRIMARY KEY", ("k",), of(word)),
    Keyed("cased", "k VARCHAR PRIMARY KEY", ("k",), of(cased)),
    Keyed("folded", "k VARCHAR COLLATE NOCASE PRIMARY KEY", ("k",), of(word)),
    Keyed("uuids", "k UUID PRIMARY KEY", ("k",), of(uuid)),
    Keyed("bytes", "k BLOB PRIMARY KEY", ("k",), of(octets, "unhex({})")),
    Keyed("decimals", "k DECIMAL(30,6) PRIMARY KEY", ("k",), decimal),
    Keyed("dates", "k DATE PRIMARY KEY", ("k",), of(day)),
    Keyed("moments", "k TIMESTAMP PRIMARY KEY", ("k",), of(moment)),
    Keyed("instants", "k TIMESTAMPTZ PRIMARY KEY", ("k",), of(moment)),
    Keyed("pairs", "a INTEGER, k VARCHAR, PRIMARY KEY (a, k)", ("a", "k"), compound(of(word))),
    Keyed("labels", "a ENUM('z','a','it''s'), k INTEGER, PRIMARY KEY (a, k)", ("a", "k"), labelled),
    Keyed("unkeyed", "k INTEGER", (), lambda n: str(n % 5)),
)  # fmt: skip

TABLES: dict[str, Sequence[Keyed]] = {
    "postgresql": POSTGRESQL,
    "mysql": MYSQL,
    "mariadb": MARIADB,
    "sqlite": SQLITE,
    "duckdb": DUCKDB,
}
