"""Telling the log of a command's outcome in the words of whoever gave the command."""

from collections.abc import Callable

from loopbank.events import OUTBOX, OUTBOX_COLUMNS, Fact, outbox_row
from loopbank.ledger.core import Outcome
from loopbank.ledger.store import Companion


def told(tell: Callable[[Outcome], Fact]) -> Companion:
    """Give the companion that writes a fact together with the outcome it tells of; a replay tells nothing."""
    return Companion(OUTBOX, OUTBOX_COLUMNS, lambda outcome: outbox_row(tell(outcome)))
