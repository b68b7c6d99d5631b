"""The shape of a check pass: every part of the house proves its own books, and `loopbank check` runs them all."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from loopbank.foundation.database import Database


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be: where it was found and what is wrong, in one sentence."""

    check: str
    detail: str


@dataclass(frozen=True, slots=True)
class CheckPass:
    """One proof over the stored data; it streams what it finds and finds nothing on sound books."""

    name: str
    run: Callable[[Database], AsyncIterator[Finding]]
