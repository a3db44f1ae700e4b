"""A URL gives drivers what they need, and no text made from it shows a password."""

import traceback

import pytest

from dialects import connect
from dialects.url import parse_url
from mappings.errors import ConfigurationError, TransferError

SECRET = "hunter2"

WITH_PASSWORD = [
    f"postgresql://u:{SECRET}@host/db",
    f"postgresql://u:{SECRET}@host:5432/db?sslmode=require",
    f"mysql+pymysql://:{SECRET}@host/db",
    "postgresql://u:${PASSWORD}@host/db",
    f"postgresql://u@host/db?password={SECRET}",
    "postgresql://u@host/db?sslpassword=${PASSWORD}&application_name=x",
    f"mysql://u@host/db?passwd={SECRET}&charset=utf8mb4",
    f"mssql://?odbc_connect=UID%3Du%3BPWD%3D{SECRET}",
]


@pytest.mark.parametrize("text", WITH_PASSWORD)
def test_no_text_of_a_url_shows_its_password(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD", SECRET)
    url = parse_url(text)
    assert SECRET in url.resolved.render_as_string(hide_password=False)
    for shown in (str(url), repr(url), f"{url}", url.masked, repr([url])):
        assert SECRET not in shown
        assert "***" in shown


def test_what_is_no_secret_is_shown() -> None:
    shown = "mysql://u:***@host:3307/shop?charset=utf8mb4&ssl_ca=%2Fca.pem"
    assert str(parse_url(shown.replace("***", "secret"))) == shown


WRONG = [
    f"{SECRET}",
    f"postgresql:/u:{SECRET}@host/db",
    f"postgresql://u:{SECRET}@host:port/db",
    f"postgresql://u:a@{SECRET}@host/db",
    f"oracle://u:{SECRET}@host/db",
    f"postgresql://u:{SECRET}@${{HOST_THAT_IS_NOT_SET}}/db",
]


@pytest.mark.parametrize("text", WRONG)
def test_an_error_about_a_url_shows_no_password_and_says_what_to_do(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        connect(text)
    assert caught.value.hint
    for shown in (str(caught.value), repr(caught.value), caught.value.hint, *traceback.format_exception(caught.value)):
        assert SECRET not in shown


@pytest.mark.parametrize("part", ["user", "password", "host", "database", "option"])
def test_a_variable_of_the_environment_is_filled_in(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = "a@b:c/d?e#f%g h"
    monkeypatch.setenv("SHOP_1", odd)
    places = dict.fromkeys(("user", "password", "host", "database", "option"), "x") | {part: "${SHOP_1}"}
    url = parse_url("postgresql://{user}:{password}@{host}/{database}?option={option}".format(**places))
    resolved = url.resolved
    found = {
        "user": resolved.username,
        "password": resolved.password,
        "host": resolved.host,
        "database": resolved.database,
        "option": url.query("option"),
    }
    assert found == dict.fromkeys(places, "x") | {part: odd}
    assert "${SHOP_1}" in url.template


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_2", raising=False)
    with pytest.raises(TransferError, match=r"names \$\{SHOP_2\}") as caught:
        parse_url("postgresql://u:${SHOP_2}@host/db")
    assert (caught.value.exit_code, caught.value.hint) == (2, "export SHOP_2=... first")


def test_what_is_no_variable_is_left_alone() -> None:
    assert parse_url("postgresql://u:$HOME${1}@host/db").resolved.password == "$HOME${1}"


@pytest.mark.parametrize("password", ["p@ss", "a:b", "a/b", "?#&", "%", "ü €", "${X}"])
def test_a_percent_encoded_password_is_decoded(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "filled")
    encoded = "".join(f"%{octet:02X}" for octet in password.encode())
    wanted = "filled" if password == "${X}" else password
    assert parse_url(f"postgresql://u:{encoded}@host/db").resolved.password == wanted


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("mysql+pymysql://h/d", "mysql"),
        ("mariadb://h/d", "mariadb"),
        ("sqlite:///f.db", "sqlite"),
        ("sqlite://", "sqlite"),
    ],
)
def test_the_scheme_is_the_word_of_the_engine(text: str, scheme: str) -> None:
    assert parse_url(text).scheme == scheme


def test_an_option_that_is_repeated_counts_once() -> None:
    url = parse_url("postgresql://h/d?host=a&host=b")
    assert (url.query("host"), url.query("port")) == ("b", None)
