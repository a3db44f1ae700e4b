"""Sessions on fresh databases of both products, and both ways in."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from dialects import connect
from dialects.mysql.session import MysqlSession
from tests.conftest import DatabaseFactory

PRODUCTS = ("mariadb", "mysql")
Open = Callable[..., MysqlSession]


@pytest.fixture(params=PRODUCTS)
def product(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens sessions that are closed when the test ends."""
    with ExitStack() as stack:

        def make(url: str, *, writable: bool = True) -> MysqlSession:
            session = connect(url, writable=writable)
            assert isinstance(session, MysqlSession)
            return stack.enter_context(session)

        yield make


@pytest.fixture
def url(product: str, database: DatabaseFactory) -> str:
    """A fresh database."""
    return database(product)


@pytest.fixture
def session(url: str, opened: Open) -> MysqlSession:
    """A writable session on a fresh database."""
    return opened(url)


@pytest.fixture(params=("load", "insert"))
def writer(request: pytest.FixtureRequest, session: MysqlSession) -> MysqlSession:
    """The same, once with LOAD DATA and once without."""
    if request.param == "insert":
        session._local_infile = False
    return session
