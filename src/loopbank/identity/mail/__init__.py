"""Letters: written in the transaction that makes them necessary, carried by the worker."""

from loopbank.identity.mail.carriers import Carrier, MaildirCarrier, NotCarried, SmtpCarrier, SmtpServer
from loopbank.identity.mail.letter_box import LetterBox
from loopbank.identity.mail.letters import Language, Letter, LetterKind, StoredLetter, language_of, preferred_language
from loopbank.identity.mail.postman import Postman
from loopbank.identity.mail.stationery import Stationery
from loopbank.identity.mail.store import find_letter, forget_letters, list_letters

__all__ = [
    "Carrier",
    "Language",
    "Letter",
    "LetterBox",
    "LetterKind",
    "MaildirCarrier",
    "NotCarried",
    "Postman",
    "SmtpCarrier",
    "SmtpServer",
    "Stationery",
    "StoredLetter",
    "find_letter",
    "forget_letters",
    "language_of",
    "list_letters",
    "preferred_language",
]
