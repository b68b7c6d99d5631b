"""The Authentication Service: people, their passwords, sessions, roles and tokens.

It knows nothing of coins; what it shows of a person's wallet it asks of the Coin Service through `Holders`.
"""

from loopbank.identity.errors import EmailTaken, NameTaken, UnacceptableName, UnacceptablePassword
from loopbank.identity.holders import Holders, HolderView, HttpHolders
from loopbank.identity.keys import SigningKeyUnreadable
from loopbank.identity.mail import Postman
from loopbank.identity.mail.office import build_postman
from loopbank.identity.people import Person
from loopbank.identity.service import IdentityService, build_identity

__all__ = [
    "EmailTaken",
    "HolderView",
    "Holders",
    "HttpHolders",
    "IdentityService",
    "NameTaken",
    "Person",
    "Postman",
    "SigningKeyUnreadable",
    "UnacceptableName",
    "UnacceptablePassword",
    "build_identity",
    "build_postman",
]
