"""Reports made by hand: one of a night that was busy and went wrong a little, one of a database that is hostile."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

from mappings import types as t
from mappings.schema import NotCarried
from mappings.type_mapper import Note
from tests.pure.limits import GENEROUS
from tests.pure.plans import table_plan
from transfer.differences import Comparison
from transfer.differences import Difference as SchemaDifference
from transfer.page.writing import Job
from transfer.plan import Plan
from transfer.report import Altered, Difference, Report, RowCounts, TableReport, Timing, Unverified

RUN = "20260131T221503Z-9f3c"
TABLES = {
    "shop.order_line": (41_200_000, 412), "shop.event": (18_750_000, 231), "shop.orders": (6_120_400, 98),
    "shop.customer": (1_000_000, 41), "shop.product": (412_004, 17), "shop.photo": (88_020, 64),
    "shop.address": (1_204_119, 12), "shop.payment": (5_980_222, 71), "shop.country": (249, 0.04),
    "shop.currency": (168, 0.03), "shop.tax_rate": (1_020, 0.06), "crm.note": (733_512, 9),
}  # fmt: skip
REJECTS = 3
SECONDS_OF_A_CHUNK = 12.0


def timings(seed: int = 1, workers: int = 4) -> tuple[Timing, ...]:
    """The tables' chunks, each for the worker that is free first."""
    random, free, made = Random(seed), dict.fromkeys(range(1, workers + 1), 1.4), []
    for name, (rows, seconds) in sorted(TABLES.items(), key=lambda each: -each[1][1]):
        chunks = max(1, round(seconds / SECONDS_OF_A_CHUNK))
        for number in range(1, chunks + 1):
            worker = min(free, key=lambda each: free[each])
            took = seconds / chunks * random.uniform(0.7, 1.35)
            made.append(Timing(name, number, f"worker-{worker}", free[worker], free[worker] + took, rows // chunks))
            free[worker] += took
    return tuple(made)


def many_timings(chunks: int, tables: int = 40, workers: int = 8) -> tuple[Timing, ...]:
    """Very many short chunks."""
    return tuple(
        Timing(f"t{at % tables}", at // tables + 1, f"worker-{at % workers + 1}", at / 100, at / 100 + 0.07, 500)
        for at in range(chunks)
    )


def reject_file(path: Path) -> str:
    """A file with three rejected rows of one table."""
    header = {"table": {"schema": "public", "name": "customer"}, "columns": []}
    rows = (
        ("1007", "note", "a\x00b", "text", "value 'a\\x00b' does not fit: the target holds no NUL character in text"),
        ("88121", "born", "0000-00-00", "date", "value '0000-00-00' does not fit: there is no such day"),
        ("90310", "", "", "", 'new row violates check constraint "email_has_at"\nDETAIL:  Failing row contains (...).'),
    )
    told = ("key", "column", "value", "type", "message")
    lines = [header, *({"row": {}} | dict(zip(told, row, strict=True)) for row in rows)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


TERMS = "Net 30 days. " * 60
DIFFERENCES = (
    Difference("public.customer", "417", "changed", "name", "Žižková ", "Žižková"),
    Difference("public.customer", "2003", "changed", "city", "Malmo\u0308", "Malmö"),
    Difference("public.customer", "5118", "changed", "email", "аnn@example.org", "ann@example.org"),
    Difference("public.customer", "77012", "changed", "note", "call\u200b back", "call back"),
    Difference("public.customer", "77013", "changed", "note", None, ""),
    Difference("public.orders", "9001", "changed", "placed", "2026-01-30 23:59:59.999", "2026-01-31 00:00:00.000"),
    Difference("public.orders", "9002", "changed", "total", "-1250.10", "1250.10"),
    Difference("public.orders", "9007", "missing"),
    Difference("public.orders", "12000441", "extra"),
    Difference("public.orders", "9300", "changed", "terms", TERMS + "Paid.", TERMS + "paid."),
)  # fmt: skip


def plan() -> Plan:
    """Two tables and what is said of them."""
    customer = table_plan(
        "customer",
        ("id", t.Integer(64), t.Integer(64)),
        ("name", t.Text(60), t.Text(60)),
        ("born", t.Date(), t.Date()),
        create=('CREATE TABLE "public"."customer" (\n\t"id" bigint NOT NULL,\n\t"name" character varying(60)\n)',),
        indexes=('CREATE INDEX "customer_name" ON "public"."customer" ("name")',),
    )
    notes = (
        Note("S", "shop.customer.name", "collation utf8mb4_general_ci not kept"),
        Note("S", "shop.customer.email", "collation utf8mb4_general_ci not kept"),
        Note("O", "shop.orders.shipped", "3 rows hold a zero, partial or infinite date: null, as allowed"),
        Note("P", "crm.note.body", "not probed: a row that holds a NUL character would stop the copy"),
    )
    return Plan("MariaDB 10.11.19", "PostgreSQL 15.18", GENEROUS, (customer, table_plan()), notes, ())


def busy(folder: Path) -> tuple[Report, Job]:
    """Rejects, differences, altered values, notes: something in every section."""
    wrong = {"shop.customer": RowCounts(changed=5), "shop.orders": RowCounts(12, 3, 3397, transient=4)}
    tables = tuple(
        TableReport(
            name,
            name.replace("shop.", "public."),
            rows,
            REJECTS if name == "shop.customer" else 0,
            "differs" if name in wrong else "digest",
            seconds,
            "",
            "read back" if name == "shop.photo" else "inside",
            wrong.get(name, RowCounts()),
        )
        for name, (rows, seconds) in TABLES.items()
    )
    schema = Comparison(
        len(tables),
        (
            SchemaDifference("index", "public.event.event_at", "missing", "INDEX (at)", "INDEX (at)"),
            SchemaDifference("type", "shop.orders.paid", "different", "tinyint(1)", "", "smallint", "a wider type"),
        ),
    )  # fmt: skip
    planned = plan()
    report = Report(
        status="differences",
        run=RUN,
        seconds=302.4,
        tables=tables,
        losses=planned.losses,
        not_carried=(
            NotCarried("view", "shop.big_orders", "a view is code, not rows"),
            NotCarried("trigger", "shop.orders.stock", "code is not carried"),
        ),
        altered=(Altered("shop.orders.shipped", "null", 3), Altered("shop.customer.note", "strip", 1)),
        reject_file=reject_file(folder / "rejects.jsonl"),
        consistency="one instant, 2026-01-31 22:15:04 UTC, position 0/3A41F2B8",
        notices=("rows go by multi-row INSERT, slower: the server forbids the fast way\nSET GLOBAL local_infile = 1",),
        copy_seconds=281.0,
        verify_seconds=21.4,
        schema_differences=schema,
        source=planned.source,
        target=planned.target,
        started="2026-01-31T22:15:03Z",
        timings=timings(),
        differences=DIFFERENCES,
        unverified=(Unverified("shop.photo.place", "the target cannot say its points as text"),),
    )
    settings = (("--jobs", "4"), ("--verify", "digest"), ("--allow-loss", "orders.shipped=null, customer.note=strip"))
    job = Job("copy", "mariadb://reader@db1/shop", "postgresql://loader:***@db2/shop", settings, planned)
    return report, job


HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(2)'>",
    "' onmouseover='alert(3)",
    "abc\u202etxt.exe\u202c\u2066\u200f",
    "nul\x00, bell\x07, escape\x1b[31m, delete\x7f, c1\x9b",
    "lines\r\nand\ttabs\u2028\u2029\u0085",
    "</td></tr></table></style></script><!-- ",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt; &amp;amp;",
    "\ud800 lone, \ufffe no character, \ue000 private",
    "javascript:alert(4)",
    "  spaces   all  over  ",
    "W" * 4_000,
)


def hostile(folder: Path) -> tuple[Report, Job]:
    """Whatever a database may call its things and hold in them, everywhere a page shows any of it."""
    tables = tuple(TableReport(text, text + "!", 1, 1, "differs", 0.1, text) for text in HOSTILE)
    path = folder / "hostile.jsonl"
    with path.open("w") as file:
        for text in HOSTILE:
            row = dict.fromkeys(("key", "column", "value", "type", "message"), text)
            file.write(json.dumps({"table": {"schema": "", "name": text + "!"}, "columns": []}) + "\n")
            file.write(json.dumps({"row": {}} | row) + "\n")
    planned = Plan(
        HOSTILE[0], HOSTILE[1], GENEROUS,
        tuple(table_plan(text, (text, t.Text(), t.Text()), create=(text,)) for text in HOSTILE),
        tuple(Note("P", text, text, text) for text in HOSTILE), (),
    )  # fmt: skip
    report = Report(
        status="differences",
        run=RUN,
        seconds=2.0,
        tables=tables,
        losses=tuple(Note("S", text, text) for text in HOSTILE),
        not_carried=tuple(NotCarried(text, text, text) for text in HOSTILE),
        altered=tuple(Altered(text, "strip", 1) for text in HOSTILE),
        reject_file=str(path),
        consistency=HOSTILE[0],
        notices=HOSTILE,
        copy_seconds=1.0,
        schema_differences=Comparison(1, tuple(_schema_difference(text) for text in HOSTILE)),
        source=HOSTILE[3],
        target=HOSTILE[4],
        started="2026-01-31T22:15:03Z",
        timings=tuple(Timing(text, 1, text, at / 10, at / 10 + 0.1, 1) for at, text in enumerate(HOSTILE)),
        differences=tuple(Difference(text + "!", text, "changed", text, text, text[::-1]) for text in HOSTILE),
        unverified=tuple(Unverified(text, text) for text in HOSTILE),
    )
    return report, Job("copy", HOSTILE[1], HOSTILE[2], tuple((text, text) for text in HOSTILE), planned)


def _schema_difference(text: str) -> SchemaDifference:
    return SchemaDifference(text, text, "different", text, text, text, text if len(text) % 2 else "")
