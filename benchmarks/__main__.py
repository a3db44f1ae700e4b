"""`python -m benchmarks [--rows N]`: PostgreSQL to MariaDB and back, beside raw pipes in the same run."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks import table
from benchmarks.measure import Measured, measured, piped, together
from tests.servers import Server, Unavailable, borrowed

STREAMS = 2
QUICK = ("--quick", "--batch", "--execute=SELECT * FROM wide")


def dbtransfer(source: str, target: str, *options: str) -> Measured:
    """One copy by the installed command."""
    command = str(Path(sys.executable).with_name("dbtransfer"))
    return measured([command, "copy", source, target, "--jobs", str(STREAMS), *options])


def raw_pipes(postgresql: Server, source: str, mariadb: Server, target: str, rows: int) -> float:
    """`psql COPY csv | LOAD DATA LOCAL`, chunk by chunk, two at a time, into an empty table like the copy's own."""
    step = -(-rows // table.CHUNKS)
    load = mariadb.client("--local-infile=1", f"--execute={table.LOAD}", database=target)

    def chunk(lower: int) -> None:
        copy = table.AS_CSV.format(lower=lower, upper=lower + step)
        piped(postgresql.client("--command", copy, database=source), load)

    return together(STREAMS, [lambda lower=lower: chunk(lower) for lower in range(1, rows + 1, step)])  # type: ignore[misc]


def postgresql_to_mariadb(postgresql: Server, source: str, mariadb: Server, rows: int) -> str:
    """Prints the figures; returns the database that was filled."""
    piped_into, copied_into = mariadb.create_database("bench_pipe"), mariadb.create_database("bench_copy")
    dbtransfer(source, piped_into, "--schema-only")
    limit = raw_pipes(postgresql, source, mariadb, piped_into, rows)
    mariadb.drop_database("bench_pipe")
    copied = dbtransfer(source, copied_into, "--verify", "none")
    mariadb.drop_database("bench_copy")
    copied_into = mariadb.create_database("bench_copy")
    verified = dbtransfer(source, copied_into)
    say("PostgreSQL to MariaDB", "two raw pipes", limit, copied, verified)
    return copied_into


def mariadb_to_postgresql(postgresql: Server, source: str, mariadb: Server, filled: str) -> None:
    """Prints the figures of the way back."""
    read = measured(mariadb.client(*QUICK, database=filled)).seconds
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder, "wide.bin")
        out = "COPY wide TO STDOUT (FORMAT binary)"
        measured(postgresql.client("--command", out, database=source), stdout=ready)
        target = postgresql.create_database("bench_raw")
        measured(postgresql.client("--command", table.CREATE, database=target))
        into = "COPY wide FROM STDIN (FORMAT binary)"
        write = measured(postgresql.client("--command", into, database=target), stdin=ready).seconds
        postgresql.drop_database("bench_raw")
    copied = dbtransfer(filled, postgresql.create_database("bench_back"), "--verify", "none")
    postgresql.drop_database("bench_back")
    verified = dbtransfer(filled, postgresql.create_database("bench_back"))
    postgresql.drop_database("bench_back")
    print(f"  mariadb --quick {read:.1f} s, COPY FROM a ready binary file {write:.1f} s")
    say("MariaDB to PostgreSQL", "the slower of the two", max(read, write), copied, verified)


def say(pair: str, limit_name: str, limit: float, copied: Measured, verified: Measured) -> None:
    print(f"{pair}")
    print(f"  limit: {limit_name} {limit:.1f} s")
    print(f"  dbtransfer copy --jobs {STREAMS} --verify none: {copied.seconds:.1f} s, {copied.seconds / limit:.2f} of")
    print(f"    the limit; client CPU {copied.cpu:.1f} s, peak resident {copied.peak_mb:.0f} MB")
    print(f"  with verification by digest: {verified.seconds:.1f} s, peak resident {verified.peak_mb:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    rows = parser.parse_args().rows
    with ExitStack() as stack:
        servers = [stack.enter_context(borrowed(engine)) for engine in ("postgresql", "mariadb")]
        for server in servers:
            if isinstance(server, Unavailable):
                sys.exit(f"no server: {server}")
            for name in ("bench", "bench_raw", "bench_back", "bench_pipe", "bench_copy"):
                stack.callback(server.drop_database, name)
        postgresql, mariadb = servers
        source = postgresql.create_database("bench")
        for statement in (table.CREATE, table.FILL.format(rows=rows), table.ANALYZE):
            postgresql.execute(statement, database=source)
        print(f"{rows:,} rows of 14 columns; {postgresql.version}, {mariadb.version}")
        filled = postgresql_to_mariadb(postgresql, source, mariadb, rows)
        mariadb_to_postgresql(postgresql, source, mariadb, filled)


if __name__ == "__main__":
    main()
