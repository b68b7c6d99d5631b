"""Marks: keyed hashes under which secrets, codes and addresses are stored and found again."""

import hashlib
import hmac

from loopbank.foundation.keys import derive_key

_SEPARATOR = "\x00"
"""Stands in no part: every text that reaches us is free of it."""


class Marks:
    """Makes the marks of one installation; without its secret nobody can try codes against a stolen database."""

    def __init__(self, secret_key: str) -> None:
        self._key = derive_key(secret_key, "mark")

    def mark(self, purpose: str, *parts: str) -> str:
        """Give the mark of some parts for one purpose."""
        return hmac.new(self._key, _SEPARATOR.join((purpose, *parts)).encode(), hashlib.sha256).hexdigest()
