"""The test servers and their samples: what the other tests take for granted."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import DatabaseFactory, SQLiteFactory
from tests.servers import ENGINES, Server, samples
from tests.servers.packages import RELEASE_FILE
from tests.servers.programs import Programs

CHINOOK_TRACKS = 3503
COUNT_TRACKS = {
    "postgresql": "SELECT count(*) FROM track",
    "mariadb": "SELECT count(*) FROM Track",
    "mysql": "SELECT count(*) FROM Track",
}


def test_a_script_loses_what_makes_or_chooses_its_own_database() -> None:
    script = b"-- use `x`;\nDROP DATABASE IF EXISTS `x`;\ncreate schema x;use x;\n\\c x\nCREATE TABLE t (a int);\n"
    assert samples.into_given_database(script).split() == b"-- use `x`; CREATE TABLE t (a int);".split()


def test_words_of_a_comment_are_not_taken_for_a_statement() -> None:
    script = b"/* Drop database if exists\n ****/\nCREATE TABLE t (a int);\n"
    assert samples.into_given_database(script) == script


def test_mirrors_are_read_from_what_apt_tells() -> None:
    told = "'http://mirror.test/debian/dists/bookworm/InRelease' mirror.test_debian_dists_bookworm_InRelease 0 \n"
    assert RELEASE_FILE.findall(told) == [("http://mirror.test/debian/", "bookworm")]


def test_an_unpacked_tree_with_a_c_library_runs_by_its_own_loader(tmp_path: Path) -> None:
    for name in ("usr/sbin/served", "usr/lib64/ld-linux-x.so.2", "usr/lib/x-linux-gnu/libc.so.6"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.touch(mode=0o755)
    loader, option, libraries, program = Programs(tmp_path).command("served")
    assert (option, Path(loader).name, Path(program).name) == ("--library-path", "ld-linux-x.so.2", "served")
    assert libraries == str(tmp_path / "usr/lib/x-linux-gnu")


def test_an_sqlite_sample_is_a_file_of_its_own(sqlite_database: SQLiteFactory) -> None:
    first, second = (samples.sqlite_file(sqlite_database(sample="chinook")) for _ in range(2))
    assert first != second
    with closing(sqlite3.connect(first)) as connection:
        assert connection.execute("SELECT count(*) FROM Track").fetchone() == (CHINOOK_TRACKS,)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_sample_is_loaded_into_a_fresh_database(
    engine: str, database: DatabaseFactory, request: pytest.FixtureRequest
) -> None:
    server: Server = request.getfixturevalue(engine)
    first, second = (database(engine, sample="chinook") for _ in range(2))
    server.execute(f"DELETE FROM {'playlist_track' if engine == 'postgresql' else 'PlaylistTrack'}", database=first)
    assert first != second
    assert server.execute(COUNT_TRACKS[engine], database=second) == str(CHINOOK_TRACKS)


@pytest.mark.servers
@pytest.mark.parametrize("engine", ENGINES)
def test_a_wrong_password_is_refused(engine: str, request: pytest.FixtureRequest) -> None:
    server: Server = request.getfixturevalue(engine)
    wrong = server.url.replace(":dbtransfer@", ":wrong@")
    with pytest.raises(RuntimeError, match="(?i)password|denied"):
        server.execute("SELECT 1", database=wrong)
