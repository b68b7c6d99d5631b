"""What the bank's refusals, and its silence, are raised as.

BankError                 base of all
|- NoDefiniteAnswer       nobody knows yet whether it happened: ask again with the same key
|- Unreachable            nothing was sent, so nothing happened
|- NotTheBank             something else answered; nothing happened
|- InvalidSignature       a webhook's body is not signed by the bank
`- Refused                the bank said no, and nothing happened
   |- Malformed           400, 413, 415, 422: the request is not one that the bank takes
   |- InsufficientCoins   the account holds less than that
   |- KeyReused           the idempotency key named another request before
   |- Unauthenticated     401
   |- NotAllowed          403
   |- SpendLimitReached   the key, or the grant, may not spend that much any more
   |- NotFound            404
   |- Conflict            409: what the request is about is settled, expired or reversed already
   `- TooManyRequests     429, for longer than the call had time
"""

from collections.abc import Mapping
from typing import Any


class BankError(Exception):
    """Base of everything that this package raises about a bank."""


class NoDefiniteAnswer(BankError):
    """The time was over before the bank answered: it may have happened. Ask again with `key`, the same key."""

    def __init__(self, heard: str, key: str | None) -> None:
        named = "" if key is None else f" (key {key})"
        super().__init__(f"{heard}; whether it happened is not known{named}")
        self.key = key


class Unreachable(BankError):
    """No connection to the bank came about; nothing was sent."""


class NotTheBank(BankError):
    """What answered is no bank, or no route of one: please look at the address."""


class InvalidSignature(BankError):
    """A webhook's request is not signed with the secret, or too old."""


class Refused(BankError):
    """The bank said no and wrote nothing; `code` is stable and meant for programs, the text for people."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail", "")))
        self.status = status
        self.code = str(problem.get("code", "refused"))
        self.detail = str(problem.get("detail", ""))
        self.request_id = str(problem.get("request_id", ""))
        self.mistakes = {str(one["field"]): str(one["message"]) for one in problem.get("errors", ())}


class Malformed(Refused):
    """The request is not one that the bank takes; `mistakes` names fields and what is wrong with them."""


class InsufficientCoins(Refused):
    """The account holds less than that."""


class KeyReused(Refused):
    """The idempotency key named another request before; `mistakes` names the first field that differs."""


class Unauthenticated(Refused):
    """The API key or token is not, or no longer, good."""


class NotAllowed(Refused):
    """The caller is known and may not do this."""


class SpendLimitReached(NotAllowed):
    """That is more than is left of the key's day, or of what the person granted."""


class NotFound(Refused):
    """There is no such thing, or not for this caller."""


class Conflict(Refused):
    """What the request is about is settled, expired or reversed already."""


class TooManyRequests(Refused):
    """The bank asked to wait for longer than the call had time; nothing happened."""


_BY_CODE: Mapping[str, type[Refused]] = {
    "insufficient_coins": InsufficientCoins,
    "idempotency_key_reused": KeyReused,
    "spend_limit_reached": SpendLimitReached,
}
_BY_STATUS: Mapping[int, type[Refused]] = {
    401: Unauthenticated,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    429: TooManyRequests,
}


def refusal(status: int, problem: Mapping[str, Any]) -> Refused:
    """Give the exception for a problem document (RFC 9457)."""
    kind = _BY_CODE.get(str(problem.get("code"))) or _BY_STATUS.get(status, Malformed)
    return kind(status, problem)
