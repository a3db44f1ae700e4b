"""What the URL becomes for the drivers, and which of them is chosen."""

from __future__ import annotations

import sys

import pytest

from dialects.mssql import connecting
from dialects.mssql.connecting import connection_string, login_timeout, open_link
from dialects.mssql.drivers import MicrosoftLink, OdbcLink
from dialects.url import parse_url
from mappings.errors import ConfigurationError, ConnectionRefused, TransferError
from tests.mssql.fakes import FakeConnection, refused


def test_the_url_becomes_a_connection_string() -> None:
    url = parse_url(
        "mssql://me:p%3Bw%7D@db.example:1444/shop?encrypt=true&trust_server_certificate=1&connect_timeout=5"
    )
    expected = "Server=db.example,1444;Database=shop;UID=me;PWD={p;w}}};Encrypt=yes;TrustServerCertificate=yes"
    assert connection_string(url) == expected
    assert login_timeout(url) == 5


def test_without_a_user_the_system_vouches() -> None:
    assert connection_string(parse_url("mssql://db/shop")) == "Server=db,1433;Database=shop;Trusted_Connection=yes"


@pytest.mark.parametrize(
    "text", ["mssql://me@db/", "mssql://me@db/shop?colour=red", "mssql://me@db/shop?connect_timeout=soon"]
)
def test_what_no_driver_knows_is_refused(text: str) -> None:
    url = parse_url(text)
    with pytest.raises(ConfigurationError):
        connection_string(url)
        login_timeout(url)


def test_both_drivers_missing_name_the_install_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mssql_python", None)
    monkeypatch.setitem(sys.modules, "pyodbc", None)
    with pytest.raises(ConfigurationError) as missing:
        open_link(parse_url("mssql://me:secret@db/shop"))
    assert missing.value.hint == "pip install 'dbtransfer[mssql]'" and "secret" not in str(missing.value)


def test_pyodbc_stands_in_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mssql_python", None)
    monkeypatch.setattr(connecting, "open_odbc", lambda *_: OdbcLink(FakeConnection(), None))
    assert "slower" in open_link(parse_url("mssql://me@db/shop")).notice
    with pytest.raises(ConfigurationError):
        open_link(parse_url("mssql+mssqlpython://me@db/shop"))


def test_the_session_is_set_up_and_closed_where_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = FakeConnection()
    monkeypatch.setattr(connecting, "open_microsoft", lambda *_: MicrosoftLink(connection))
    open_link(parse_url("mssql://me@db/shop"))
    (settings,) = connection.statements
    assert settings.index("LANGUAGE") < settings.index("DATEFORMAT ymd") and "XACT_ABORT ON" in settings
    connection.answers["LANGUAGE"] = refused("Login failed for user 'me'.")
    with pytest.raises(ConnectionRefused):
        open_link(parse_url("mssql://me@db/shop"))
    assert connection.closed


@pytest.mark.parametrize("driver", ["mssqlpython", "pyodbc"])
def test_no_server_is_an_error_without_the_password(driver: str) -> None:
    """The real drivers, and a port where nothing listens; where they lack a library of the system they say which."""
    with pytest.raises(TransferError) as error:
        open_link(parse_url(f"mssql+{driver}://me:hush-hush@127.0.0.1:9/shop?connect_timeout=2"))
    assert "hush-hush" not in f"{error.value}{error.value.hint}{error.value.__cause__}"
    refused_there = isinstance(error.value, ConnectionRefused)
    assert refused_there or "apt-get install" in error.value.hint or "pip install" in error.value.hint
