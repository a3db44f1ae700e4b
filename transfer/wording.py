"""What the objects of a table mean, in words. Two objects mean the same when they read the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from mappings.defaults import BytesDefault, Default, ExpressionDefault, LiteralDefault
from mappings.limits import Limits
from mappings.names import folded, folded_table
from mappings.schema import (
    Check,
    Column,
    Expression,
    ForeignKey,
    Generated,
    Identity,
    Index,
    IndexPart,
    PrimaryKey,
    TableName,
    Unique,
)

PLAIN = re.compile(r"-?\d+(\.\d+)?|'[^'\\]*'")
"""Numbers and texts, which every server prints as they are."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Words for the objects of one table. `columns` and `tables` tell how names are spelled, which other objects may
    spell otherwise where the engine of these `limits` does not mind case."""

    columns: tuple[Column, ...]
    tables: tuple[TableName, ...] = ()
    limits: Limits | None = None
    _by_name: dict[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {self.key(column.name): column for column in self.columns})

    def key(self, name: str) -> str:
        """What the names of columns, indexes and keys have in common that the engine takes for one."""
        return folded(name, self.limits) if self.limits is not None else name

    def table_key(self, name: TableName) -> TableName:
        """What the names of tables have in common that the engine takes for one."""
        return folded_table(name, self.limits) if self.limits is not None else name

    def name(self, name: str) -> str:
        column = self._by_name.get(self.key(name))
        return column.name if column is not None else name

    def table(self, name: TableName) -> str:
        same = (each for each in self.tables if self.table_key(each) == self.table_key(name))
        return str(next(same, name))

    def expression(self, expression: Expression) -> str:
        """Without what servers add when they print it. The parser is loaded only where there is something to parse."""
        if PLAIN.fullmatch(expression.sql):
            return expression.sql
        from mappings.likeness import normal_expression

        return normal_expression(expression, {column.name: column for column in self.columns})

    def names(self, names: Iterable[str]) -> str:
        return f"({', '.join(map(self.name, names))})"

    def primary_key(self, key: PrimaryKey) -> str:
        return self.names(key.columns)

    def unique(self, unique: Unique) -> str:
        words = [self.names(unique.columns)] + ["nulls not distinct"] * unique.nulls_not_distinct
        return " ".join(words + _deferral(unique.deferrable, unique.initially_deferred))

    def index(self, index: Index) -> str:
        words = ["unique"] * index.unique + [index.method] * bool(index.method)
        words.append(f"({', '.join(map(self._part, index.parts))})")
        words += [f"include {self.names(index.include)}"] * bool(index.include)
        words += ["nulls not distinct"] * index.nulls_not_distinct
        words += [f"where {self.expression(index.where)}"] if index.where is not None else []
        return " ".join(words)

    def _part(self, part: IndexPart) -> str:
        words = [self.expression(part.expression) if part.expression is not None else self.name(part.column)]
        words[0] += f"({part.prefix})" if part.prefix is not None else ""
        words += [f"collate {part.collation}"] * bool(part.collation) + [part.opclass] * bool(part.opclass)
        words += ["desc"] * part.descending
        words += [] if part.nulls_first is None else ["nulls first" if part.nulls_first else "nulls last"]
        return " ".join(words)

    def foreign_key(self, key: ForeignKey) -> str:
        words = [self.names(key.columns), "to", self.table(key.target), f"({', '.join(key.target_columns)})"]
        words += [f"on delete {key.on_delete.lower()}"] if key.on_delete != "NO ACTION" else []
        words += [self.names(key.set_columns)] * bool(key.set_columns)
        words += [f"on update {key.on_update.lower()}"] if key.on_update != "NO ACTION" else []
        words += ["match full"] * key.match_full + ["not validated"] * (not key.validated)
        return " ".join(words + _deferral(key.deferrable, key.initially_deferred))

    def check(self, check: Check) -> str:
        return self.expression(check.expression) + " (not enforced)" * (not check.enforced)

    def generated(self, generated: Generated) -> str:
        return f"{self.expression(generated.expression)}, {'stored' if generated.stored else 'virtual'}"


def _deferral(deferrable: bool, deferred: bool) -> list[str]:
    return ["deferrable"] * deferrable + ["initially deferred"] * (deferrable and deferred)


def identity_text(identity: Identity) -> str:
    """Without the next number, which goes on while rows come in."""
    kind = "always" if identity.always else "by default"
    return f"{kind}, from {identity.start} by {identity.increment}"


def default_text(default: Default) -> str:
    """A default for people."""
    match default:
        case LiteralDefault(text=text):
            return repr(text)
        case BytesDefault(hex=digits):
            return f"x'{digits}'"
        case ExpressionDefault(sql=sql):
            return sql
        case _:
            return default.kind.replace("_", " ")
