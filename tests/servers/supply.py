"""Decides where a server comes from: the environment, a running instance, or one started here and now."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.servers import containers, instance, packages
from tests.servers.engines import Engine
from tests.servers.instance import State
from tests.servers.places import Place, Unavailable, in_use, is_in_use, locked, place
from tests.servers.programs import HOST, Programs, version_of
from tests.servers.server import ENGINES, NEARLY_FULL, Server


def variable(engine: str) -> str:
    """The environment variable that names a server to use instead of a private one."""
    return f"DBTRANSFER_TEST_{engine.upper()}_URL"


def locate(engine: Engine) -> Programs:
    """The host's programs, else those fetched earlier, else fetch them now."""
    return _of_host(engine) or packages.fetched(engine.name) or engine.fetch()


@contextmanager
def borrowed(name: str) -> Iterator[Server]:
    """A server for as long as the caller needs it; the last one out stops it, unless it is kept."""
    engine = ENGINES[name]
    given = os.environ.get(variable(name))
    if given:
        yield _given(engine, given)
        return
    with held(name):
        yield start(name)


@contextmanager
def held(name: str) -> Iterator[None]:
    """Nobody else stops the instance that runs now or later; the last one to let go does, unless it is kept."""
    here = place(name)
    try:
        with in_use(here.folder / "in-use"):
            yield
    finally:
        with locked(here.folder / "lock"):
            state = instance.recall(here)
            if state and not state.kept and not is_in_use(here.folder / "in-use"):
                instance.stop(ENGINES[name], state, here)


@contextmanager
def nearly_full(name: str) -> Iterator[Server]:
    """A server of one's own with room for some 15 MB of rows only, whatever the environment names."""
    engine, here = NEARLY_FULL[name], place(f"{name}-nearly-full")
    with locked(here.folder / "lock"):
        left = instance.recall(here)
        if left:
            instance.stop(engine, left, here)
        programs = locate(engine)
        state = instance.start(engine, programs, here)
        try:
            yield Server(name, state.url, state.version, programs)
        finally:
            instance.stop(engine, state, here)


def start(name: str, *, keep: bool = False) -> Server:
    """Find the running instance or start one; processes that do so at once get the same one."""
    engine, here = ENGINES[name], place(name)
    with locked(here.folder / "lock"):
        try:
            programs = locate(engine)
        except Unavailable as reason:
            if containers.reachable():
                return _in_container(engine)
            programs = _installed(engine, reason)
        state = _alive(engine, programs, here) or instance.start(engine, programs, here)
        if keep and not state.kept:
            state = replace(state, kept=True)
            instance.remember(state, here)
    return Server(name, state.url, state.version, programs)


def stop(name: str) -> bool:
    """Stop the instance, kept or not; tell whether there was one."""
    engine, here = ENGINES[name], place(name)
    with locked(here.folder / "lock"):
        state = instance.recall(here)
        if state is None:
            return containers.stop(name)
        alive = instance.is_ours(state.pid, here)
        instance.stop(engine, state, here)
        return alive


def running(name: str) -> State | None:
    """The instance that runs now, if any."""
    here = place(name)
    state = instance.recall(here)
    return state if state and instance.is_ours(state.pid, here) else None


def _alive(engine: Engine, programs: Programs, here: Place) -> State | None:
    """The remembered instance if it answers; a remembered one that does not is stopped."""
    state = instance.recall(here)
    if state is None:
        return None
    if instance.is_ours(state.pid, here):
        try:
            instance.answer(engine, programs, state.url)
            return state
        except instance.NoAnswer:
            pass
    instance.stop(engine, state, here)
    return None


def _of_host(engine: Engine) -> Programs | None:
    host = Programs(HOST)
    return host if version_of(host, engine.server) >= engine.oldest else None


def _in_container(engine: Engine) -> Server:
    url, programs = containers.start(engine.name)
    return Server(engine.name, url, instance.answer(engine, programs, url), programs)


def _installed(engine: Engine, reason: Unavailable) -> Programs:
    """Install the packages on the host, where that is allowed; else the reason for not fetching them holds."""
    if not engine.installable:
        raise reason
    try:
        packages.install(engine.packages())
    except Unavailable as refused:
        raise Unavailable(f"{reason}; installing it: {refused}") from refused
    host = _of_host(engine)
    if host is None:
        raise reason
    return host


def _given(engine: Engine, url: str) -> Server:
    programs = locate(engine)
    try:
        version = instance.answer(engine, programs, url)
    except instance.NoAnswer as said:
        raise Unavailable(f"{variable(engine.name)} gives no answer: {said}") from said
    return Server(engine.name, url, version, programs)
