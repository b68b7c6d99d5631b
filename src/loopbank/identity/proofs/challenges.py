"""Challenges: something asked of whoever wants in, to be met within a few tries and minutes, once."""

import hmac
import secrets
from dataclasses import dataclass
from enum import StrEnum

from loopbank.foundation.clock import Clock, later
from loopbank.foundation.database import Transaction
from loopbank.foundation.ids import new_secret
from loopbank.identity.proofs import store
from loopbank.identity.proofs.marks import Marks

TRIES = 5
CODE_SECONDS = 600
_CODE_DIGITS = 6


class Asked(StrEnum):
    """What a challenge asks for."""

    MAIL_CODE = "mail_code"
    SECOND_FACTOR = "second_factor"


@dataclass(frozen=True, slots=True)
class Tried:
    """One try at a challenge: whom it concerns (nobody, for an address that nobody has), and the expected mark."""

    mark: str
    person_id: str | None
    answer_mark: str


class Challenges:
    """Asks, counts the tries and takes the answer once."""

    def __init__(self, *, marks: Marks, clock: Clock) -> None:
        self._marks = marks
        self._clock = clock

    async def ask(
        self,
        tx: Transaction,
        asked: Asked,
        person_id: str | None,
        *,
        account: str = "",
        client: str = "",
        answer: str = "",
    ) -> str:
        """Store a challenge for an account, as whoever asks names it, and give its id; `answer` is what is expected."""
        challenge_id = new_secret()
        mark = self._marks.mark(asked, account, challenge_id)
        now = self._clock()
        await store.insert_challenge(
            tx,
            mark,
            purpose=asked,
            person_id=person_id,
            asked_by=self._marks.mark("asked-by", asked, account, client),
            answer_mark=self._answer_mark(mark, answer),
            tries=TRIES,
            now=now,
            ends_at=later(now, CODE_SECONDS),
        )
        return challenge_id

    async def take_try(
        self, tx: Transaction, asked: Asked, challenge_id: str | None, *, account: str = "", client: str = ""
    ) -> Tried | None:
        """Take one try at a challenge for an account; None when there is no try left.

        Without its id it is the newest that the same client asked for.
        """
        now = self._clock()
        if challenge_id is None:
            asked_by = self._marks.mark("asked-by", asked, account, client)
            mark = await store.latest_challenge(tx, asked_by, purpose=asked, now=now)
        else:
            mark = self._marks.mark(asked, account, challenge_id)
        claimed = None if mark is None else await store.claim_try(tx, mark, purpose=asked, now=now)
        if mark is None or claimed is None:
            return None
        return Tried(mark, claimed.person_id, claimed.answer_mark)

    def is_met(self, tried: Tried, answer: str) -> bool:
        """Tell whether the answer is the expected one."""
        return hmac.compare_digest(tried.answer_mark, self._answer_mark(tried.mark, answer))

    async def use_up(self, tx: Transaction, tried: Tried) -> None:
        """Let a challenge that was met be met no more."""
        await store.meet_challenge(tx, tried.mark, now=self._clock())

    def _answer_mark(self, mark: str, answer: str) -> str:
        return self._marks.mark("answer", mark, answer)


def new_code() -> str:
    """Give six random digits."""
    return f"{secrets.randbelow(10**_CODE_DIGITS):0{_CODE_DIGITS}d}"
