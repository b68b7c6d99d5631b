"""The postman: carries what lies in the letter box, again and again until it is handed over or no use any more."""

from loopbank.events import Turns
from loopbank.foundation.clock import Clock, later
from loopbank.foundation.database import Database
from loopbank.foundation.seals import SealBroken
from loopbank.identity.mail import store
from loopbank.identity.mail.carriers import Carrier, NotCarried
from loopbank.identity.mail.letter_box import LetterBox
from loopbank.identity.mail.letters import LetterKind, StoredLetter
from loopbank.identity.mail.stationery import Stationery

_UNDER_WAY_SECONDS = 60
_RETRY_SECONDS = (5, 15, 60, 300, 900, 3_600)
_USELESS_AFTER_SECONDS = {
    LetterKind.SIGN_IN_CODE: 600,
    LetterKind.RESET_PASSWORD: 3_600,
    LetterKind.CONFIRM_ADDRESS: 86_400,
}
_GIVEN_UP_AFTER_SECONDS = 3 * 86_400


class Postman:
    """Carries letters one by one; several postmen beside each other never carry the same one at once."""

    def __init__(
        self, *, database: Database, letter_box: LetterBox, stationery: Stationery, carrier: Carrier, clock: Clock
    ) -> None:
        self._database = database
        self._letter_box = letter_box
        self._stationery = stationery
        self._carrier = carrier
        self._clock = clock
        self._turns = Turns("postman", self.take_turn)

    def start(self) -> None:
        """Begin the rounds."""
        self._turns.start()

    async def stop(self) -> None:
        """Finish the letter in hand and carry no more."""
        await self._turns.stop()

    async def take_turn(self) -> bool:
        """Carry the letter that has waited longest; False when none waits."""
        now = self._clock()
        async with self._database.reading() as tx:
            if not await store.letters_wait(tx, now=now):
                return False
        async with self._database.transaction() as tx:
            letter = await store.take_letter(tx, now=now, again_at=later(now, _UNDER_WAY_SECONDS))
            if letter is not None and letter.address is None:
                await store.drop_letter(tx, letter.id)
        if letter is None:
            return False
        if letter.address is not None:
            await self._carry(letter)
        return True

    async def _carry(self, letter: StoredLetter) -> None:
        try:
            message = self._stationery.mail(letter, self._letter_box.open(letter))
            await self._carrier.carry(message)
        except SealBroken:
            await self._put_off(letter, "It was sealed under another SECRET_KEY.", is_final=True)
        except NotCarried as trouble:
            await self._put_off(letter, trouble.problem, is_final=trouble.is_final)
        else:
            forgets = not self._carrier.keeps_letters
            async with self._database.transaction() as tx:
                await store.note_sent(tx, letter.id, carrier=self._carrier.name, at=self._clock(), forgets=forgets)

    async def _put_off(self, letter: StoredLetter, problem: str, *, is_final: bool) -> None:
        now = self._clock()
        lives = _USELESS_AFTER_SECONDS.get(LetterKind(letter.kind), _GIVEN_UP_AFTER_SECONDS)
        again_at = later(now, _RETRY_SECONDS[min(letter.tries, len(_RETRY_SECONDS)) - 1])
        given_up = is_final or again_at >= later(letter.created_at, lives)
        async with self._database.transaction() as tx:
            await store.note_problem(tx, letter.id, problem=problem, next_try_at=None if given_up else again_at)
