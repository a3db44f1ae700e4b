"""Every error a user can see. The command line prints `Error:` with the message, then `Try:` with the hint.

TransferError                     exit 1
 |- ConfigurationError            exit 2   a wrong URL, option, pattern or missing driver
 |- ValueDoesNotFit               exit 1   a value the target column cannot hold exactly
 |- Blocked                       exit 4   consent, drift or approval is needed; nothing was written
 |- DatabaseError                 exit 1   what a server or its driver said
 |   |- ConnectionRefused                  no server there, wrong password, unknown database
 |   |- ConnectionLost                     retryable: the connection died in mid-work
 |   |- Contention                         retryable: deadlock, serialization failure, lock timeout
 |   |- PermissionDenied                   the user lacks a right
 |   |- StorageFull                        disk, tablespace or quota is exhausted
 |   |- AlreadyThere                       there is an object of that name
 |   |- NotThere                           there is no object of that name
 |   `- RowRefused                         the database does not take a row; others it may
 |       |- ConstraintViolated             a key, foreign key or check refused a row
 |       `- WriteAltered                   the server stored something else than what was sent
 |- Contradiction                 exit 1   digests differ, but the rows they are of do not, or the other way round
 |- Locked                        exit 75  another run holds the target table
 `- Stopped                       exit 130 or 143, after a clean stop
"""

from __future__ import annotations


class TransferError(Exception):
    """The root. `where` reads `shop.orders.total, chunk 12, key 4711`; `hint` says what to try."""

    exit_code = 1
    retryable = False

    def __init__(self, message: str, *, hint: str = "", where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message

    def at(self, where: str) -> TransferError:
        """The same error with the outer place put before its own, for re-raising on the way up."""
        self.where = ", ".join(part for part in (where, self.where) if part)
        return self


class ConfigurationError(TransferError):
    exit_code = 2


class ValueDoesNotFit(TransferError):
    """`row` is the row's position in the batch that was conformed, so that a caller can name its key; `rules` are
    the alterations that would make the value fit."""

    def __init__(self, message: str, *, row: int, rules: tuple[str, ...] = (), hint: str = "", where: str = "") -> None:
        super().__init__(message, hint=hint, where=where)
        self.row = row
        self.rules = rules


class Blocked(TransferError):
    exit_code = 4


class DatabaseError(TransferError):
    pass


class ConnectionRefused(DatabaseError):
    pass


class ConnectionLost(DatabaseError):
    retryable = True


class Contention(DatabaseError):
    retryable = True


class PermissionDenied(DatabaseError):
    pass


class StorageFull(DatabaseError):
    pass


class AlreadyThere(DatabaseError):
    """The statement would make an object of a name that is taken."""


class NotThere(DatabaseError):
    """The statement is about an object that is not there."""


class RowRefused(DatabaseError):
    """The database does not take a row; others it may."""


class ConstraintViolated(RowRefused):
    pass


class WriteAltered(RowRefused):
    pass


class Contradiction(TransferError):
    """Two proofs of the same rows that cannot both be right; never taken for equality or for a difference."""


class Locked(TransferError):
    exit_code = 75


class Stopped(TransferError):
    """Stopped by a signal after a clean stop; `exit_code` is 128 plus the signal's number."""

    def __init__(self, message: str, *, signal_number: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.exit_code = 128 + signal_number
