"""Fixtures every test may use: real servers, fresh databases on them, and the shared test data."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn, Protocol
from urllib.parse import urlsplit

import pytest

import transfer
from tests.servers import ENGINES, Server, Unavailable, borrowed, fresh, held, samples, variable

SQLITE = "sqlite"
DUCKDB = "duckdb"
MSSQL = "mssql"
SERVER_FIXTURES = {*ENGINES, "mssql_url", "database", "load_script"}
# every distribution has the others; without them a green run would prove little
MAY_BE_MISSING = "mysql"
MISSING = pytest.StashKey[dict[str, str]]()


class DatabaseFactory(Protocol):
    """`database("mariadb", sample="chinook")` returns the URL of a fresh database."""

    def __call__(self, engine: str, *, sample: str = "") -> str: ...


class SQLiteFactory(Protocol):
    """`sqlite_database(sample="chinook")` returns the URL of a fresh file."""

    def __call__(self, *, sample: str = "") -> str: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="run the soak tests too")


def pytest_configure(config: pytest.Config) -> None:
    """Of the processes that share servers, the one that began first goes last: it stops what was started."""
    config.stash[MISSING] = {}
    if _is_worker(config):
        return
    # a session that is told to end stops its servers, as after Ctrl-C
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if config.getoption("numprocesses", None):
        stack = ExitStack()
        config.add_cleanup(stack.close)
        for engine in ENGINES:
            stack.enter_context(held(engine))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs a server, and leave out soak tests; before -m chooses."""
    for item in items:
        if isinstance(item, pytest.Function) and _needs_server(item):
            item.add_marker("servers")
    if config.getoption("--soak") or "soak" in config.getoption("markexpr"):
        return
    soak = [item for item in items if item.get_closest_marker("soak")]
    config.hook.pytest_deselected(items=soak)
    items[:] = [item for item in items if not item.get_closest_marker("soak")]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Workers tell the first process what they did not test."""
    if _is_worker(session.config):
        session.config.workeroutput["missing"] = session.config.stash[MISSING]  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a worker told; one that crashed told nothing."""
    node.config.stash[MISSING].update(getattr(node, "workeroutput", {}).get("missing", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say loudly what was not tested."""
    for engine, reason in config.stash[MISSING].items():
        terminalreporter.section(f"NOT TESTED: {engine}", sep="!", red=True, bold=True)
        terminalreporter.line(reason)


def _is_worker(config: pytest.Config) -> bool:
    """Whether another process hands out the tests to this one."""
    return hasattr(config, "workerinput")


def _needs_server(item: pytest.Function) -> bool:
    """Whether a test uses a server; one that is parametrised by engine does so where an engine is a server."""
    if not SERVER_FIXTURES & set(item.fixturenames):
        return False
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    engines = {value for value in parameters if isinstance(value, str)} & {*ENGINES, MSSQL, SQLITE}
    return engines != {SQLITE}


def _borrow(config: pytest.Config, engine: str) -> Iterator[Server]:
    if "not servers" in config.getoption("markexpr"):
        pytest.fail(f"a test without the mark `servers` uses {engine}: give it the mark", pytrace=False)
    with ExitStack() as stack:
        server = _entered(stack, engine)
        if isinstance(server, Unavailable):
            _give_up(config, engine, str(server))
        yield server


def _entered(stack: ExitStack, engine: str) -> Server | Unavailable:
    """The server, or why there is none: as a value, so that the report shows the reason without a traceback."""
    try:
        return stack.enter_context(borrowed(engine))
    except Unavailable as reason:
        return reason


def _give_up(config: pytest.Config, engine: str, reason: str) -> NoReturn:
    if engine != MAY_BE_MISSING or os.environ.get(variable(engine)):
        pytest.fail(f"no {engine} server: {reason}", pytrace=False)
    not_tested(config, engine, f"no {engine} server: {reason}")


def not_tested(config: pytest.Config, what: str, reason: str) -> NoReturn:
    """Skip a test, and say loudly at the end what it leaves untested."""
    config.stash[MISSING][what] = reason
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgresql(pytestconfig: pytest.Config) -> Iterator[Server]:
    """The PostgreSQL server, started when the first test asks for it."""
    yield from _borrow(pytestconfig, "postgresql")


@pytest.fixture(scope="session")
def mariadb(pytestconfig: pytest.Config) -> Iterator[Server]:
    """The MariaDB server."""
    yield from _borrow(pytestconfig, "mariadb")


@pytest.fixture(scope="session")
def mysql(pytestconfig: pytest.Config) -> Iterator[Server]:
    """The MySQL server; where none can be had its tests are skipped, and the session says so at its end."""
    yield from _borrow(pytestconfig, "mysql")


@pytest.fixture(scope="session")
def mssql_url() -> str:
    """The URL of a SQL Server; there is no private one."""
    url = os.environ.get(variable(MSSQL))
    if not url:
        pytest.skip(f"no SQL Server: set {variable(MSSQL)}")
    return url


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of the shared test data."""
    folder = samples.folder()
    if not folder.is_dir():
        pytest.skip(f"no test data in {folder}: set DBTRANSFER_TEST_DATA")
    return folder


@pytest.fixture(scope="session")
def postgresql_templates(postgresql: Server) -> Iterator[fresh.PostgreSQLTemplates]:
    """Databases with samples, to be copied."""
    templates = fresh.PostgreSQLTemplates(postgresql)
    yield templates
    templates.drop()


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> fresh.SQLiteTemplates:
    """Files with samples, to be copied."""
    return fresh.SQLiteTemplates(tmp_path_factory.mktemp("templates"))


@pytest.fixture
def sqlite_database(request: pytest.FixtureRequest, tmp_path: Path) -> SQLiteFactory:
    """Makes SQLite files, empty or filled with a sample; for tests that need no server."""

    def make(*, sample: str = "") -> str:
        path = tmp_path / f"{fresh.unique_name('test')}.sqlite"
        if not sample:
            return f"sqlite:///{path}"
        request.getfixturevalue("test_data")
        templates: fresh.SQLiteTemplates = request.getfixturevalue("sqlite_templates")
        return templates.create(path, sample)

    return make


@pytest.fixture
def duckdb_database(sqlite_database: SQLiteFactory, tmp_path: Path) -> SQLiteFactory:
    """Makes DuckDB files, empty or with the rows of SQLite's sample: no vendor has scripts for DuckDB."""

    def make(*, sample: str = "") -> str:
        url = f"duckdb:///{tmp_path / fresh.unique_name('test')}.duckdb"
        if sample:
            there = sqlite_database(sample=sample)
            transfer.copy(transfer.plan(there, url), source=there, target=url)
        return url

    return make


@pytest.fixture
def database(
    request: pytest.FixtureRequest, sqlite_database: SQLiteFactory, duckdb_database: SQLiteFactory
) -> Iterator[DatabaseFactory]:
    """Makes fresh databases, empty or filled with a sample, and drops them when the test ends."""
    with ExitStack() as dropped:

        def make(engine: str, *, sample: str = "") -> str:
            name = fresh.unique_name("test")
            if engine == SQLITE:
                return sqlite_database(sample=sample)
            if engine == DUCKDB:
                return duckdb_database(sample=sample)
            server = _server(request, engine)
            dropped.callback(server.drop_database, name)
            return _server_database(request, server, name, sample)

        yield make


def _server_database(request: pytest.FixtureRequest, server: Server, name: str, sample: str) -> str:
    if not sample:
        return server.create_database(name)
    request.getfixturevalue("test_data")
    if server.engine != "postgresql":
        return fresh.create(server, name, sample)
    templates: fresh.PostgreSQLTemplates = request.getfixturevalue("postgresql_templates")
    return templates.create(name, sample)


@pytest.fixture
def load_script(request: pytest.FixtureRequest) -> Callable[[str, Path], None]:
    """Loads an .sql script into the database of a URL, whatever database it would make or choose."""

    def load(database: str, path: Path) -> None:
        samples.load_script(_server(request, urlsplit(database).scheme), database, path)

    return load


def _server(request: pytest.FixtureRequest, engine: str) -> Server:
    server = request.getfixturevalue(engine)
    assert isinstance(server, Server)
    return server
