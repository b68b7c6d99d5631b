"""Identifiers and secrets that nobody can guess."""

import itertools
import secrets
import uuid
from collections.abc import Callable

RandomText = Callable[[], str]
"""Gives a new identifier; tests hand in their own."""

_ACCOUNT_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def new_id() -> str:
    """Give a random UUID as text."""
    return str(uuid.uuid4())


class RequestIds:
    """Names requests: a random prefix per process and a count, which costs no call to the system per request."""

    def __init__(self) -> None:
        self._prefix = secrets.token_hex(6)
        self._count = itertools.count(1)

    def next(self) -> str:
        """Give the next request's id."""
        return f"{self._prefix}-{next(self._count):x}"


def new_secret() -> str:
    """Give 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def new_account_number(prefix: str) -> str:
    """Give a random account number such as NC-7K2M-Q9XD (36^8 of them per prefix)."""
    letters = "".join(secrets.choice(_ACCOUNT_ALPHABET) for _ in range(8))
    return f"{prefix}-{letters[:4]}-{letters[4:]}"
