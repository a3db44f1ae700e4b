"""The public API is `transfer.__all__`: sorted, complete, importable."""

from types import ModuleType

import transfer


def test_the_public_names_are_sorted_and_there() -> None:
    assert transfer.__all__ == sorted(transfer.__all__)
    assert len(set(transfer.__all__)) == len(transfer.__all__)
    assert all(hasattr(transfer, name) for name in transfer.__all__)


def test_no_public_name_is_left_out() -> None:
    names = {
        name
        for name, value in vars(transfer).items()
        if not name.startswith("_") and not isinstance(value, ModuleType) and name != "annotations"
    }
    assert names == set(transfer.__all__)


def test_every_public_name_explains_itself() -> None:
    for name in transfer.__all__:
        assert getattr(transfer, name).__doc__, name
