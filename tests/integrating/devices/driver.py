"""A terminal that stops where it is told to, so that its power can be cut there; runs under MicroPython and CPython.

    driver.py FOLDER-OF-THE-MODULE STEP ADDRESS KEY RECORD [FROM TO AMOUNT MEMO]

prints `at STEP` and waits there for ever, or prints the outcome. Without a charge it resumes.
"""

import socket
import sys
import time

sys.path.insert(0, sys.argv[1])

import loopbank_terminal
from loopbank_terminal import Terminal, Unfinished

STEP = sys.argv[2]


def reach(step: str) -> None:
    if step == STEP:
        print("at", step)
        # MicroPython on Unix has no flush; its output is not buffered.
        if hasattr(sys.stdout, "flush"):
            sys.stdout.flush()
        while True:
            time.sleep(1)


class Stopping(Terminal):
    def _keep(self, line: bytes) -> None:
        reach("before-record")
        super()._keep(line)
        reach("record-written")

    def _put_in_place(self) -> None:
        reach("record-not-in-place")
        super()._put_in_place()

    def _say(self, stream: socket.SocketIO, request: bytes) -> None:
        half = len(request) // 2
        super()._say(stream, request[:half])
        reach("half-sent")
        super()._say(stream, request[half:])
        reach("sent")

    def _forget(self) -> None:
        reach("answered")
        super()._forget()


def main() -> None:
    terminal = Stopping(sys.argv[3], sys.argv[4], sys.argv[5])
    try:
        outcome = terminal.charge(*sys.argv[6:]) if len(sys.argv) > 6 else terminal.resume()
    except Unfinished:
        print("unfinished")
        return
    except loopbank_terminal.RecordDamaged:
        print("damaged")
        return
    if outcome is None:
        print("nothing")
    elif outcome.is_paid:
        print("paid")
    else:
        print("refused", outcome.detail)


main()
