"""The letter box: letters are written down in the transaction that makes them necessary, sealed."""

import json
from collections.abc import Mapping

from loopbank.foundation.clock import Clock
from loopbank.foundation.database import Transaction
from loopbank.foundation.ids import new_id
from loopbank.foundation.seals import Seal
from loopbank.identity.mail import store
from loopbank.identity.mail.letters import Letter, StoredLetter


class LetterBox:
    """Takes letters for the worker, and opens them for it."""

    def __init__(self, secret_key: str, clock: Clock) -> None:
        self._seal = Seal(secret_key, "letter")
        self._clock = clock

    async def post(self, tx: Transaction, letter: Letter) -> None:
        """Write a letter down; it is sent when the transaction commits, or not at all."""
        letter_id, now = new_id(), self._clock()
        sealed = self._seal.close(json.dumps(dict(letter.particulars)).encode(), letter_id)
        stored = StoredLetter(
            id=letter_id,
            kind=letter.kind,
            person_id=letter.person_id,
            address=letter.address,
            language=letter.language,
            sealed_particulars=sealed,
            created_at=now,
            next_try_at=now,
            tries=0,
            sent_at=None,
            carrier=None,
            problem=None,
        )
        await store.insert_letter(tx, stored)

    def open(self, stored: StoredLetter) -> Mapping[str, str]:
        """Give a letter's particulars. Raises SealBroken."""
        assert stored.sealed_particulars is not None, "the particulars of a letter that was sent are gone"
        particulars: dict[str, str] = json.loads(self._seal.open(stored.sealed_particulars, stored.id))
        return particulars
