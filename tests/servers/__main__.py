"""`python -m tests.servers start|stop|status|urls [ENGINE...]`: servers that outlive a test session."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence

from tests.servers.places import Unavailable
from tests.servers.server import ENGINES
from tests.servers.supply import running, start, stop, variable


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.servers", description="Servers for the tests.")
    parser.add_argument("command", choices=sorted(COMMANDS))
    parser.add_argument("engine", nargs="*", help=f"of {', '.join(ENGINES)}; default all")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.engine) - set(ENGINES)
    if unknown:
        parser.error(f"no engine {', '.join(sorted(unknown))}; there are {', '.join(ENGINES)}")
    done = [COMMANDS[chosen.command](engine) for engine in chosen.engine or ENGINES]
    return 0 if all(done) else 1


def _start(engine: str) -> bool:
    began = time.monotonic()
    try:
        server = start(engine, keep=True)
    except Unavailable as reason:
        print(f"{engine}: {reason}", file=sys.stderr)
        return False
    print(f"{engine} {server.version} {server.url} ({time.monotonic() - began:.1f} s)")
    return True


def _stop(engine: str) -> bool:
    print(f"{engine} {'stopped' if stop(engine) else 'was not running'}")
    return True


def _status(engine: str) -> bool:
    state = running(engine)
    print(f"{engine} {state.version} {state.url} pid {state.pid}" if state else f"{engine} is not running")
    return True


def _urls(engine: str) -> bool:
    state = running(engine)
    if state:
        print(f"export {variable(engine)}='{state.url}'")
    return True


COMMANDS: dict[str, Callable[[str], bool]] = {
    "start": _start,
    "stop": _stop,
    "status": _status,
    "urls": _urls,
}

if __name__ == "__main__":
    sys.exit(main())
