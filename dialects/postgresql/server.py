"""Which server it is: its version, and the types, collations and extensions it knows. What a Dialect may promise
hangs on these facts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

OLDEST = 15

BUILTIN_TYPES = frozenset({
    '"char"', "bigint", "bit", "bit varying", "boolean", "box", "bytea", "character", "character varying", "cid",
    "cidr", "circle", "date", "datemultirange", "daterange", "double precision", "inet", "int4multirange",
    "int4range", "int8multirange", "int8range", "integer", "interval", "json", "jsonb", "jsonpath", "line", "lseg",
    "macaddr", "macaddr8", "money", "name", "numeric", "nummultirange", "numrange", "oid", "path", "pg_lsn",
    "pg_snapshot", "point", "polygon", "real", "refcursor", "regclass", "regcollation", "regconfig",
    "regdictionary", "regnamespace", "regoper", "regoperator", "regproc", "regprocedure", "regrole", "regtype",
    "smallint", "text", "tid", "time with time zone", "time without time zone", "timestamp with time zone",
    "timestamp without time zone", "tsmultirange", "tsquery", "tsrange", "tstzmultirange", "tstzrange", "tsvector",
    "txid_snapshot", "uuid", "xid", "xid8", "xml",
})  # fmt: skip
"""As format_type prints them without modifiers; what every supported version has."""

EXTENSION_TYPES = {
    "citext": "citext", "cube": "cube", "geography": "postgis", "geometry": "postgis", "halfvec": "vector",
    "hstore": "hstore", "lquery": "ltree", "ltree": "ltree", "ltxtquery": "ltree", "seg": "seg",
    "sparsevec": "vector", "vector": "vector",
}  # fmt: skip
"""Types that an extension brings, by the extension's name."""

CALL = re.compile(r'(?:"([^"]+)"|\b([a-z_][a-z0-9_]*))\(')
STRING = re.compile(r"'(?:[^']|'')*'")
TYPE_WORDS = {"character", "varying"}
"""Words of type names that a length may follow."""

FACTS = """
SELECT current_setting('server_version'), current_setting('server_version_num')::int,
       current_setting('server_encoding'), coalesce(current_schema(), 'public'),
       scale('1'::money::numeric)
"""

KNOWN = """
SELECT 'type', pg_catalog.format_type(t.oid, NULL)
  FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
 WHERE t.typtype IN ('b', 'e', 'd', 'r', 'm') AND t.typcategory <> 'A' OR t.typtype = 'c' AND c.relkind = 'c'
UNION ALL
SELECT 'collation', c.oid::regcollation::text FROM pg_catalog.pg_collation c
 WHERE c.collencoding IN (-1, (SELECT d.encoding FROM pg_catalog.pg_database d WHERE d.datname = current_database()))
UNION ALL
SELECT DISTINCT 'opclass', opcname FROM pg_catalog.pg_opclass
UNION ALL
SELECT DISTINCT 'function', proname FROM pg_catalog.pg_proc
UNION ALL
SELECT 'schema', nspname FROM pg_catalog.pg_namespace
UNION ALL
SELECT DISTINCT 'extension', e.name FROM pg_catalog.pg_available_extension_versions e
 WHERE NOT e.installed AND e.name = ANY (%(extensions)s)
   AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_extension x WHERE x.extname = e.name)
   AND (current_setting('is_superuser') = 'on'
        OR e.trusted AND has_database_privilege(current_database(), 'CREATE'))
"""


@dataclass(frozen=True, slots=True)
class Server:
    """The facts about one server. `types` and `collations` are SQL text as format_type and regcollation print it;
    `extensions` are those that are not there but that this user may create."""

    version: int = OLDEST
    release: str = str(OLDEST)
    encoding: str = "UTF8"
    default_schema: str = "public"
    money_digits: int = 2
    types: frozenset[str] = BUILTIN_TYPES
    collations: frozenset[str] = frozenset({'"C"', '"POSIX"', '"default"'})
    opclasses: frozenset[str] = frozenset()
    schemas: frozenset[str] = field(default=frozenset({"public"}))
    extensions: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    """Names without their schemas; empty means not asked."""

    @property
    def label(self) -> str:
        return f"PostgreSQL {self.release.split()[0]}"

    @property
    def virtual_columns(self) -> bool:
        """Generated columns without storage."""
        return self.version >= 18

    @property
    def unenforced_checks(self) -> bool:
        return self.version >= 18

    def located(self, base: str) -> str | None:
        """The type's text here, None when it is not there and no extension to create would bring it."""
        if base in self.types:
            return base
        if base not in EXTENSION_TYPES:
            return None
        elsewhere = next((name for name in sorted(self.types) if name.endswith(f".{base}")), None)
        return elsewhere or (base if EXTENSION_TYPES[base] in self.extensions else None)

    def runs(self, sql: str) -> bool:
        """Whether every function that an expression of pg_get_expr calls is there. Keywords stand in capitals."""
        called = {(quoted or plain) for quoted, plain in CALL.findall(STRING.sub("''", sql))}
        return not self.functions or called - TYPE_WORDS <= self.functions

    def missing_extension(self, base: str) -> str | None:
        """The extension to create for a type that is not there yet."""
        extension = EXTENSION_TYPES.get(base)
        return extension if extension in self.extensions and base not in self.types else None


def server_from(facts: Sequence[Any], known: Sequence[Sequence[Any]]) -> Server:
    """The facts from one row of FACTS and all rows of KNOWN."""
    release, number, encoding, schema, money_digits = facts
    names = {word: frozenset(name for kind, name in known if kind == word) for word in {kind for kind, _ in known}}
    return Server(
        version=number // 10_000,
        release=release,
        encoding=encoding,
        default_schema=schema,
        money_digits=money_digits,
        types=names["type"],
        collations=names["collation"],
        opclasses=names["opclass"],
        schemas=names["schema"],
        functions=names["function"],
        extensions=names.get("extension", frozenset()),
    )
