"""Runs commands and says how long they took and how much memory they had at their peak."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

COMPILED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""The environment in which Python keeps what it compiled, as an installed command has it."""


@dataclass(frozen=True)
class Measured:
    """`peak_mb` is the process's greatest resident size, in millions of bytes; `cpu` its user and system seconds."""

    seconds: float
    cpu: float
    peak_mb: float


def measured(command: Sequence[str], *, stdin: Path | None = None, stdout: Path | None = None) -> Measured:
    """Run one command to its end. RuntimeError with its own words when it fails."""
    began = time.monotonic()
    with open(stdin or os.devnull, "rb") as source, open(stdout or os.devnull, "wb") as sink:
        process = subprocess.Popen(command, stdin=source, stdout=sink, stderr=subprocess.PIPE, env=COMPILED)
        assert process.stderr is not None
        words = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}: {words.decode(errors='replace')[-2000:]}")
    return Measured(time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)


def piped(source: Sequence[str], target: Sequence[str]) -> None:
    """`source | target`."""
    with subprocess.Popen(source, stdout=subprocess.PIPE) as reader:
        subprocess.run(target, stdin=reader.stdout, check=True)
    if reader.returncode:
        raise RuntimeError(f"{source[0]} ended with {reader.returncode}")


def together(streams: int, tasks: Sequence[Callable[[], None]]) -> float:
    """Seconds for all tasks, `streams` of them at a time."""
    began = time.monotonic()
    with ThreadPoolExecutor(streams) as pool:
        for done in [pool.submit(task) for task in tasks]:
            done.result()
    return time.monotonic() - began
