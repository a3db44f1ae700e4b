"""A report adds up, ends in an exit code, and goes into JSON."""

import json
from dataclasses import replace

import pytest

from mappings.schema import NotCarried
from mappings.type_mapper import Note
from transfer.report import Altered, Report, Status, TableReport, Timing

TABLE = TableReport("shop.orders", "orders", 10, 0, "digest", 1.23456)
REPORT = Report(
    "done",
    "20200131T123000Z",
    2.00049,
    (TABLE, replace(TABLE, source="shop.lines", target="lines", rows=32)),
    (Note("S", "shop.orders.id", "is stored otherwise"),),
    (NotCarried("view", "v", "no"),),
    (Altered("shop.orders.total", "round", 3),),
    consistency="one snapshot",
    copy_seconds=1.00051,
    timings=(Timing("shop.orders", 1, "worker-1", 0.1234, 1.23456, 10),),
)


def test_rows_are_those_of_all_tables() -> None:
    assert REPORT.rows == 42


@pytest.mark.parametrize(("status", "code"), [("done", 0), ("differences", 3)])
def test_the_status_decides_the_exit_code(status: Status, code: int) -> None:
    assert replace(REPORT, status=status).exit_code == code


def test_the_document_is_json_with_seconds_to_the_millisecond() -> None:
    document = json.loads(json.dumps(REPORT.document()))
    assert (document["seconds"], document["copy_seconds"], document["verify_seconds"]) == (2.0, 1.001, 0.0)
    assert document["tables"][0] == {
        "source": "shop.orders",
        "target": "orders",
        "rows": 10,
        "rejected": 0,
        "verified": "digest",
        "seconds": 1.235,
        "difference": "",
        "proof": "",
        "counts": dict.fromkeys(("missing", "extra", "changed", "tolerated", "respelled", "transient"), 0),
    }
    assert document["timings"] == [
        {"table": "shop.orders", "chunk": 1, "worker": "worker-1", "started": 0.123, "ended": 1.235, "rows": 10}
    ]
    assert document["altered"] == [{"column": "shop.orders.total", "rule": "round", "values": 3}]
    assert document["losses"][0]["where"] == "shop.orders.id"
    assert document["not_carried"] == [{"object": "view", "name": "v", "reason": "no"}]
    assert (document["status"], document["run"], document["consistency"]) == ("done", REPORT.run, "one snapshot")
