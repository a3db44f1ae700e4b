"""The tree of errors is the one that is drawn, with its exit codes; places are put in front on the way up."""

import re
import signal

import pytest

from mappings import errors
from mappings.errors import Stopped, TransferError, ValueDoesNotFit

LINE = re.compile(r"^(?P<branch>[ |`-]*)(?P<name>[A-Z]\w+)\s+(?P<note>.*)$")


def drawn() -> dict[str, tuple[str, str]]:
    """Each class in the docstring with the class above it and its note."""
    tree: dict[str, tuple[str, str]] = {}
    above: dict[int, str] = {-1: "Exception"}
    for line in (errors.__doc__ or "").splitlines():
        match = LINE.match(line)
        if match and match["name"].isidentifier() and hasattr(errors, match["name"]):
            depth = len(match["branch"])
            parent = above[max(known for known in above if known < depth)]
            tree[match["name"]] = (parent, match["note"])
            above = {known: name for known, name in above.items() if known < depth} | {depth: match["name"]}
    return tree


CLASSES: dict[str, type[TransferError]] = {
    name: value for name, value in vars(errors).items() if isinstance(value, type)
}


def test_the_tree_drawn_is_the_tree_there_is() -> None:
    assert {name: parent for name, (parent, _) in drawn().items()} == {
        name: value.__mro__[1].__name__ for name, value in CLASSES.items()
    }


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_what_is_drawn_about_a_class_is_true(name: str) -> None:
    note = drawn()[name][1]
    kind = CLASSES[name]
    assert kind.retryable == note.startswith("retryable")
    code = re.match(r"exit (\d+)\s*(?!.*or 143)", note)
    if code:
        assert kind.exit_code == int(code[1])


def test_the_outer_place_comes_first() -> None:
    error = TransferError("deadlock", hint="try again").at("chunk 12").at("shop.orders")
    assert str(error) == "shop.orders, chunk 12: deadlock"
    assert (error.message, error.hint, error.where) == ("deadlock", "try again", "shop.orders, chunk 12")
    assert str(TransferError("deadlock")) == "deadlock"


def test_a_value_that_does_not_fit_knows_its_row() -> None:
    assert ValueDoesNotFit("no", row=7, where="t.c").row == 7


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stop_ends_with_the_code_of_its_signal(number: int, code: int) -> None:
    assert Stopped("stopped", signal_number=number).exit_code == code
