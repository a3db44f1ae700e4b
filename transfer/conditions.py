"""Which rows of a table are meant, in the target's names and types: as SQL of either side, as a mask over batches."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, assert_never, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dialects.base import Dialect
from dialects.buckets import within
from mappings import types as t
from mappings.arrow import arrow_type
from mappings.buckets import Bucketing, Hashes, Keys, Ranges, numbers, wrapped
from mappings.canonical import speller
from mappings.errors import ConfigurationError
from mappings.schema import Column

Operator = Literal["=", "!=", "<", "<=", ">", ">="]
OPERATORS: tuple[Operator, ...] = get_args(Operator)
COMPARED: dict[Operator, Callable[[pa.Array, pa.Scalar], pa.Array]] = {
    "=": pc.equal,
    "!=": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}
WHERE = re.compile(r"\s*(?P<column>.+?)\s*(?P<operator>!=|<>|<=|>=|=|<|>)\s*(?P<value>.*?)\s*", re.DOTALL)
SAMPLE_DIGITS = 8
ORDERED = (t.Integer, t.Decimal, t.Year, t.Date, t.Timestamp)
"""Kinds whose literals every engine orders alike."""
Own = Mapping[str, Column]
"""By the target's names: a side's own columns, in the target's types, as far as its SQL says just the same values."""


@dataclass(frozen=True, slots=True)
class Within:
    """The rows of some buckets; of `Keys` their numbers as they are."""

    by: Bucketing
    chosen: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """The rows whose key's hash is less than a share of all hashes: the same keys in every engine."""

    columns: tuple[Column, ...]
    share: float

    @property
    def by(self) -> Hashes:
        return Hashes(self.columns, SAMPLE_DIGITS)

    @property
    def bound(self) -> int:
        return round(self.share * (1 << 4 * SAMPLE_DIGITS))


@dataclass(frozen=True, slots=True)
class Compared:
    """The rows whose value in `column` stands so to `value`, which is in the column's one text; never those of NULL."""

    column: Column
    operator: Operator
    value: str


Condition = Within | Sample | Compared


def as_sql(condition: Condition, dialect: Dialect, own: Own) -> str | None:
    """A predicate of a side's SQL that is true for just these rows; None where there is none."""
    match condition:
        case Within(by=by, chosen=chosen):
            there = renamed(by, own)
            return None if there is None else within(dialect, there, chosen)
        case Sample(bound=bound):
            there = renamed(condition.by, own)
            number = None if there is None else dialect.bucket(there)
            return None if number is None else f"{number} < {bound}"
        case Compared(column=column):
            there_column = own.get(column.name)
            return None if there_column is None else _comparison(condition, dialect, there_column)
        case _:
            assert_never(condition)


def renamed(by: Bucketing, own: Own) -> Bucketing | None:
    """The same buckets in a side's own columns."""
    if isinstance(by, Hashes):
        columns = tuple(own[column.name] for column in by.columns if column.name in own)
        return Hashes(columns, by.digits) if len(columns) == len(by.columns) else None
    column = own.get(by.column.name)
    if column is None:
        return None
    return Keys(column) if isinstance(by, Keys) else Ranges(column, by.least, by.width, by.count)


def _comparison(condition: Compared, dialect: Dialect, column: Column) -> str | None:
    """Equality by the hash of the one text, which no collation has a say in; orders by literals."""
    if condition.operator in ("=", "!="):
        number = dialect.bucket(Hashes((column,)))
        equal = numbers(_one_row(condition), Hashes((condition.column,)))[0].as_py()
        there = f"{dialect.quote(column.name)} IS NOT NULL"
        sign = "=" if condition.operator == "=" else "<>"
        return None if number is None else f"({there} AND {number} {sign} {equal})"
    text = str(speller(column.type)(pa.array([_scalar(condition)]))[0])
    digits = isinstance(column.type, t.Integer | t.Decimal | t.Year)
    return f"{dialect.quote(column.name)} {condition.operator} {text if digits else dialect.literal(text)}"


def _one_row(condition: Compared) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([_scalar(condition)])], names=[condition.column.name])


def mask(condition: Condition, batch: pa.RecordBatch) -> pa.Array:
    """True for the rows that are meant, of a batch in the target's names and types."""
    match condition:
        case Within(by=Keys() as by, chosen=chosen):
            return _one_of(numbers(batch, by), [None if key is None else wrapped(key) for key in chosen])
        case Within(by=by, chosen=chosen):
            return _one_of(numbers(batch, by), chosen)
        case Sample(bound=bound):
            return pc.less(numbers(batch, condition.by), bound)
        case Compared(column=column, operator=operator):
            return pc.fill_null(COMPARED[operator](batch.column(column.name), _scalar(condition)), False)
        case _:
            assert_never(condition)


def _one_of(found: pa.Array, chosen: list[int | None] | tuple[int | None, ...]) -> pa.Array:
    return pc.is_in(found, value_set=pa.array(chosen, pa.int64()), skip_nulls=None not in chosen)


def all_of(conditions: tuple[Condition, ...], batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows of the batch that every condition means."""
    for condition in conditions:
        if batch.num_rows:
            batch = batch.filter(mask(condition, batch))
    return batch


def _scalar(condition: Compared) -> pa.Scalar:
    """The value in the column's Arrow type; an instant without an offset is in UTC."""
    kind, text = arrow_type(condition.column.type), pa.scalar(condition.value, pa.large_utf8())
    if not pa.types.is_timestamp(kind) or kind.tz is None:
        return pc.cast(text, kind)
    try:
        return pc.cast(text, kind)
    except pa.ArrowInvalid:
        return pc.cast(pa.scalar(f"{condition.value}Z", pa.large_utf8()), kind)


def parse_where(text: str) -> tuple[str, Operator, str]:
    """`COLUMN OP VALUE`: the three. ConfigurationError when it is not that."""
    found = WHERE.fullmatch(text)
    if found is None:
        raise ConfigurationError(
            f"--where {text!r} is not COLUMN OP VALUE", hint=f"OP is one of {' '.join(OPERATORS)}: --where 'id >= 1000'"
        )
    operator = next((each for each in OPERATORS if each == found["operator"]), OPERATORS[1])
    value = found["value"]
    quoted = len(value) > 1 and value[0] == value[-1] == "'"
    return found["column"], operator, value[1:-1].replace("''", "'") if quoted else value


def compared(column: Column, operator: Operator, value: str) -> Compared:
    """The condition, its value checked. ConfigurationError where the column's type has no such comparison or value."""
    if operator not in ("=", "!=") and not isinstance(column.type, ORDERED):
        raise ConfigurationError(
            f"--where: {column.name} is {column.type.kind}, which engines do not order alike", hint="use = or !="
        )
    condition = Compared(column, operator, value)
    try:
        _scalar(condition)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ConfigurationError(f"--where: {value!r} is no {column.type.kind}: {error}") from error
    return condition


def share_of(text: str) -> float:
    """`5%` as 0.05. ConfigurationError when it is no share above 0 and up to 100%."""
    number = text.strip().removesuffix("%")
    try:
        share = float(number) / 100
    except ValueError:
        share = np.nan
    if not (text.strip().endswith("%") and 0 < share <= 1):
        raise ConfigurationError(f"--sample {text!r} is no share", hint="such as --sample 5%")
    return share
