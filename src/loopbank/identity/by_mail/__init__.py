"""Accounts that people reach by mail: joining, confirming an address, recovering, signing in with a mailed code."""

from loopbank.identity.by_mail.addresses import EMAIL_LENGTH_MAX, accepted_email
from loopbank.identity.by_mail.code_sign_in import CodeAnswer, CodeSignIn
from loopbank.identity.by_mail.confirming import Confirming
from loopbank.identity.by_mail.joining import JoiningByMail
from loopbank.identity.by_mail.recovery import Recovery

__all__ = [
    "EMAIL_LENGTH_MAX",
    "CodeAnswer",
    "CodeSignIn",
    "Confirming",
    "JoiningByMail",
    "Recovery",
    "accepted_email",
]
