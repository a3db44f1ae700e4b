"""What the server's receive function of each type takes, made of Arrow arrays. `wire` chooses among these."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dialects.postgresql.packing import Fixed, Numbers, Pack, Varying, numbers, validity

EPOCH_DAYS = 10_957
EPOCH_MICROSECONDS = EPOCH_DAYS * 86_400_000_000
"""The server counts from 2000-01-01."""

INTEGERS = {"smallint": (pa.int16(), "i2"), "integer": (pa.int32(), "i4"), "bigint": (pa.int64(), "i8")}
FLOATS = {"real": (pa.float32(), "f4"), "double precision": (pa.float64(), "f8")}
WIDEST_INTEGER = pa.decimal128(20, 0)
"""Holds every integer of 64 bits, signed or not."""

POSITIVE, NEGATIVE = 0, 0x4000
BASE, BASE_DIGITS = 10_000, 4
"""The server's digits of numeric: each is a number of four decimal digits."""
HALF = np.uint64(32)
LOW_HALF = np.uint64(0xFFFFFFFF)

TEXT_TYPE = 25
"""The object number of `text`, the same on every server."""


def plain(native: str) -> Pack:
    """Integers and floats. Arrow's cast raises for what `native` does not hold."""
    wanted, kind = (INTEGERS | FLOATS)[native]
    return lambda array: Fixed(((f">{kind}", numbers(pc.cast(array, wanted), kind)),))


def boolean(array: pa.Array) -> Fixed:
    return Fixed((("u1", numbers(pc.cast(array, pa.uint8()), "u1")),))


def object_number(array: pa.Array) -> Fixed:
    return Fixed(((">u4", numbers(array, "u4")),))


def uuid(array: pa.Array) -> Fixed:
    return Fixed((("V16", numbers(array, "V16")),))


def date(array: pa.Array) -> Fixed:
    return Fixed(((">i4", _since_2000(array.view(pa.int32()), "i4", EPOCH_DAYS)),))


def timestamp(array: pa.Array) -> Fixed:
    return Fixed(((">i8", _since_2000(array.view(pa.int64()), "i8", EPOCH_MICROSECONDS)),))


def _since_2000(array: pa.Array, kind: str, epoch: int) -> Numbers:
    """The greatest and the least number are the server's infinities; the greatest cannot come out of this."""
    least = pc.min(array).as_py()
    if least is not None and least - epoch <= np.iinfo(kind).min:
        raise pa.ArrowInvalid("a date before all that the server holds")
    counted: Numbers = numbers(array, kind) - np.dtype(kind).type(epoch)
    return counted


def time(array: pa.Array) -> Fixed:
    return Fixed(((">i8", numbers(array, "i8")),))


def interval(array: pa.Array) -> Fixed:
    """Microseconds, days and months."""
    return Fixed(((">i8", numbers(array, "i8")), (">i4", 0), (">i4", 0)))


def octets(array: pa.Array) -> Varying:
    """Text, json, labels of enums, bytea: as they are."""
    return Varying(array.view(pa.large_binary()))


def jsonb(array: pa.Array) -> Varying:
    """The text behind the number of the format's version."""
    return Varying(array.view(pa.large_binary()), b"\x01")


def texts(array: pa.Array) -> Varying:
    """`a,b` as text[], the empty text as the empty array. Sets have few distinct values: each is made once."""
    coded = array.dictionary_encode()
    distinct = pa.array([_text_array(text) for text in coded.dictionary.to_pylist()], pa.large_binary())
    return Varying(distinct.take(coded.indices))


def _text_array(text: str) -> bytes:
    """Dimensions, whether there are NULLs, the type; then length and lower bound, and the elements."""
    if not text:
        return struct.pack(">iiI", 0, 0, TEXT_TYPE)
    members = [member.encode() for member in text.split(",")]
    head = struct.pack(">iiIii", 1, 0, TEXT_TYPE, len(members), 1)
    return head + b"".join(struct.pack(">i", len(member)) + member for member in members)


def numeric(array: pa.Array) -> Fixed:
    """Decimals and integers as digits of base 10000, as many for all as the greatest needs. The server leaves out
    zeros before the first and behind the last digit itself."""
    array = pc.cast(array, WIDEST_INTEGER) if pa.types.is_integer(array.type) else array
    scale: int = array.type.scale
    negative, words = _magnitudes(array)
    groups: Words = []
    last = scale % BASE_DIGITS or BASE_DIGITS
    while len(groups) * BASE_DIGITS < scale:
        words, rest = _divided(words, BASE if groups else 10**last)
        groups.append(rest if groups else rest * np.uint64(10 ** (BASE_DIGITS - last)))
    fraction = len(groups)
    while words := _without_leading_zeros(words):
        words, rest = _divided(words, BASE)
        groups.append(rest)
    sign = np.where(negative, NEGATIVE, POSITIVE) if negative.any() else POSITIVE
    weight = len(groups) - fraction - 1
    head = ((">i2", len(groups)), (">i2", weight), (">u2", sign), (">i2", scale))
    return Fixed((*head, *((">i2", group) for group in reversed(groups))))


Words = list[npt.NDArray[np.uint64]]
"""Unsigned integers in parts, the most significant first: one of 64 bits, or several of 32."""


def _magnitudes(array: pa.Array) -> tuple[npt.NDArray[np.bool_], Words]:
    """Which values are negative, and all without their sign. NULLs are zero."""
    width = array.type.bit_width // 64
    words: npt.NDArray[np.int64] = numbers(array, f"({width},)i8")
    valid = validity(array)
    if valid is not None:
        words = np.where(valid[:, np.newaxis], words, 0)
    lowest = words[:, 0]
    negative = words[:, -1] < 0
    if np.array_equal(words[:, 1:], np.broadcast_to((lowest >> 63)[:, np.newaxis], words[:, 1:].shape)):
        return negative, [np.abs(lowest).view(np.uint64)]
    return negative, _halves(words, negative)


def _halves(words: npt.NDArray[np.int64], negative: npt.NDArray[np.bool_]) -> Words:
    """Two's complement of any width in parts of 32 bits, without the sign."""
    halves = np.ascontiguousarray(words).view("<u4").astype(np.uint64)
    halves[negative] ^= LOW_HALF
    carry = negative.astype(np.uint64)
    found: Words = []
    for at in range(halves.shape[1]):
        total = halves[:, at] + carry
        found.insert(0, total & LOW_HALF)
        carry = total >> HALF
    return found


def _divided(words: Words, by: int) -> tuple[Words, npt.NDArray[np.uint64]]:
    """Quotients and remainders, by hand from the left."""
    quotients: Words = []
    divisor, rest = np.uint64(by), np.zeros(1, np.uint64)
    for word in words:
        whole = (rest << HALF) | word if quotients else word
        quotients.append(whole // divisor)
        rest = whole - quotients[-1] * divisor
    return quotients, rest


def _without_leading_zeros(words: Words) -> Words:
    for at, word in enumerate(words):
        if word.max(initial=0):
            return words[at:]
    return []
