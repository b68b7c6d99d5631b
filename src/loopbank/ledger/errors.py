"""The ledger's refusals as errors of the house, each with a stable code and a plain sentence."""

from loopbank.foundation.errors import Refusal
from loopbank.ledger.core import Reason, Refused


class LedgerRefusal(Refusal):
    """The books said no and wrote nothing; `reason` says why, `subject` names the account or field, `line` where."""

    title = "Refused by the ledger"

    def __init__(self, refused: Refused) -> None:
        super().__init__(_SENTENCES[refused.reason].format(subject=refused.subject))
        self.reason = refused.reason
        self.subject = refused.subject
        self.line = refused.line
        self.code = refused.reason.value  # type: ignore[misc]  # one class for all reasons; the code is per reason
        self.status = _STATUS.get(refused.reason, 400)  # type: ignore[misc]  # likewise


_STATUS = {
    Reason.UNKNOWN_ACCOUNT: 404,
    Reason.UNKNOWN_HOLD: 404,
    Reason.UNKNOWN_POSTING: 404,
    Reason.ACCOUNT_EXISTS: 409,
    Reason.ACCOUNT_NOT_EMPTY: 409,
    Reason.HOLD_SETTLED: 409,
    Reason.HOLD_EXPIRED: 409,
    Reason.HOLD_NOT_EXPIRED: 409,
    Reason.ALREADY_REVERSED: 409,
    Reason.KEY_REUSED: 422,
}

_SENTENCES = {
    Reason.UNKNOWN_ACCOUNT: "There is no account {subject}.",
    Reason.ACCOUNT_EXISTS: "The account {subject} exists already.",
    Reason.ACCOUNT_FROZEN: "The account {subject} is frozen.",
    Reason.ACCOUNT_CLOSED: "The account {subject} is closed.",
    Reason.ACCOUNT_NOT_EMPTY: "The account {subject} still holds coins.",
    Reason.SAME_ACCOUNT: "Coins cannot be sent to the account they come from.",
    Reason.ASSET_MISMATCH: "The two accounts hold different currencies.",
    Reason.NO_LINES: "The transaction moves nothing.",
    Reason.AMOUNT_OUT_OF_RANGE: "The amount is out of range.",
    Reason.BALANCE_OUT_OF_RANGE: "The account {subject} cannot hold that much.",
    Reason.INSUFFICIENT_COINS: "Insufficient funds.",
    Reason.UNKNOWN_HOLD: "There is no such hold.",
    Reason.HOLD_EXPIRED: "The hold has expired.",
    Reason.HOLD_NOT_EXPIRED: "The hold has not expired yet.",
    Reason.HOLD_SETTLED: "The hold is settled already.",
    Reason.HOLD_TOO_SMALL: "The hold has less left than that.",
    Reason.UNKNOWN_POSTING: "There is no such transaction.",
    Reason.NOT_REVERSIBLE: "This transaction cannot be reversed that way.",
    Reason.ALREADY_REVERSED: "The transaction is reversed already.",
    Reason.REVERSAL_TOO_LARGE: "That is more than is left of the transaction.",
    Reason.KEY_REUSED: "The idempotency key was used before with another value of {subject}.",
}
