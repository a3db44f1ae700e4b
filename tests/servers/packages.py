"""Fetches an engine's programs from the distribution's packages without changing the host.

apt works on folders of its own (sources, lists, archives); packages are unpacked, not installed.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers.places import Unavailable, cache
from tests.servers.programs import Programs

HOST_STATUS = Path("/var/lib/dpkg/status")
COMPONENTS = {"debian": "main", "ubuntu": "main universe"}
# names of suites that are no code names
ROLLING = ("stable", "testing", "unstable", "sid")
KEYRINGS = Path("/usr/share/keyrings")
RELEASE_FILE = re.compile(r"'(\S+/)dists/([^/']+)/InRelease'")
COMPLETE = "complete"


@dataclass(frozen=True)
class Suite:
    """Where packages come from: lines of a sources.list, and the packages taken as already there."""

    sources: str
    status: str


def distribution() -> tuple[str, str]:
    """Identifier and code name of the host's distribution."""
    release = Path("/etc/os-release")
    text = release.read_text() if release.exists() else ""
    values = dict(line.replace('"', "").split("=", 1) for line in text.splitlines() if "=" in line)
    return values.get("ID", ""), values.get("VERSION_CODENAME", "")


def host_suites() -> Suite:
    """The suites the host itself installs from; what it has counts, so only the missing is fetched."""
    name, sources = _own_sources()
    return Suite("\n".join(_source(name, mirror, suite) for mirror, suite in sources), HOST_STATUS.read_text())


def newest_suite() -> Suite:
    """Debian's unstable suite; it brings its own C library, so nothing the host has counts."""
    name, sources = _own_sources()
    return Suite(_source(name, sources[0][0], "unstable"), "")


def fetch(engine: str, suite: Suite, packages: Sequence[str]) -> Programs:
    """Download packages with what they need, unpack them into the cache, and remember that it is done."""
    tree = cache() / "packages" / engine
    if (tree / COMPLETE).exists():
        return Programs(tree)
    shutil.rmtree(tree, ignore_errors=True)
    workshop = _workshop(engine, suite)
    _apt(workshop, "update")
    _apt(workshop, "install", "--download-only", "--reinstall", "--no-install-recommends", "--yes", *packages)
    tree.mkdir(parents=True)
    for archive in sorted((workshop / "archives").glob("*.deb")):
        _run("dpkg-deb", "-x", str(archive), str(tree))
    shutil.rmtree(workshop)
    (tree / COMPLETE).touch()
    return Programs(tree)


def fetched(engine: str) -> Programs | None:
    """The programs of an earlier fetch."""
    tree = cache() / "packages" / engine
    return Programs(tree) if (tree / COMPLETE).exists() else None


def install(packages: Sequence[str]) -> None:
    """Install packages on the host, the last resort."""
    privileged = [] if os.geteuid() == 0 else ["sudo", "-n"]
    for args in (("update",), ("install", "--no-install-recommends", "--yes", *packages)):
        _run(*privileged, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", *args)


def _own_sources() -> tuple[str, list[tuple[str, str]]]:
    """The distribution's name and its (mirror, suite) pairs, the release first, without those of third parties."""
    name, codename = distribution()
    if shutil.which("apt-get") is None or name not in COMPONENTS:
        raise Unavailable("packages are fetched on Debian and Ubuntu only")
    releases = {codename, *ROLLING}
    own = [(mirror, suite) for mirror, suite in _configured() if suite.split("-")[0] in releases]
    if not any(suite in releases for _, suite in own):
        raise Unavailable("the host's package sources do not name its own release")
    return name, sorted(own, key=lambda source: source[1] not in releases)


def _configured() -> list[tuple[str, str]]:
    """(mirror, suite) of every source of the host, as apt itself understands its files."""
    told = subprocess.run(["apt-get", "--print-uris", "update"], capture_output=True, text=True)
    return RELEASE_FILE.findall(told.stdout)


def _source(distribution_name: str, mirror: str, suite: str) -> str:
    keyrings = sorted(KEYRINGS.glob(f"{distribution_name}-archive-keyring.*"))
    options = f"[signed-by={keyrings[0]}] " if keyrings else ""
    return f"deb {options}{mirror} {suite} {COMPONENTS[distribution_name]}"


def _workshop(engine: str, suite: Suite) -> Path:
    """apt's own folders for one fetch; left in place when it fails, so that the reason can be looked at."""
    workshop = cache() / "fetching" / engine
    shutil.rmtree(workshop, ignore_errors=True)
    for folder in ("lists/partial", "archives/partial"):
        (workshop / folder).mkdir(parents=True)
    (workshop / "sources.list").write_text(suite.sources + "\n")
    (workshop / "status").write_text(suite.status)
    return workshop


def _apt(workshop: Path, *args: str) -> None:
    """Run apt-get on the workshop's folders instead of the host's."""
    options = {
        "Dir::Etc::SourceList": workshop / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "Dir::State::Lists": workshop / "lists",
        "Dir::State::Status": workshop / "status",
        "Dir::State::Extended_States": workshop / "extended_states",
        "Dir::Cache": workshop,
        "Dir::Cache::Archives": workshop / "archives",
        "Acquire::Languages": "none",
        # a mirror that lags behind will do; signatures are checked all the same
        "Acquire::Check-Valid-Until": "false",
        # as root apt would download as a user of its own, who has no way into our folder
        "APT::Sandbox::User": "root",
        # the images of distributions delete archives after the deed; here they are the deed
        "APT::Keep-Downloaded-Packages": "true",
        # not root: no lock of the host is needed, and none can be had
        "Debug::NoLocking": "true",
    }
    settings = [f"-o{name}={value}" for name, value in options.items()]
    _run("apt-get", "-q", *settings, *args)


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError as missing:
        raise Unavailable(f"{command[0]} is not there") from missing
    if done.returncode != 0:
        raise Unavailable(f"{command[0]} for {command[-1]} failed: {_reason(done.stderr)}")


def _reason(stderr: str) -> str:
    errors = [line for line in stderr.splitlines() if line.startswith("E: ")]
    return " ".join(errors[:2]) or stderr.strip()[-300:] or "no word why"
