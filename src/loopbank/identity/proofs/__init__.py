"""Things that prove something once: links, slips, codes and challenges; and patience with whoever guesses."""

from loopbank.identity.proofs.challenges import CODE_SECONDS, TRIES, Asked, Challenges, Tried, new_code
from loopbank.identity.proofs.marks import Marks
from loopbank.identity.proofs.patience import Patience
from loopbank.identity.proofs.secrets import OneTimeSecrets, Purpose, new_slip, read_slip
from loopbank.identity.proofs.store import forget_ended, withdraw_everything

__all__ = [
    "CODE_SECONDS",
    "TRIES",
    "Asked",
    "Challenges",
    "Marks",
    "OneTimeSecrets",
    "Patience",
    "Purpose",
    "Tried",
    "forget_ended",
    "new_code",
    "new_slip",
    "read_slip",
    "withdraw_everything",
]
