"""One private server process: made, started detached, found again by its state file, stopped by pid."""

import contextlib
import json
import os
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.servers.engines import Engine
from tests.servers.places import Place, Unavailable, account, give_to_account
from tests.servers.programs import Programs

START_SECONDS = 60.0
STOP_SECONDS = 30.0
POLL_SECONDS = 0.05
EXEC_POLLS = 20
# the shell forks and lets go: the server belongs to no test process, and its pid is what is printed
DETACH = '"$@" >>"$0" 2>&1 </dev/null & echo $!'


@dataclass(frozen=True)
class State:
    """What is remembered of a running instance; `kept` ones outlive the sessions that use them."""

    engine: str
    url: str
    version: str
    pid: int
    kept: bool


def start(engine: Engine, programs: Programs, place: Place) -> State:
    """Make a fresh data folder and run a server on it."""
    shutil.rmtree(place.home, ignore_errors=True)
    give_to_account(place.home)
    port = _free_port()
    _run(engine.initialise(programs, place), place)
    pid = _detach(engine.serve(programs, place, port=port), place)
    state = State(engine.name, engine.url(port), "", pid, kept=False)
    remember(state, place)
    answered = replace(state, version=_wait(engine, programs, state, place))
    remember(answered, place)
    return answered


def stop(engine: Engine, state: State, place: Place) -> None:
    """Stop the server, if that pid still is ours, and drop its data."""
    deadline = time.monotonic() + STOP_SECONDS
    while is_ours(state.pid, place):
        late = time.monotonic() > deadline
        with contextlib.suppress(ProcessLookupError):
            os.kill(state.pid, 9 if late else engine.stop_signal)
        _wait_gone(state.pid, place, seconds=5 if late else STOP_SECONDS)
    place.state.unlink(missing_ok=True)
    shutil.rmtree(place.home, ignore_errors=True)


def recall(place: Place) -> State | None:
    """The remembered instance, running or not."""
    try:
        return State(**json.loads(place.state.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def remember(state: State, place: Place) -> None:
    fresh = place.state.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(state), indent=1))
    fresh.replace(place.state)


def is_ours(pid: int, place: Place) -> bool:
    """Whether the process works on this place's data: numbers are given again, command lines are not."""
    for _ in range(EXEC_POLLS):
        command = _command_line(pid)
        if command != b"":
            return command is not None and os.fsencode(place.data) in command
        time.sleep(POLL_SECONDS)
    return False


def _command_line(pid: int) -> bytes | None:
    """What a process was started with: nothing for a moment while it starts, None when it has ended."""
    try:
        ended = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
        return None if ended else Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return None


class NoAnswer(Exception):
    """The client could not reach the server; the text is what it said."""


def answer(engine: Engine, programs: Programs, url: str) -> str:
    """The server's version, as it tells its client."""
    command = engine.client(programs, url, *engine.ask(engine.version))
    told = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if told.returncode != 0:
        raise NoAnswer(told.stderr.strip())
    return told.stdout.strip()


def _wait(engine: Engine, programs: Programs, state: State, place: Place) -> str:
    deadline = time.monotonic() + START_SECONDS
    client = "nothing"
    while time.monotonic() < deadline and is_ours(state.pid, place):
        try:
            return answer(engine, programs, state.url)
        except NoAnswer as said:
            client = str(said)
        time.sleep(POLL_SECONDS)
    tail = _tail(place)
    stop(engine, state, place)
    raise Unavailable(f"{engine.name} did not answer; its client said: {client}; its log ends:\n{tail}")


def _wait_gone(pid: int, place: Place, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while is_ours(pid, place) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _detach(command: Sequence[str], place: Place) -> int:
    return int(_run(["sh", "-c", DETACH, str(place.log), *command], place))


def _run(command: Sequence[str], place: Place) -> str:
    """Run a command as the server's account, in a session of its own, away from a terminal's signals."""
    owner = account()
    done = subprocess.run(
        command,
        user=owner and owner[0],
        group=owner and owner[1],
        extra_groups=owner and [],
        cwd=place.home,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(place.home), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        raise Unavailable(f"{shlex.join(command)[:200]} failed:\n{said[-1000:]}")
    return done.stdout


def _tail(place: Place) -> str:
    text = place.log.read_text(errors="replace") if place.log.exists() else ""
    return "\n".join(text.splitlines()[-20:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
