"""Opening one connection: what the URL says, which driver there is, and the session settings that make every server
read and write the same values."""

from __future__ import annotations

from collections.abc import Mapping

from dialects.mssql.ddl import OPENING
from dialects.mssql.drivers import Link, open_microsoft, open_odbc
from dialects.mssql.errors import translated
from dialects.url import DatabaseUrl
from mappings.errors import ConfigurationError, ConnectionLost, ConnectionRefused

INSTALL = "pip install 'dbtransfer[mssql]'"
SETTINGS = ";\n".join(
    (
        "SET LANGUAGE us_english",
        *OPENING,
        "SET IMPLICIT_TRANSACTIONS OFF",
        "SET XACT_ABORT ON",
        "SET ROWCOUNT 0",
        "SET TEXTSIZE 2147483647",
        "SET LOCK_TIMEOUT 300000",
    )
)
"""LANGUAGE before DATEFORMAT, which it would reset; messages in English are what the error table knows."""
LOGIN_TIMEOUT = 10
PORT = 1433

SWITCHES = {"encrypt", "trustservercertificate", "multisubnetfailover", "trustedconnection"}
KEYWORDS = {
    "encrypt": "Encrypt",
    "trustservercertificate": "TrustServerCertificate",
    "hostnameincertificate": "HostnameInCertificate",
    "servercertificate": "ServerCertificate",
    "trustedconnection": "Trusted_Connection",
    "authentication": "Authentication",
    "multisubnetfailover": "MultiSubnetFailover",
    "applicationintent": "ApplicationIntent",
    "serverspn": "ServerSPN",
    "packetsize": "PacketSize",
}
"""What the URL may say behind its question mark, in any case and with _ or without, by the driver's own word."""
TIMEOUT, ODBC_DRIVER = "connecttimeout", "driver"
YES = {"1": "yes", "true": "yes", "on": "yes", "0": "no", "false": "no", "off": "no"}


def open_link(url: DatabaseUrl) -> Link:
    """A connection with its settings. ConfigurationError when no driver is there or the URL says what none knows."""
    try:
        with translated(f"connecting to {url}"):
            link = _driver(url)
    except ConnectionLost as error:  # there was none to be lost yet
        raise ConnectionRefused(error.message, hint="look at the host and the port of the URL") from error.__cause__
    try:
        with translated(f"setting up the session on {url}"):
            link.run(SETTINGS)
    except BaseException:
        link.close()
        raise
    return link


def _driver(url: DatabaseUrl) -> Link:
    """Microsoft's own driver; pyodbc where that is missing or where the URL asks for it."""
    arguments = connection_string(url)
    timeout = login_timeout(url)
    if url.resolved.drivername != "mssql+pyodbc":
        try:
            return open_microsoft(arguments, timeout)
        except ImportError as missing:
            if url.resolved.drivername != "mssql":
                raise ConfigurationError(f"mssql-python cannot be loaded: {missing}", hint=INSTALL) from missing
    try:
        return open_odbc(odbc_string(url), timeout, url.query(ODBC_DRIVER) or "")
    except ImportError as missing:
        raise ConfigurationError(f"no driver for SQL Server can be loaded: {missing}", hint=INSTALL) from missing


def odbc_string(url: DatabaseUrl) -> str:
    """The same for ODBC, with TLS where the URL is silent: Microsoft's ODBC Driver 17 would do without."""
    return connection_string(url) + ("" if "Encrypt" in _options(url) else ";Encrypt=yes")


def connection_string(url: DatabaseUrl) -> str:
    """What the drivers take, without the name of an ODBC driver. It holds the password."""
    where = url.resolved
    if not where.database:
        raise ConfigurationError(
            f"{url} names no database", hint="write it behind the slash: mssql://user@host/database"
        )
    host = where.host or "localhost"
    parts = {"Server": f"{host},{where.port or PORT}" if "\\" not in host else host, "Database": where.database}
    if where.username:
        parts |= {"UID": where.username, "PWD": str(where.password or "")}
    parts |= _options(url)
    if not where.username and not {"Authentication", "Trusted_Connection"} & set(parts):
        parts["Trusted_Connection"] = "yes"
    return ";".join(f"{name}={_braced(value)}" for name, value in parts.items())


def _options(url: DatabaseUrl) -> Mapping[str, str]:
    options = {}
    for name in url.resolved.query:
        word = name.lower().replace("_", "").replace(" ", "")
        value = url.query(name) or ""
        if word in KEYWORDS:
            options[KEYWORDS[word]] = YES.get(value.lower(), value) if word in SWITCHES else value
        elif word not in (TIMEOUT, ODBC_DRIVER):
            known = ", ".join(sorted((*KEYWORDS, TIMEOUT, ODBC_DRIVER)))
            raise ConfigurationError(f"the URL's option {name} is not known", hint=f"use one of {known}")
    return options


def login_timeout(url: DatabaseUrl) -> int:
    """Seconds to wait for the server."""
    names = [name for name in url.resolved.query if name.lower().replace("_", "") == TIMEOUT]
    value = (url.query(names[0]) or "") if names else str(LOGIN_TIMEOUT)
    if not value.isdigit() or int(value) == 0:
        raise ConfigurationError(
            f"the URL's option {names[0]} is no number of seconds: {value}", hint="write a whole number such as 30"
        )
    return int(value)


def _braced(value: str) -> str:
    """A value of a connection string, in braces where it has characters that mean something there."""
    if value and not set(value) & set(";{}[]()=,?*!@ ") - {","}:
        return value
    return "{" + value.replace("}", "}}") + "}"
