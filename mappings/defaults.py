"""Default values by meaning. An engine reads its own text into one of these and spells it in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as Word


@dataclass(frozen=True, slots=True)
class LiteralDefault:
    """A constant in the column's own canonical text: `1`, `-1.50`, `true`, `2020-01-01`, `it's`."""

    text: str
    kind: Word["literal"] = "literal"


@dataclass(frozen=True, slots=True)
class BytesDefault:
    """A constant of bytes, as lower-case hexadecimal digits."""

    hex: str
    kind: Word["bytes"] = "bytes"


@dataclass(frozen=True, slots=True)
class NowDefault:
    """The moment of insertion. `clock`: an instant, the server's wall clock, or the wall clock in UTC."""

    clock: Word["instant", "local", "utc"]
    digits: int = 6
    kind: Word["now"] = "now"


@dataclass(frozen=True, slots=True)
class TodayDefault:
    kind: Word["today"] = "today"


@dataclass(frozen=True, slots=True)
class TimeOfDayDefault:
    digits: int = 6
    kind: Word["time_of_day"] = "time_of_day"


@dataclass(frozen=True, slots=True)
class RandomUuidDefault:
    """A new uuid for each row. `version` 4 is random; 1 and 7 tell when they were made, 7 in their order."""

    version: int = 4
    kind: Word["random_uuid"] = "random_uuid"


@dataclass(frozen=True, slots=True)
class CurrentUserDefault:
    kind: Word["current_user"] = "current_user"


@dataclass(frozen=True, slots=True)
class ExpressionDefault:
    """Anything else, in the spelling of `family`: kept in the same family, tried by allow-list elsewhere. `json` is the
    constant that it gives, where that is an array, for engines that keep arrays as JSON; else empty."""

    family: str
    sql: str
    json: str = ""
    kind: Word["expression"] = "expression"


Default = (
    LiteralDefault
    | BytesDefault
    | NowDefault
    | TodayDefault
    | TimeOfDayDefault
    | RandomUuidDefault
    | CurrentUserDefault
    | ExpressionDefault
)
