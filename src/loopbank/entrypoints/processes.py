"""Several processes that do the same work and live and die together."""

import os
import signal
from collections.abc import Callable

_STOPPING = {signal.SIGTERM, signal.SIGINT}
_NEWS = _STOPPING | {signal.SIGCHLD}


def supervise(count: int, work: Callable[[int], bool]) -> bool:
    """Fork `count` processes that each do `work`, and wait for them; give whether all of them did it well.

    A signal to stop goes to all. When one ends by itself the others are stopped too: whoever runs us starts everything
    anew. Signals wait until they are asked for, so none is missed, whatever it interrupts.
    """
    # A signal without a handler may be forgotten while it waits.
    handled_before = signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    mask_before = signal.pthread_sigmask(signal.SIG_BLOCK, _NEWS)
    try:
        return _watch({_fork(work, place) for place in range(count)})
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask_before)
        signal.signal(signal.SIGCHLD, handled_before)


def _watch(children: set[int]) -> bool:
    is_well, is_stopping = True, False
    while children:
        number = signal.sigwait(_NEWS)
        ended = {child: status for child, status in map(_ended, children) if child}
        children -= ended.keys()
        if number in _STOPPING:
            is_stopping = True
            _pass_on(number, children)
        elif ended and not is_stopping:
            is_stopping = True
            is_well = all(os.waitstatus_to_exitcode(status) == 0 for status in ended.values())
            _pass_on(signal.SIGTERM, children)
    return is_well


def _ended(child: int) -> tuple[int, int]:
    """Give the child with how it ended, or 0 while it lives."""
    return os.waitpid(child, os.WNOHANG)


def _pass_on(number: int, children: set[int]) -> None:
    for child in children:
        os.kill(child, number)


def _fork(work: Callable[[int], bool], number: int) -> int:
    child = os.fork()
    if child:
        return child
    for news in _NEWS:
        signal.signal(news, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _NEWS)
    code = 1
    try:
        code = 0 if work(number) else 1
    finally:
        # The parent's own ending is not this process's to run.
        os._exit(code)
