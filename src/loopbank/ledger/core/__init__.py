"""The pure rules of the books: a batch of commands and the state it touches become outcomes and changes.

Nothing here does I/O, reads a clock or rolls dice; the same batch on the same books gives the same answer anywhere.
"""

from loopbank.ledger.core.books import Account, Books, Changes, Hold
from loopbank.ledger.core.commands import (
    CaptureHold,
    ChangeStatus,
    Command,
    Cover,
    Line,
    OpenAccount,
    PlaceHold,
    Post,
    ReleaseHold,
    Reverse,
)
from loopbank.ledger.core.decide import Decision, decide
from loopbank.ledger.core.outcomes import (
    AccountOpened,
    HoldChanged,
    Outcome,
    Posted,
    Posting,
    Reason,
    Refused,
    StatusChanged,
    Transfer,
)
from loopbank.ledger.core.words import AccountCode, AccountStatus, HoldId, PostingId, TransferId

__all__ = [
    "Account",
    "AccountCode",
    "AccountOpened",
    "AccountStatus",
    "Books",
    "CaptureHold",
    "ChangeStatus",
    "Changes",
    "Command",
    "Cover",
    "Decision",
    "Hold",
    "HoldChanged",
    "HoldId",
    "Line",
    "OpenAccount",
    "Outcome",
    "PlaceHold",
    "Post",
    "Posted",
    "Posting",
    "PostingId",
    "Reason",
    "Refused",
    "ReleaseHold",
    "Reverse",
    "StatusChanged",
    "Transfer",
    "TransferId",
    "decide",
]
