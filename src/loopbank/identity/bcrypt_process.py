"""A program of its own: reads digests of passwords with salts, line by line, and answers each with its bcrypt hash.

It is started by its path, so that it loads nothing else of the product, and ends when its input does.
"""

import os
import signal
import sys
from contextlib import suppress

import bcrypt

PATIENT = "patient"
"""The argument that makes this process run only when nobody else wants to; Linux alone knows how."""


def answer_lines() -> None:
    """Answer every line until there are no more; an empty answer stands for a salt that bcrypt refuses."""
    for line in sys.stdin.buffer:
        digest, salt = line.split()
        try:
            answer = bcrypt.hashpw(digest, salt)
        except ValueError:
            answer = b""
        sys.stdout.buffer.write(answer + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    # Ctrl+C in a terminal reaches everybody; the server says when this process may end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if PATIENT in sys.argv and sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    answer_lines()
