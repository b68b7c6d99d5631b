"""The books: accounts, postings, holds, group commit and the proof of it all. It knows no people."""

from loopbank.ledger.checking import ledger_checks
from loopbank.ledger.core import (
    AccountCode,
    AccountOpened,
    AccountStatus,
    CaptureHold,
    ChangeStatus,
    Cover,
    HoldChanged,
    HoldId,
    Line,
    OpenAccount,
    Outcome,
    PlaceHold,
    Post,
    Posted,
    Posting,
    PostingId,
    Reason,
    ReleaseHold,
    Reverse,
    StatusChanged,
    Transfer,
    TransferId,
)
from loopbank.ledger.errors import LedgerRefusal
from loopbank.ledger.events import TRANSACTION_CREATED
from loopbank.ledger.flow_store import Flow
from loopbank.ledger.journal_store import (
    Balance,
    HistoryPage,
    HoldView,
    StatementLine,
    Total,
    count_postings,
    postings_where,
)
from loopbank.ledger.service import Ledger
from loopbank.ledger.store import Companion
from loopbank.ledger.telling import told

__all__ = [
    "TRANSACTION_CREATED",
    "AccountCode",
    "AccountOpened",
    "AccountStatus",
    "Balance",
    "CaptureHold",
    "ChangeStatus",
    "Companion",
    "Cover",
    "Flow",
    "HistoryPage",
    "HoldChanged",
    "HoldId",
    "HoldView",
    "Ledger",
    "LedgerRefusal",
    "Line",
    "OpenAccount",
    "Outcome",
    "PlaceHold",
    "Post",
    "Posted",
    "Posting",
    "PostingId",
    "Reason",
    "ReleaseHold",
    "Reverse",
    "StatementLine",
    "StatusChanged",
    "Total",
    "Transfer",
    "TransferId",
    "count_postings",
    "ledger_checks",
    "postings_where",
    "told",
]
