"""Limits of imaginary engines: one that holds everything, one that holds little."""

from dataclasses import replace

from mappings.limits import Limits

GENEROUS = Limits(
    writers=8,
    identifier_length=1000,
    identifier_octets=False,
    schemas=True,
    index_names_per_schema=False,
    constraint_names_per_schema=False,
    identifiers_fold_case=False,
    foreign_keys_inline=False,
    unbounded_decimal=True,
    unsigned_integers=True,
    nul_in_text=True,
    float_specials=True,
    least_year=-300_000,
    greatest_year=300_000,
    keyed_text_length=None,
)

NARROW = replace(
    GENEROUS,
    writers=1,
    identifier_length=30,
    schemas=False,
    index_names_per_schema=True,
    constraint_names_per_schema=True,
    identifiers_fold_case=True,
    unbounded_decimal=False,
    unsigned_integers=False,
    nul_in_text=False,
    float_specials=False,
    least_year=1,
    greatest_year=9999,
    keyed_text_length=100,
)
