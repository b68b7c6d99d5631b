"""Letters: what the bank has to tell somebody, and in which language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from starlette.requests import Request

from loopbank.foundation.clock import Instant

Language = Literal["en", "de"]
LANGUAGES: tuple[Language, ...] = ("en", "de")


class LetterKind(StrEnum):
    """What a letter is about; each has a template per language."""

    CONFIRM_ADDRESS = "confirm_address"
    ALREADY_REGISTERED = "already_registered"
    RESET_PASSWORD = "reset_password"  # noqa: S105 -- a kind of letter
    SIGN_IN_CODE = "sign_in_code"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 -- a kind of letter
    SECURITY_CHANGED = "security_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter to an address; without one it is written all the same, and nobody gets it.

    So an address that nobody has costs the same work as one that somebody has.
    """

    kind: LetterKind
    address: str | None
    language: Language
    person_id: str | None = None
    particulars: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredLetter:
    """A letter as it lies in the queue; `carrier` and `sent_at` are set when it was sent, `problem` when it was not."""

    id: str
    kind: str
    person_id: str | None
    address: str | None
    language: str
    sealed_particulars: str | None
    created_at: Instant
    next_try_at: Instant | None
    tries: int
    sent_at: Instant | None
    carrier: str | None
    problem: str | None


def preferred_language(accepted: str) -> Language:
    """Give the language of ours that an Accept-Language header names first; English when it names none."""
    for part in _by_weight(accepted):
        for language in LANGUAGES:
            if part.lower().partition("-")[0] == language:
                return language
    return "en"


def language_of(request: Request) -> Language:
    """Give the language in which whoever sent a request reads."""
    return preferred_language(request.headers.get("accept-language", ""))


def _by_weight(accepted: str) -> Sequence[str]:
    """List the header's languages, the most wanted first (RFC 9110, section 12.5.4)."""

    def weight(part: str) -> float:
        text = part.partition(";q=")[2].strip() or "1"
        try:
            return -float(text)
        except ValueError:
            return 0.0

    parts = [part.strip() for part in accepted[:200].split(",")]
    return [part.partition(";")[0].strip() for part in sorted(parts, key=weight)]
