"""What a session can say and do where its server is busy, slow, short of connections, or gone. An engine overrides what
it knows better; the answers here are those of one that knows nothing."""

from __future__ import annotations


class Enduring:
    """The part of a Session that long runs need besides reading and writing."""

    def holds_instant(self) -> bool:
        """Whether all that is read from now on is still of the instant that this session has read until now, also after
        an error: only then may a read be tried again. Where that is not known, it does not."""
        return False

    def ready(self) -> None:
        """Open the connections that reading, or on a writable session writing, is going to need. Called in the thread
        that will use them. ConnectionRefused when the server has no more of them."""

    def wait_for_locks(self, seconds: float) -> None:
        """From now on a statement that waits longer than this for a lock of somebody else ends with Contention. Nothing
        on engines that do not wait."""

    def load(self) -> int | None:
        """How many statements the server works on now; None where it cannot tell this user."""
        return None

    def lag(self) -> float | None:
        """By how many seconds the server's replicas, or the server itself where it is one, are behind; 0 where there
        are none, None where it cannot tell this user."""
        return None

    def sever(self) -> None:
        """Called from another thread: break the connections without a word to the server, which does not answer, so
        that whoever waits for it gets an error."""
