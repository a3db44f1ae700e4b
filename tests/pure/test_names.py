"""Names on the target fit its limits, stay apart, and are the same in every plan."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.errors import Blocked
from mappings.names import NameScope, shortened, table_names
from mappings.schema import TableName
from tests.pure.limits import GENEROUS, NARROW

CHARACTERS = replace(GENEROUS, identifier_length=20)
OCTETS = replace(CHARACTERS, identifier_octets=True)


@given(st.text(max_size=20))
def test_a_name_that_fits_is_kept(name: str) -> None:
    assert shortened(name, CHARACTERS) == name


@given(st.text(max_size=60))
def test_no_name_is_longer_than_the_limit(name: str) -> None:
    assert len(shortened(name, CHARACTERS)) <= 20
    assert len(shortened(name, OCTETS).encode()) <= 20


@given(st.text(min_size=15, max_size=25), st.text(max_size=3), st.text(max_size=3))
def test_two_long_names_stay_apart(head: str, one: str, other: str) -> None:
    first, second = shortened(head + one, OCTETS), shortened(head + other, OCTETS)
    assert (first == second) == (one == other)


def test_a_cut_name_ends_in_the_hash_of_the_whole() -> None:
    assert shortened("a_name_of_23_characters", CHARACTERS) == "a_name_of_2_68b3efbd"
    assert shortened("ééééééééééé", OCTETS) == "ééééé_31de13a7"


def placed(*names: tuple[str, str], schemas: bool = True, fold: bool = False) -> list[str]:
    places = table_names(
        [TableName(*name) for name in names],
        source_default="public",
        target_default="dbo" if schemas else "",
        limits=replace(CHARACTERS, schemas=schemas, identifiers_fold_case=fold),
    )
    return [str(places[TableName(*name)]) for name in names]


def test_the_default_namespace_becomes_the_default_and_others_keep_their_name() -> None:
    assert placed(("public", "a"), ("", "b"), ("Sales", "a")) == ["dbo.a", "dbo.b", "Sales.a"]


def test_a_flat_target_gets_other_namespaces_as_a_prefix() -> None:
    assert placed(("public", "a"), ("sales", "a"), schemas=False) == ["a", "sales_a"]


@pytest.mark.parametrize(
    ("one", "other", "schemas", "fold"),
    [
        (("public", "sales_a"), ("sales", "a"), False, False),
        (("a_b", "c"), ("a", "b_c"), False, False),
        (("public", "Foo"), ("public", "foo"), True, True),
        (("public", "a"), ("dbo", "a"), True, False),
        (("public", "a"), ("", "a"), True, False),
    ],
)
def test_two_tables_of_one_name_are_blocked(
    one: tuple[str, str], other: tuple[str, str], schemas: bool, fold: bool
) -> None:
    with pytest.raises(Blocked) as caught:
        placed(one, other, schemas=schemas, fold=fold)
    assert str(TableName(*one)) in str(caught.value)
    assert f"--exclude '{TableName(*other)}'" in caught.value.hint


def test_names_that_differ_are_no_collision() -> None:
    assert len(placed(("public", "Foo"), ("public", "foo"))) == 2
    assert len(placed(("a.b", "c"), ("a", "b.c"))) == 2


def test_a_free_name_is_given_as_wished_and_a_taken_one_is_told_apart() -> None:
    scope = NameScope(GENEROUS)
    scope.reserve("Taken")
    given_names = [scope.claim(wished, "t") for wished in ("key", "KEY", "key", "key", "taken", "other")]
    assert given_names == ["key", "t_KEY", "t_key_2", "t_key_3", "t_taken", "other"]


def test_claimed_names_fit_the_limit_and_are_unique() -> None:
    scope = NameScope(NARROW)
    claimed = [scope.claim("a_very_long_name_of_an_index_on_it", f"table_{number % 3}") for number in range(40)]
    assert len({name.lower() for name in claimed}) == 40
    assert max(map(len, claimed)) <= NARROW.identifier_length


def test_a_scope_gives_the_same_names_every_time() -> None:
    def names() -> list[str]:
        scope = NameScope(NARROW)
        return [scope.claim(wished, "orders") for wished in ("idx", "idx", "x" * 50, "x" * 50)]

    assert names() == names()


def test_a_scope_without_a_free_name_is_blocked() -> None:
    scope = NameScope(GENEROUS)
    assert len({scope.claim("idx", "t") for _ in range(1000)}) == 1000
    with pytest.raises(Blocked, match="no free name for idx of table t"):
        scope.claim("idx", "t")
