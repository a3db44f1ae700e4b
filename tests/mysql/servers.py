"""Servers as values, for the tests that need none."""

from dialects.mysql import MysqlDialect
from dialects.mysql.server import Server

SHARED = {
    "utf8mb4_bin", "utf8mb4_general_ci", "utf8mb4_unicode_ci", "utf8mb4_unicode_520_ci", "utf8mb3_general_ci",
    "latin1_swedish_ci", "latin1_bin", "ascii_bin", "ascii_general_ci",
}  # fmt: skip
OF_MYSQL = {
    "utf8mb4_0900_bin",
    "utf8mb4_0900_ai_ci",
    "utf8mb4_0900_as_ci",
    "utf8mb4_0900_as_cs",
    "utf8mb4_ja_0900_as_cs",
}
OF_MARIADB = {
    "utf8mb4_nopad_bin", "latin1_nopad_bin", "utf8mb4_general_nopad_ci", "utf8mb4_unicode_520_nopad_ci",
    *(f"utf8mb4_uca1400_{pad}{sense}" for pad in ("", "nopad_") for sense in ("ai_ci", "as_ci", "as_cs", "ai_cs")),
}  # fmt: skip

MYSQL = MysqlDialect(Server(False, (9, 7, 4), frozenset(SHARED | OF_MYSQL)))
MARIADB = MysqlDialect(Server(True, (10, 11, 19), frozenset(SHARED | OF_MARIADB)))
NEWER_MARIADB = MysqlDialect(Server(True, (11, 8, 2), frozenset(SHARED | OF_MARIADB | OF_MYSQL)))
BOTH = (MYSQL, MARIADB)
