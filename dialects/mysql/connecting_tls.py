"""TLS as the URL's ssl_* options ask for it: verified unless they say otherwise. The driver's own reading of them is
laxer: it takes a server for verified that it was only given a CA for, and checks no host name without one."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from mappings.errors import ConfigurationError, ConnectionRefused

FILES = ("ssl_ca", "ssl_cert", "ssl_key")
SWITCHES = ("ssl_verify_cert", "ssl_verify_identity", "ssl_disabled")
KEY_PASSWORD = "ssl_key_password"
OPTIONS = (*FILES, *SWITCHES, KEY_PASSWORD)
TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
IN_CLEAR = ("mysql_clear_password", "dialog", "mysql_old_password")
"""Ways to log in that send the password itself, or what it is easily told from."""
HINT = (
    "look at the ssl_* options of the URL: ssl_ca names the certificate that the server's is signed by, "
    "ssl_verify_identity=false accepts another host name, ssl_verify_cert=false any certificate"
)


@dataclass(frozen=True, slots=True)
class Tls:
    """How to encrypt, and how to make sure of the server: by `ca`, or by the system's certificates where empty."""

    ca: str
    cert: str
    key: str
    verify_cert: bool
    verify_identity: bool
    key_password: str = field(repr=False)


def driver_options(options: Mapping[str, str]) -> dict[str, Any]:
    """What the driver's connect takes for these ssl_* options of a URL. Without any it encrypts where the server can;
    with one it must, and verifies the certificate and the host name. ConfigurationError for what cannot be."""
    wanted = {name: value for name, value in options.items() if name in OPTIONS}
    disabled = _switch(wanted, "ssl_disabled", otherwise=False)
    others = sorted(set(wanted) - {"ssl_disabled"})
    if disabled and others:
        raise ConfigurationError(f"the URL says ssl_disabled and {others[0]}", hint="leave one of them out")
    if disabled or not others:
        return {"ssl_disabled": disabled}
    return {"ssl": context(_tls(wanted))}


def _tls(wanted: Mapping[str, str]) -> Tls:
    if "ssl_key" in wanted and "ssl_cert" not in wanted:
        raise ConfigurationError("the URL says ssl_key without ssl_cert", hint="name the certificate, too")
    for name in FILES:
        if name in wanted and not os.access(wanted[name], os.R_OK):
            raise ConfigurationError(f"{name}: the file {wanted[name]} cannot be read", hint=HINT)
    verify = _switch(wanted, "ssl_verify_cert", otherwise=True)
    if not verify and _switch(wanted, "ssl_verify_identity", otherwise=False):
        raise ConfigurationError(
            "the URL says ssl_verify_identity without ssl_verify_cert: anybody can make a certificate with that name",
            hint="leave ssl_verify_cert=false out",
        )
    identity = _switch(wanted, "ssl_verify_identity", otherwise=True)
    ca, cert, key, password = (wanted.get(name, "") for name in (*FILES, KEY_PASSWORD))
    return Tls(ca, cert, key, verify, verify and identity, password)


def _switch(wanted: Mapping[str, str], name: str, *, otherwise: bool) -> bool:
    word = wanted.get(name, str(otherwise)).lower()
    if word not in TRUE + FALSE:
        raise ConfigurationError(f"the URL's option {name} is neither true nor false: {wanted[name]}", hint=HINT)
    return word in TRUE


def context(tls: Tls) -> ssl.SSLContext:
    """ConfigurationError for files that are no certificate. Made anew for each connection: a file may have changed."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = tls.verify_identity
    made.verify_mode = ssl.CERT_REQUIRED if tls.verify_cert else ssl.CERT_NONE
    if tls.ca:
        _trust(made, tls.ca)
    elif tls.verify_cert:
        made.load_default_certs()
    if tls.cert:
        _take_own(made, tls)
    return made


def _trust(made: ssl.SSLContext, ca: str) -> None:
    try:
        made.load_verify_locations(ca)
    except ssl.SSLError as error:
        raise ConfigurationError(f"ssl_ca: {ca} holds no certificate in PEM form", hint=HINT) from error


def _take_own(made: ssl.SSLContext, tls: Tls) -> None:
    try:
        made.load_cert_chain(tls.cert, tls.key or None, password=tls.key_password or _no_password)
    except (ssl.SSLError, ValueError) as error:
        raise ConfigurationError(
            f"ssl_cert {tls.cert} and ssl_key {tls.key} are no certificate with its private key",
            hint="both in PEM form; ${VARIABLE} in ssl_key_password opens an encrypted key",
        ) from error


def _no_password() -> NoReturn:
    """Without this OpenSSL asks on the terminal."""
    raise ConfigurationError("ssl_key is encrypted", hint="give ssl_key_password=${VARIABLE} in the URL")


def guard(connection: Any) -> None:
    """Called where the server wants to be told the password in clear: the driver would do so whoever listens."""
    if not connection._secure:
        raise ConnectionRefused(
            "the server asks for the password in clear text, and the connection is not encrypted",
            hint="ask for TLS, such as ?ssl_ca=/path/ca.pem, or give the user another authentication plug-in",
        )


def refused(error: BaseException | None) -> bool:
    """Whether the driver's error comes from TLS, which it words as an unreachable host."""
    return isinstance(getattr(error, "original_exception", None), ssl.SSLError)
