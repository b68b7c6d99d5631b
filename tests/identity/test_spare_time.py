"""Calculations in the processor's spare time: they wait for everybody, but not for ever."""

import asyncio
import os
import sys
import threading

import pytest

from loopbank.identity.spare_time import SpareTime


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives threads priorities of their own")
async def test_where_there_is_no_spare_time_a_nice_thread_does_the_work() -> None:
    spare_time = SpareTime(2, starved_seconds=0.05)
    gate = threading.Event()
    # Threads that never come to an end are what a processor without spare time looks like.
    stuck = [spare_time._patient.submit(gate.wait) for _ in range(2)]
    assert niceness() < await spare_time.run(niceness) <= niceness() + 10
    gate.set()
    assert [one.result() for one in stuck] == [True, True]
    spare_time.stop()


async def test_a_queue_that_moves_is_no_reason_to_hurry() -> None:
    spare_time = SpareTime(1, starved_seconds=0.2)
    threads = await asyncio.gather(*(spare_time.run(take_a_while) for _ in range(8)))
    assert set(threads) == {threads[0]}
    spare_time.stop()


async def test_the_error_of_the_work_is_told() -> None:
    spare_time = SpareTime(1)
    with pytest.raises(ZeroDivisionError):
        await spare_time.run(lambda: 1 // 0)
    spare_time.stop()


def take_a_while() -> int:
    threading.Event().wait(0.06)
    return threading.get_native_id()
