"""The programs of one engine: the host's own, or a tree of unpacked packages run from where it lies."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

HOST = Path("/")
# Debian keeps PostgreSQL's programs in a folder per major version, newest last
HOST_FOLDERS = ("usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin")
LIBRARIES = ("usr/lib/*-linux-gnu*", "lib/*-linux-gnu*")
LOADERS = ("usr/lib*/ld-linux*.so.*", "lib*/ld-linux*.so.*")
VERSIONED_FOLDERS = "usr/lib/postgresql/*/bin"


@dataclass(frozen=True)
class Programs:
    """Finds programs below a root and says how to run them."""

    root: Path

    def has(self, program: str) -> bool:
        return self.find(program) is not None

    def find(self, program: str) -> Path | None:
        """The path of a program, or None."""
        candidates = (folder / program for folder in self._folders())
        return next((path for path in candidates if os.access(path, os.X_OK)), None)

    def command(self, program: str, *args: str) -> list[str]:
        """The command line that runs a program of this tree."""
        path = self.find(program)
        if path is None:
            raise FileNotFoundError(f"no program {program} below {self.root}")
        return [*self._prefix(), str(path), *args]

    def share(self, path: str) -> str:
        """A path below the root, as text for an option."""
        return str(self.root / path)

    def _folders(self) -> list[Path]:
        versioned = sorted(self.root.glob(VERSIONED_FOLDERS), key=_major, reverse=True)
        return [*versioned, *(self.root / folder for folder in HOST_FOLDERS)]

    def _prefix(self) -> list[str]:
        """Nothing for the host's programs; a foreign tree brings its own C library, hence its own loader."""
        if self.root == HOST:
            return []
        # packages of older suites still use /lib, where hosts have a link to /usr/lib
        folders = [path for pattern in LIBRARIES for path in sorted(self.root.glob(pattern))]
        libraries = ":".join(str(folder) for folder in folders)
        loaders = [path for pattern in LOADERS for path in sorted(self.root.glob(pattern))]
        if loaders:
            return [str(loaders[0]), "--library-path", libraries]
        # programs that start others (mariadb-install-db, initdb) hand an environment on, but not a loader
        return ["env", f"LD_LIBRARY_PATH={libraries}"]


def version_of(programs: Programs, program: str) -> tuple[int, ...]:
    """The version a program tells, as numbers; empty when it is missing or will not run."""
    if not programs.has(program):
        return ()
    told = subprocess.run(programs.command(program, "--version"), capture_output=True, text=True)
    found = re.search(r"(\d+)\.(\d+)", told.stdout)
    return tuple(int(part) for part in found.groups()) if found else ()


def _major(folder: Path) -> float:
    return float(folder.parent.name)
