"""Where the test servers keep their files, as whom they run, and the locks to share them."""

import fcntl
import os
import pwd
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# initdb and mariadbd refuse to run as root
UNPRIVILEGED = "nobody"


class Unavailable(Exception):
    """A server that cannot be had on this machine; the text says why, and what to try."""


def cache() -> Path:
    """The folder of everything fetched, running and remembered between sessions."""
    default = Path("/var/cache") if os.geteuid() == 0 else Path.home() / ".cache"
    chosen = Path(os.environ.get("DBTRANSFER_TEST_CACHE") or default / "dbtransfer-tests").absolute()
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen


@dataclass(frozen=True)
class Place:
    """The folder of one engine's private instance."""

    folder: Path

    @property
    def home(self) -> Path:
        """What the server's own account may write: its data, sockets and temporary files."""
        return self.folder / "home"

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def state(self) -> Path:
        return self.folder / "state.json"


def place(engine: str) -> Place:
    """Make or find the folder of an engine's instance."""
    folder = cache() / "instances" / engine
    folder.mkdir(parents=True, exist_ok=True)
    return Place(folder)


def account() -> tuple[int, int] | None:
    """User and group to run servers as, or None to stay who we are."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(UNPRIVILEGED)
    return entry.pw_uid, entry.pw_gid


def give_to_account(folder: Path) -> None:
    """Make a folder the server's own; every folder above it must let that account pass."""
    folder.mkdir(mode=0o700)
    owner = account()
    if owner is None:
        return
    os.chown(folder, *owner)
    closed = [parent for parent in folder.parents if not parent.stat().st_mode & 0o001]
    if closed:
        raise Unavailable(
            f"the account {UNPRIVILEGED} cannot enter {closed[-1]}; set DBTRANSFER_TEST_CACHE to a folder "
            f"it can reach, such as {tempfile.gettempdir()}/dbtransfer-tests"
        )


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file lock: one process at a time starts or stops an instance."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def in_use(path: Path) -> Iterator[None]:
    """Hold a shared file lock for as long as a session uses an instance; a crash lets go of it too."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def is_in_use(path: Path) -> bool:
    """Whether any session, of any process, holds the shared lock."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
