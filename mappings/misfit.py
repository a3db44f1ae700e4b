"""What a check of values finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, slots=True)
class Misfit:
    """Where `bad` is true, the value of `array` does not fit, for the reason `message`. A remedy gives the whole
    array as the rule of that name would make it, in the type of `array`, which replaces what was examined."""

    array: pa.Array
    bad: pa.Array
    message: str
    remedies: Mapping[str, Callable[[], pa.Array]] = field(default_factory=dict)

    @property
    def rows(self) -> pa.Array:
        """`bad` with False where there is no value."""
        return pc.and_(pc.fill_null(self.bad, False), self.array.is_valid())


Check = Callable[[pa.Array], Misfit | None]
"""None when the type of the array says already that everything fits."""
