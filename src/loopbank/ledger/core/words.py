"""The names of things in the books."""

from enum import StrEnum
from typing import NewType

AccountCode = NewType("AccountCode", str)
"""What an account is called outside the books: an account number or a system account's name."""

PostingId = NewType("PostingId", int)
"""A posting's place in the journal, counted from 1 without gaps."""

TransferId = NewType("TransferId", int)
"""A transfer's place in the journal, counted from 1 without gaps; it grows with time."""

HoldId = NewType("HoldId", int)
"""A hold's number, counted from 1 without gaps."""


class AccountStatus(StrEnum):
    """Whether coins may move on an account."""

    OPEN = "open"
    FROZEN = "frozen"
    CLOSED = "closed"
