"""Long calculations in the processor's spare time, which slow nothing else down."""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

STARVED_SECONDS = 3.0
"""How long nothing may end before spare time counts as something that there is none of."""

_NICENESS = 10

Result = TypeVar("Result")


class SpareTime:
    """Runs calculations that free the interpreter lock in threads which take only what nobody else wants.

    Linux calls their policy SCHED_IDLE: they give way at once, where a thread that is merely nice finishes its slice of
    milliseconds first. While everything else wants all of the processor, nothing would ever end; then one further
    thread, which is merely nice, does the work.
    """

    def __init__(self, threads: int, *, starved_seconds: float = STARVED_SECONDS) -> None:
        self._starved_seconds = starved_seconds
        self._patient = ThreadPoolExecutor(threads, thread_name_prefix="patient", initializer=_become_idle)
        self._nice = ThreadPoolExecutor(1, thread_name_prefix="nice", initializer=_become_nice)
        self._ended_at = 0.0

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do the work and give its result. Whoever gives up before it began saves it from being done."""
        loop = asyncio.get_running_loop()
        asked_at = time.perf_counter()
        doing = loop.run_in_executor(self._patient, work)
        try:
            while not (await asyncio.wait((doing,), timeout=self._starved_seconds))[0]:
                if time.perf_counter() - max(asked_at, self._ended_at) >= self._starved_seconds:
                    doing.cancel()
                    doing = loop.run_in_executor(self._nice, work)
                    break
            result = await doing
        finally:
            doing.cancel()
        self._ended_at = time.perf_counter()
        return result

    def stop(self) -> None:
        """End the threads; what they have not begun is dropped."""
        self._patient.shutdown(wait=False, cancel_futures=True)
        self._nice.shutdown(wait=False, cancel_futures=True)


def _become_idle() -> None:
    """Let this thread run when nobody else would; Linux alone knows policies of threads."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(threading.get_native_id(), os.SCHED_IDLE, os.sched_param(0))


def _become_nice() -> None:
    """Let this thread give way to the event loop's; Linux alone knows priorities of threads."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
