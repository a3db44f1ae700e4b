"""Which server it is: MySQL or MariaDB, its version, and the collations it knows. Everything that differs between
the two hangs on these facts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mappings.types import Collation

VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")
OLDEST = {"MySQL": (8, 0, 17), "MariaDB": (10, 6, 0)}
"""MySQL has a collation without padding for exact comparison, and defaults that are expressions, from 8.0.17 on."""

LANGUAGE = re.compile(r"^utf8mb4_(?:(?P<language>\w+?)_)?0900_(?P<strength>\w+)$")
UCA1400 = re.compile(r"^utf8mb4_uca1400_(?:\w+?_)?(?:nopad_)?(?P<strength>(?:ai|as)_(?:ci|cs))$")
STRENGTHS_OF_MYSQL = {"ai_ci": "ai_ci", "as_ci": "as_ci", "as_cs": "as_cs", "ai_cs": "as_cs"}


@dataclass(frozen=True, slots=True)
class Server:
    """The facts about one server. `collations` are their full names, such as utf8mb4_uca1400_ai_ci.

    `tables_keep_case` is what lower_case_table_names = 0 means: tables may differ in case only."""

    maria: bool
    version: tuple[int, int, int]
    collations: frozenset[str]
    tables_keep_case: bool = True

    @property
    def product(self) -> str:
        return "MariaDB" if self.maria else "MySQL"

    @property
    def label(self) -> str:
        return f"{self.product} {'.'.join(map(str, self.version))}"

    @property
    def exact_collation(self) -> str:
        """Compares code points and never ignores trailing spaces; utf8mb4_bin does ignore them."""
        return "utf8mb4_nopad_bin" if self.maria else "utf8mb4_0900_bin"

    @property
    def insensitive_collation(self) -> str:
        """Ignores case only, as citext and NOCASE mean it."""
        return "utf8mb4_uca1400_nopad_as_ci" if self.knows("utf8mb4_uca1400_nopad_as_ci") else self._older_insensitive

    @property
    def _older_insensitive(self) -> str:
        return "utf8mb4_unicode_520_nopad_ci" if self.maria else "utf8mb4_0900_as_ci"

    def knows(self, collation: str) -> bool:
        return collation in self.collations

    @property
    def has_vectors(self) -> bool:
        return self.version >= ((11, 7, 0) if self.maria else (9, 0, 0))

    def collation_for(self, collation: Collation | None) -> tuple[str, str]:
        """The collation of a column here, and in words what changes, empty when nothing does."""
        if collation is None:
            return self.exact_collation, ""
        if collation.family != "mysql":
            if collation.insensitive:
                return self.insensitive_collation, ""
            return self.exact_collation, f"sorts by code point, not by {collation.name}"
        if self.knows(collation.name):
            return collation.name, ""
        near = self._near(collation)
        return near, f"collation {collation.name} becomes {near}"

    def _near(self, collation: Collation) -> str:
        """What this product has instead of a collation that only the other one has."""
        fallback = self.insensitive_collation if collation.insensitive else self.exact_collation
        candidates = (_other_name(collation.name), collation.name.replace("_nopad", ""), fallback)
        return next((name for name in candidates if self.knows(name)), fallback)


def _other_name(name: str) -> str:
    """The name that MariaDB has for a MySQL collation, or the other way round. Both pairs do not pad."""
    pairs = {"utf8mb4_0900_bin": "utf8mb4_nopad_bin", "utf8mb4_nopad_bin": "utf8mb4_0900_bin"}
    if name in pairs:
        return pairs[name]
    if (mysql := LANGUAGE.match(name)) is not None:
        return f"utf8mb4_uca1400_nopad_{mysql['strength']}"
    if (maria := UCA1400.match(name)) is not None:
        return f"utf8mb4_0900_{STRENGTHS_OF_MYSQL[maria['strength']]}"
    if name in ("utf8mb4_unicode_nopad_ci", "utf8mb4_unicode_520_nopad_ci", "utf8mb4_general_nopad_ci"):
        return "utf8mb4_0900_ai_ci"
    return name


def parse_version(text: str) -> tuple[bool, tuple[int, int, int]]:
    """Whether `SELECT version()` tells of MariaDB, and its numbers."""
    found = VERSION.search(text)
    numbers = tuple(int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    return "mariadb" in text.lower(), (numbers[0], numbers[1], numbers[2])
