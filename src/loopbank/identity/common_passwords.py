"""Passwords that everybody tries first, in a form that costs a quarter of a megabyte."""

import importlib.util
import runpy
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from pathlib import Path

_LENGTH_MIN = 6
"""No installation takes shorter passwords, so shorter ones need no place in the list."""


class CommonPasswords:
    """The frequency list of the zxcvbn package and the product's own words, read at first use.

    A password is common when it is on the list, or is one of the words with nothing but digits and punctuation around.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(filter(None, map(_letters, words)))

    def contain(self, password: str) -> bool:
        """Tell whether the password is among the first that somebody would try."""
        folded = _folded(password)
        fingerprint = _fingerprint(folded)
        listed = _listed_fingerprints()
        place = bisect_left(listed, fingerprint)
        is_listed = place < len(listed) and listed[place] == fingerprint
        return is_listed or _letters(folded) in self._words


@cache
def _listed_fingerprints() -> "array[int]":
    """Give the list's fingerprints in order; a process reads the list once."""
    return array("Q", sorted({_fingerprint(_folded(word)) for word in _listed() if len(word) >= _LENGTH_MIN}))


def _listed() -> list[str]:
    """Read the list without importing the package, whose other tables would stay in memory."""
    package = importlib.util.find_spec("zxcvbn")
    assert package is not None
    assert package.origin is not None
    module = runpy.run_path(str(Path(package.origin).with_name("frequency_lists.py")))
    words: list[str] = module["FREQUENCY_LISTS"]["passwords"]
    return words


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _letters(text: str) -> str:
    return "".join(letter for letter in _folded(text) if letter.isalpha())


def _fingerprint(text: str) -> int:
    """Give 64 bits of a hash: one password in a hundred million millions is refused by mistake."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
