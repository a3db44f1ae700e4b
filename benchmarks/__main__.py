"""`python -m benchmarks [--rows N]`: PostgreSQL to MariaDB and back, beside raw pipes in the same run.

`python -m benchmarks verify`: what verifying costs beside copying, and how fast each engine digests its rows.
`python -m benchmarks search [--reladiff PROGRAM]`: what finding four rows costs beside one digest of both tables.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks import table, verify
from benchmarks.measure import Measured, measured, piped, together
from tests.servers import Server, Unavailable, borrowed

STREAMS = 2
OUT, INTO = "COPY wide TO STDOUT (FORMAT binary)", "COPY wide FROM STDIN (FORMAT binary)"
RAW = ("--verify", "none", "--no-probe")
"""What the limits do, too: move rows, and ask nothing of them before or after."""
QUICK = ("--quick", "--batch", "--execute=SELECT * FROM wide")


def dbtransfer(source: str, target: str, *options: str, command: str = "copy") -> Measured:
    """One copy, or another command on the two, by the installed program."""
    program = str(Path(sys.executable).with_name("dbtransfer"))
    return measured([program, command, source, target, "--jobs", str(STREAMS), *options])


def raw_pipes(postgresql: Server, source: str, mariadb: Server, target: str, rows: int) -> float:
    """`psql COPY csv | LOAD DATA LOCAL`, chunk by chunk, two at a time, into an empty table like the copy's own."""
    step = -(-rows // table.CHUNKS)
    load = mariadb.client("--local-infile=1", f"--execute={table.LOAD}", database=target)

    def chunk(lower: int) -> None:
        copy = table.AS_CSV.format(lower=lower, upper=lower + step)
        piped(postgresql.client("--command", copy, database=source), load)

    return together(STREAMS, [lambda lower=lower: chunk(lower) for lower in range(1, rows + 1, step)])  # type: ignore[misc]


@contextmanager
def database(server: Server, name: str) -> Iterator[str]:
    """A database of that name for one measurement."""
    yield server.create_database(name)
    server.drop_database(name)


def postgresql_to_mariadb(postgresql: Server, source: str, mariadb: Server, rows: int, repeat: int) -> str:
    """Prints the best figures of several rounds, limit and copy by turns; returns the database that was filled."""
    limits, copies = [], []
    for _ in range(repeat):
        with database(mariadb, "bench_pipe") as target:
            dbtransfer(source, target, "--schema-only")
            limits.append(raw_pipes(postgresql, source, mariadb, target, rows))
        with database(mariadb, "bench_copy") as target:
            copies.append(dbtransfer(source, target, *RAW))
    with database(mariadb, "bench_copy") as target:
        probed = dbtransfer(source, target, "--verify", "none")
    filled = mariadb.create_database("bench_copy")
    say("PostgreSQL to MariaDB", "two raw pipes", limits, copies, probed, dbtransfer(source, filled))
    return filled


def mariadb_to_postgresql(postgresql: Server, source: str, mariadb: Server, filled: str, repeat: int) -> None:
    """Prints the best figures of the way back."""
    reads, writes, copies = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder, "wide.bin")
        measured(postgresql.client("--command", OUT, database=source), stdout=ready)
        for _ in range(repeat):
            reads.append(measured(mariadb.client(*QUICK, database=filled)).seconds)
            with database(postgresql, "bench_raw") as target:
                postgresql.execute(table.CREATE, database=target)
                writes.append(measured(postgresql.client("--command", INTO, database=target), stdin=ready).seconds)
            with database(postgresql, "bench_back") as target:
                copies.append(dbtransfer(filled, target, *RAW))
    with database(postgresql, "bench_back") as target:
        probed = dbtransfer(filled, target, "--verify", "none")
    with database(postgresql, "bench_back") as target:
        verified = dbtransfer(filled, target)
    print(f"  mariadb --quick {min(reads):.1f} s, COPY FROM a ready binary file {min(writes):.1f} s")
    say("MariaDB to PostgreSQL", "the slower of the two", [max(min(reads), min(writes))], copies, probed, verified)


def say(
    pair: str, limit_name: str, limits: list[float], copies: list[Measured], probed: Measured, verified: Measured
) -> None:
    limit, copied = min(limits), min(copies, key=lambda each: each.seconds)
    print(pair)
    print(f"  limit: {limit_name} {limit:.1f} s")
    print(f"  dbtransfer copy --jobs {STREAMS} --verify none --no-probe: {copied.seconds:.1f} s,")
    print(f"    {copied.seconds / limit:.2f} of the limit")
    print(f"    client CPU {copied.cpu:.1f} s, peak resident {copied.peak_mb:.0f} MB")
    print(f"  with the rows asked beforehand: {probed.seconds:.1f} s, {probed.seconds / limit:.2f} of the limit")
    print(f"  with that and verification by digest: {verified.seconds:.1f} s, peak resident {verified.peak_mb:.0f} MB")


def verification(postgresql: Server, source: str, servers: list[Server]) -> None:
    """Prints what verifying costs between PostgreSQL and each other server, and what each digests in a second."""
    verify.rates("postgresql, one process", source, verify.ONE_PROCESS)
    verify.rates("postgresql, as it plans", source)
    for server in servers:
        with database(server, "bench_copy") as target:
            copied = dbtransfer(source, target, "--verify", "none").seconds
            verify.say(f"postgresql and {server.engine}", copied, dbtransfer(source, target, command="verify"))
            verify.rates(server.engine, target)


def searching(postgresql: Server, source: str, mariadb: Server, rows: int, reladiff: str) -> None:
    """Prints what it costs to find rows between PostgreSQL and MariaDB."""
    with database(mariadb, "bench_copy") as target:
        dbtransfer(source, target, "--verify", "none", "--no-probe")
        if reladiff:
            verify.reladiff(reladiff, source, target)
        statements = verify.planted(rows)
        verify.search(
            "postgresql and mariadb", source, target, statements, lambda text: mariadb.execute(text, database=target)
        )
        if reladiff:
            verify.reladiff(reladiff, source, target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=("copy", "verify", "search"), default="copy")
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--repeat", type=int, default=3, help="rounds of which the best counts")
    parser.add_argument("--reladiff", default="", metavar="PROGRAM", help="where reladiff is, to be measured beside")
    asked = parser.parse_args()
    part, rows, repeat = asked.part, asked.rows, asked.repeat
    engines = ("postgresql", "mariadb", "mysql") if part == "verify" else ("postgresql", "mariadb")
    with ExitStack() as stack:
        servers = [stack.enter_context(borrowed(engine)) for engine in engines]
        for server in servers:
            if isinstance(server, Unavailable):
                sys.exit(f"no server: {server}")
            for name in ("bench", "bench_raw", "bench_back", "bench_pipe", "bench_copy"):
                stack.callback(server.drop_database, name)
        postgresql, mariadb = servers[:2]
        source = postgresql.create_database("bench")
        for statement in (table.CREATE, table.FILL.format(rows=rows), table.ANALYZE):
            postgresql.execute(statement, database=source)
        print(f"{rows:,} rows of 14 columns; {postgresql.version}, {mariadb.version}")
        if part == "verify":
            return verification(postgresql, source, [server for server in servers[1:] if isinstance(server, Server)])
        if part == "search":
            return searching(postgresql, source, mariadb, rows, asked.reladiff)
        filled = postgresql_to_mariadb(postgresql, source, mariadb, rows, repeat)
        mariadb_to_postgresql(postgresql, source, mariadb, filled, repeat)


if __name__ == "__main__":
    main()
