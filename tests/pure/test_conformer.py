"""A batch as the target takes it; a value that does not fit is named with table, column, chunk and key."""

from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest

from mappings import types as t
from mappings.errors import ValueDoesNotFit
from mappings.schema import Expression, Generated, PrimaryKey
from tests.pure.limits import GENEROUS
from tests.pure.plans import Pair, batch_of, table_plan
from transfer.chunks import Chunk
from transfer.copier import Conformer
from transfer.digest import Digest, Digester
from transfer.plan import TablePlan

ID: Pair = ("id", t.Integer(64), t.Integer(64))
TOTAL: Pair = ("total", t.Decimal(9, 3), t.Decimal(9, 2))
NOTE: Pair = ("note", t.Text(), t.Text(3))


def conformer(plan: TablePlan, *, digesting: bool = True) -> Conformer:
    return Conformer(Chunk(plan, 12, None), GENEROUS, digesting=digesting)


def test_a_batch_gets_the_names_and_types_of_the_target() -> None:
    plan = table_plan("orders", ID, TOTAL, NOTE)
    batch = conformer(plan)(batch_of(plan, (1, Decimal("1.500"), "abc"), (2, None, None)))
    assert batch.schema == pa.schema(
        [("new_id", pa.int64()), ("new_total", pa.decimal128(9, 2)), ("new_note", pa.large_utf8())]
    )
    assert batch.to_pylist()[0] == {"new_id": 1, "new_total": Decimal("1.50"), "new_note": "abc"}


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ((ID,), "shop.orders.note, chunk 12, key 4711"),
        ((("id", t.Date(), t.Date()),), "shop.orders.note, chunk 12, key 1982-11-25"),
        ((("id", t.Binary(), t.Binary()),), "shop.orders.note, chunk 12, key 00ff"),
        ((("other", t.Text(), t.Text()),), "shop.orders.note, chunk 12, row 2 of a batch"),
    ],
)
def test_the_place_of_a_value_that_does_not_fit_is_told(keys: tuple[Pair, ...], place: str) -> None:
    plan = table_plan("orders", *keys, NOTE)
    values: dict[type, tuple[object, object]] = {
        t.Integer: (1, 4711),
        t.Date: (None, 4711),
        t.Binary: (b"", b"\x00\xff"),
        t.Text: ("", ""),
    }
    first, second = values[type(keys[0][1])]
    with pytest.raises(ValueDoesNotFit) as caught:
        conformer(plan)(batch_of(plan, (first, "abc"), (second, "abcd")))
    assert str(caught.value) == f"{place}: value 'abcd' does not fit: longer than 3 characters"
    assert caught.value.__cause__ is None


def test_several_columns_of_a_key_are_all_named() -> None:
    plan = table_plan("orders", ID, ("line", t.Integer(16), t.Integer(16)), NOTE)
    plan = replace(plan, source=replace(plan.source, primary_key=PrimaryKey("", ("id", "line"))))
    with pytest.raises(ValueDoesNotFit, match="key 7, 2:"):
        conformer(plan)(batch_of(plan, (7, 2, "abcd")))


def test_altered_values_are_counted_by_column_over_all_batches() -> None:
    plan = table_plan("orders", ID, TOTAL, NOTE)
    key, total, note = plan.columns
    columns = (key, replace(total, rule="round"), replace(note, rule="truncate"))
    conform = conformer(replace(plan, columns=columns))
    conform(batch_of(plan, (1, Decimal("1.555"), "abcd"), (2, Decimal("1.550"), "abcd")))
    conform(batch_of(plan, (3, Decimal("-1.555"), None)))
    assert conform.sent.altered == {"shop.orders.total": 2, "shop.orders.note": 2}


def test_the_digest_is_that_of_the_rows_as_written() -> None:
    plan = table_plan("orders", ID, NOTE)
    conform = conformer(plan)
    written = [conform(batch_of(plan, row)) for row in ((1, "abc"), (2, None))]
    digester = Digester(plan.stored_columns)
    assert conform.sent.digest == digester.all(iter(written))
    assert conform.sent.digest.rows == 2


def test_without_digesting_rows_are_counted_only() -> None:
    plan = table_plan("orders", ID)
    conform = conformer(plan, digesting=False)
    conform(batch_of(plan, (1,), (2,)))
    assert conform.sent.digest == Digest(2, 0)


def test_generated_columns_are_digested_but_not_written() -> None:
    plan = table_plan("orders", ID, ("double", t.Integer(64), t.Integer(64)))
    generated = Generated(Expression("x", "id * 2"), stored=True)
    key, double = plan.columns
    plan = replace(plan, columns=(key, replace(double, write=replace(double.write, generated=generated))))
    one, other = conformer(plan), conformer(plan)
    assert one(batch_of(plan, (1, 2))).schema.names == ["new_id"]
    other(batch_of(plan, (1, 3)))
    assert one.sent.digest != other.sent.digest
