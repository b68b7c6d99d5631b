"""Processes that share a port live and die together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_PROGRAM = """
import os, sys, time
from loopbank.entrypoints.processes import supervise

def work(number):
    os.write(1, f"{{os.getpid()}}\\n".encode())
    {work}

sys.exit(0 if supervise(3, work) else 1)
"""
_SECONDS_MAX = 20

Begin = Callable[[str], tuple[subprocess.Popen[str], list[int]]]


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Begin a program that supervises three processes, each doing the given work."""
    programs: list[subprocess.Popen[str]] = []

    def start(work: str) -> tuple[subprocess.Popen[str], list[int]]:
        program = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM.format(work=work)], stdout=subprocess.PIPE, text=True
        )
        programs.append(program)
        assert program.stdout is not None
        return program, [int(program.stdout.readline()) for _ in range(3)]

    yield start
    for program in programs:
        program.kill()
        program.communicate()


def _is_alive(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def _end(processes: list[int]) -> bool:
    deadline = time.monotonic() + _SECONDS_MAX
    while any(map(_is_alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(map(_is_alive, processes))


def test_a_signal_to_stop_reaches_every_process_and_is_a_good_end(begin: Begin) -> None:
    program, processes = begin("time.sleep(60)")
    program.send_signal(signal.SIGTERM)
    assert program.wait(_SECONDS_MAX) == 0
    assert _end(processes)


def test_when_one_process_dies_the_others_are_stopped_and_the_end_is_bad(begin: Begin) -> None:
    program, processes = begin("time.sleep(60)")
    os.kill(processes[1], signal.SIGKILL)
    assert program.wait(_SECONDS_MAX) == 1
    assert _end(processes)


def test_a_process_whose_work_fails_stops_the_others_and_makes_the_end_bad(begin: Begin) -> None:
    program, processes = begin("time.sleep(60 if number else 1); return False")
    assert program.wait(_SECONDS_MAX) == 1
    assert _end(processes)


def test_no_signal_is_missed_whenever_it_comes() -> None:
    """The first process asks its parent to stop at once: while others are forked, or just before it begins to wait."""
    program = """
import os, signal, time
from loopbank.entrypoints.processes import supervise

def work(number):
    if number == 0:
        os.kill(os.getppid(), signal.SIGTERM)
    time.sleep(60)

for _ in range(100):
    assert supervise(2, work)
"""
    subprocess.run([sys.executable, "-c", program], timeout=_SECONDS_MAX, check=True)
