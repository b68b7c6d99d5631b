"""Several processes that do the same work and live and die together."""

import os
import signal
from collections.abc import Callable
from types import FrameType

_STOPPING = (signal.SIGTERM, signal.SIGINT)


def supervise(count: int, work: Callable[[int], bool]) -> bool:
    """Fork `count` processes that each do `work`, and wait for them; give whether all of them did it well.

    A signal to stop goes to all. When one ends by itself the others are stopped too: whoever runs us starts everything
    anew.
    """
    children: set[int] = set()
    is_well, is_stopping = True, False

    def pass_on(number: int, _frame: FrameType | None) -> None:
        nonlocal is_stopping
        is_stopping = True
        for child in children:
            os.kill(child, number)

    for number in _STOPPING:
        signal.signal(number, pass_on)
    for place in range(count):
        children.add(_fork(work, place))
    if is_stopping:
        pass_on(signal.SIGTERM, None)
    while children:
        child, status = os.wait()
        children.discard(child)
        if not is_stopping:
            is_well = os.waitstatus_to_exitcode(status) == 0
            pass_on(signal.SIGTERM, None)
    return is_well


def _fork(work: Callable[[int], bool], number: int) -> int:
    child = os.fork()
    if child:
        return child
    for ending in _STOPPING:
        signal.signal(ending, signal.SIG_DFL)
    code = 1
    try:
        code = 0 if work(number) else 1
    finally:
        # The parent's own ending is not this process's to run.
        os._exit(code)
