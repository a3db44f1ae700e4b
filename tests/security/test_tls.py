"""TLS as the URL asks for it: encrypted, verified, and refused in plain words where it cannot be."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from dialects import connect
from dialects.mssql.connecting import odbc_string
from dialects.mysql.connecting_tls import driver_options
from dialects.postgresql.connection import address
from dialects.url import parse_url
from mappings.errors import ConfigurationError, TransferError
from tests.commands.command import changed, run
from tests.security.certificates import ADDRESS, Authority, Pair
from tests.security.encrypted import encrypted
from tests.servers import Server


def by_engine(postgresql: str, family: str) -> dict[str, str]:
    return {"postgresql": postgresql, "mariadb": family, "mysql": family}


OTHER_NAME = "localhost"
"""The same host by a name that its certificate does not have."""
VERIFYING = {
    "postgresql": ("?sslmode=verify-full&sslrootcert={ca}", "?sslrootcert={ca}", "?sslmode=verify-ca&sslrootcert={ca}"),
    "mariadb": ("?ssl_ca={ca}", "?ssl_ca={ca}&ssl_verify_identity=true", "?ssl_ca={ca}&ssl_verify_identity=false"),
}
VERIFYING["mysql"] = VERIFYING["mariadb"]
"""Two ways to ask for the certificate and the host name, and one for the certificate alone."""
CLIENT = by_engine("&sslcert={crt}&sslkey={key}", "&ssl_cert={crt}&ssl_key={key}")
PLAIN = by_engine("?sslmode=disable", "?ssl_disabled=true")
UNVERIFIED = by_engine("?sslmode=require", "?ssl_verify_cert=false")
CIPHER = {
    "postgresql": "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
    "mariadb": "SELECT variable_value FROM information_schema.session_status WHERE variable_name = 'Ssl_version'",
    "mysql": "SELECT variable_value FROM performance_schema.session_status WHERE variable_name = 'Ssl_version'",
}
ENGINES = ("postgresql", "mariadb", pytest.param("mysql", marks=pytest.mark.soak))


@dataclass(frozen=True)
class Place:
    """A running server with TLS, and the files that a client needs."""

    server: Server
    authority: Authority
    stranger: Authority
    client: Pair

    def url(self, options: str, *, host: str = ADDRESS, user: str = "tls", authority: Authority | None = None) -> str:
        ca = (authority or self.authority).certificate
        files = options.format(ca=ca, crt=self.client.certificate, key=self.client.key)
        return changed(self.server.url, user=user, password=user, host=host, database="shop") + files


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module", params=ENGINES)
def there(request: pytest.FixtureRequest, folder: Path) -> Iterator[Place]:
    here = folder / request.param
    authority, stranger = Authority(here, "authority"), Authority(here, "stranger")
    with encrypted(request.param, authority) as server:
        yield Place(server, authority, stranger, authority.sign("certified"))


def opened(url: str, engine: str) -> str:
    """Connect with every driver of the engine; the version of TLS that the server tells."""
    if engine == "postgresql":
        address(parse_url(url), writable=False).binary().close()
    with connect(url) as session:
        return str(session.query(CIPHER[engine])[0][0])


def refused(url: str, engine: str, words: str) -> None:
    """Every driver of the engine refuses, in these words and with a hint."""
    with pytest.raises(TransferError, match=words) as caught:
        connect(url)
    assert "ssl" in caught.value.hint and caught.value.exit_code == 1
    if engine == "postgresql":
        with pytest.raises(TransferError, match=words):
            address(parse_url(url), writable=False).binary()


def test_the_right_authority_and_name(there: Place) -> None:
    engine = there.server.engine
    for options in (*VERIFYING[engine], UNVERIFIED[engine]):
        assert opened(there.url(options), engine).startswith("TLS"), options


def test_another_name(there: Place) -> None:
    engine = there.server.engine
    both, short, certificate_alone = VERIFYING[engine]
    for options in (both, short):
        refused(there.url(options, host=OTHER_NAME), engine, "(?i)certificate")
    assert opened(there.url(certificate_alone, host=OTHER_NAME), engine).startswith("TLS")


def test_another_authority(there: Place) -> None:
    engine = there.server.engine
    for options in VERIFYING[engine]:
        refused(there.url(options, authority=there.stranger), engine, "certificate verify failed")
    assert opened(there.url(UNVERIFIED[engine], authority=there.stranger), engine).startswith("TLS")


def test_plain_where_the_server_wants_tls(there: Place) -> None:
    outcome = run("inspect", there.url(PLAIN[there.server.engine]))
    assert outcome.code == 1 and "Try:" in outcome.err, outcome.err


def test_without_a_word_it_is_encrypted_where_the_server_can(there: Place) -> None:
    assert opened(there.url(""), there.server.engine).startswith("TLS")


def test_a_certificate_of_ones_own(there: Place) -> None:
    engine = there.server.engine
    options = VERIFYING[engine][0]
    assert opened(there.url(options + CLIENT[engine], user="certified"), engine).startswith("TLS")
    outcome = run("inspect", there.url(options, user="certified"))
    assert outcome.code == 1 and "Try:" in outcome.err, outcome.err


def test_the_command_tells_the_way_out(there: Place, folder: Path) -> None:
    engine = there.server.engine
    url = there.url(VERIFYING[engine][1], authority=there.stranger)
    outcome = run("copy", "--json", url, f"sqlite:///{folder}/new.db")
    assert outcome.code == 1 and "certificate verify failed" in outcome.err
    assert "ssl" in outcome.err.split("Try:")[1] and "ssl" in outcome.document["try"]


@pytest.mark.parametrize("name", ["mariadb", "postgresql"])
def test_a_server_without_tls_is_refused_where_the_url_asks_for_it(
    request: pytest.FixtureRequest, folder: Path, name: str
) -> None:
    server: Server = request.getfixturevalue(name)
    authority = Authority(folder, "unused")
    plain = changed(server.url, database="postgres" if name == "postgresql" else "mysql")
    for options in (*VERIFYING[name], UNVERIFIED[name]):
        refused(plain + options.format(ca=authority.certificate), name, "SSL")


def test_the_systems_authorities_check_the_name_too() -> None:
    """The driver's own reading of the option would check the certificate alone."""
    made: ssl.SSLContext = driver_options({"ssl_verify_identity": "true"})["ssl"]
    assert made.check_hostname and made.verify_mode == ssl.CERT_REQUIRED


def test_an_encrypted_key_is_opened_and_never_asks(folder: Path) -> None:
    authority = Authority(folder, "keys")
    pair = authority.sign("shut", password="open sesame")
    files = {"ssl_cert": str(pair.certificate), "ssl_key": str(pair.key)}
    assert driver_options(files | {"ssl_key_password": "open sesame"})["ssl"]
    with pytest.raises(ConfigurationError, match="encrypted") as caught:
        driver_options(files)
    assert "ssl_key_password" in caught.value.hint
    with pytest.raises(ConfigurationError) as wrong:
        driver_options(files | {"ssl_key_password": "open barley"})
    assert "barley" not in f"{wrong.value}{wrong.value.hint}{wrong.value.__cause__}"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"ssl_verify_cert": "ture"}, "neither true nor false"),
        ({"ssl_disabled": "true", "ssl_ca": "ca.pem"}, "ssl_disabled and ssl_ca"),
        ({"ssl_verify_cert": "no", "ssl_verify_identity": "yes"}, "without ssl_verify_cert"),
        ({"ssl_key": "key.pem"}, "ssl_key without ssl_cert"),
        ({"ssl_ca": "/nowhere/ca.pem"}, "/nowhere/ca.pem cannot be read"),
        ({"ssl_ca": __file__}, "no certificate"),
        ({"ssl_cert": __file__}, "no certificate"),
    ],
)
def test_what_the_options_cannot_mean_is_an_error(options: Mapping[str, str], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        driver_options(options)
    assert caught.value.hint


def test_files_for_tls_mean_verified_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """libpq alone would try TLS and go on without."""
    monkeypatch.delenv("PGSSLMODE", raising=False)
    assert "verify-full" in address(parse_url("postgresql://me@db/shop?sslrootcert=ca.pem"), writable=False).conninfo
    chosen = address(parse_url("postgresql://me@db/shop?sslrootcert=ca.pem&sslmode=verify-ca"), writable=False)
    assert "verify-ca" in chosen.conninfo and "verify-full" not in chosen.conninfo
    monkeypatch.setenv("PGSSLMODE", "require")
    assert (
        "verify-full" not in address(parse_url("postgresql://me@db/shop?sslrootcert=ca.pem"), writable=False).conninfo
    )


def test_sql_server_is_encrypted_unless_the_url_says_otherwise() -> None:
    """Text alone, for want of a server."""
    silent = odbc_string(parse_url("mssql://me:%3BEncrypt%3Dno@db/shop"))
    assert silent.endswith("PWD={;Encrypt=no};Encrypt=yes") and "TrustServerCertificate" not in silent
    assert odbc_string(parse_url("mssql://me:pw@db/shop?encrypt=false")).endswith("PWD=pw;Encrypt=no")
