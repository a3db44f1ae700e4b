"""What MySQL and MariaDB cannot call things, whatever the quotes."""

from __future__ import annotations

from dialects.base import Named

BASIC_PLANE = "\uffff"
"""MariaDB refuses a character beyond it (error 1300); MySQL stores `?` in its place without a word."""
SPACES = " \t\n\v\f\r"
OWN_INDEXES = ("primary", "gen_clust_index")
OLD_ENCODING = "#mysql50#"
"""The server takes what follows for the name of a file."""
FILE_OCTETS = 251
"""The longest name of a file, 255 bytes, without its `.ibd`."""
TWO_LETTERS = "\u0530"
"""Letters before it take three bytes in the name of a file, all other characters but plain letters and digits five."""


def refuses(what: Named, name: str) -> str:
    if name > "" and max(name) > BASIC_PLANE:
        return "names hold no characters beyond U+FFFF"
    if name[-1:] in SPACES:
        return "no name ends in a space"
    if what == "index" and name.lower() in OWN_INDEXES:
        return f"{name} is the server's own index"
    if what == "table" and name.startswith(OLD_ENCODING):
        return f"no table's name begins with {OLD_ENCODING}"
    if what == "table" and sum(map(_file_octets, name)) > FILE_OCTETS:
        return "the name of its file would be too long"
    return ""


def _file_octets(letter: str) -> int:
    if letter == "_" or (letter.isascii() and letter.isalnum()):
        return 1
    return 3 if letter.isalpha() and letter < TWO_LETTERS else 5
