"""One parsed URL gives every driver its arguments. No text made from it outside `resolved` holds a password."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from mappings.errors import ConfigurationError

SECRET = re.compile("pass|pwd|secret|token|key$|odbc_connect", re.IGNORECASE)
"""Names of options behind the question mark whose values are never shown."""
HIDDEN = "***"
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
ENCODED = re.compile(r"%24%7B([A-Za-z_][A-Za-z0-9_]*)%7D")
EXAMPLES = "postgresql://user@host/database, mysql://user@host/database or sqlite:///file.db"


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """Where a database is. `masked` is fit for any output; `template` still has its ${VARIABLES}."""

    template: str = field(repr=False)
    resolved: URL = field(repr=False)
    masked: str

    @property
    def scheme(self) -> str:
        """The engine's word before `://`, without a driver: postgresql, mysql, mariadb, sqlite, ..."""
        return self.resolved.get_backend_name()

    def query(self, name: str) -> str | None:
        """The option `name` behind the question mark, None when absent, the last one when repeated."""
        value = self.resolved.query.get(name)
        return value[-1] if isinstance(value, tuple) else value

    def __str__(self) -> str:
        return self.masked


def parse_url(text: str) -> DatabaseUrl:
    """Parse a SQLAlchemy-style URL, filling ${ENVIRONMENT_VARIABLE}. ConfigurationError when it cannot be."""
    template = make(text)
    filled = template.set(
        username=_filled(template.username),
        password=_filled(str(template.password)) if template.password is not None else None,
        host=_filled(template.host),
        database=_filled(template.database),
        query={name: _filled_option(value) for name, value in template.query.items()},
    )
    return DatabaseUrl(text, filled, masked(filled))


def masked(url: URL) -> str:
    """The URL without its password and without secret options."""
    options = {name: HIDDEN if SECRET.search(name) else value for name, value in url.query.items()}
    return url.set(query=options).render_as_string(hide_password=True).replace(quote_plus(HIDDEN), HIDDEN)


def kept(url: DatabaseUrl) -> str:
    """The URL as it may be kept where others read it: its ${VARIABLES} stay, a secret that is written out does not."""
    template = make(url.template)
    password = str(template.password) if template.password is not None else None
    options = {name: value for name, value in template.query.items() if _fit(name, value)}
    bare = URL.create(
        template.drivername,
        username=template.username,
        password=password if password is not None and VARIABLE.fullmatch(password) else None,
        host=template.host,
        port=template.port,
        database=template.database,
        query=options,
    )
    text = bare.render_as_string(hide_password=False)
    return ENCODED.sub(lambda found: f"${{{found[1]}}}", text)


def _fit(name: str, value: str | tuple[str, ...]) -> bool:
    values = (value,) if isinstance(value, str) else value
    return not SECRET.search(name) or all(VARIABLE.fullmatch(each) for each in values)


def make(text: str) -> URL:
    """SQLAlchemy's parse with our error, which never repeats the text: a password may be in it."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ConfigurationError(
            "this is not a database URL",
            hint=f"write {EXAMPLES}; percent-encode special characters in a password",
        ) from None
    if "@" in (url.host or ""):
        raise ConfigurationError(
            "the URL has two @ before its host", hint="write an @ of the user or the password as %40"
        )
    return url


def _filled(text: str | None) -> str | None:
    return None if text is None else VARIABLE.sub(_variable, text)


def _filled_option(value: str | tuple[str, ...]) -> str | tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(VARIABLE.sub(_variable, part) for part in value)
    return VARIABLE.sub(_variable, value)


def _variable(match: re.Match[str]) -> str:
    name = match.group(1)
    if name not in os.environ:
        raise ConfigurationError(
            f"the URL names ${{{name}}}, but this variable is not set", hint=f"export {name}=... first"
        )
    return os.environ[name]
