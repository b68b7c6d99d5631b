"""Seeded histories of mixed commands, with retries among them, for tests that run the same past twice."""

import random
from collections.abc import Iterator
from dataclasses import replace

from loopbank.coins import Coins
from loopbank.ledger.core import (
    AccountCode,
    AccountStatus,
    CaptureHold,
    ChangeStatus,
    Command,
    HoldId,
    Line,
    Post,
    PostingId,
    ReleaseHold,
    Reverse,
    TransferId,
)
from tests.ledger.stories import HOUR, ISSUANCE, NOON, SPINS, opening, payment, reservation

WALLETS = tuple(AccountCode(f"wallet {n}") for n in range(12))
SPINS_ISSUANCE = AccountCode("spins issuance")

OPENINGS: tuple[Command, ...] = (
    opening(ISSUANCE, floor=None),
    opening(SPINS_ISSUANCE, asset=SPINS, floor=None),
    opening("spins", asset=SPINS),
    *(opening(code, floor=-30 if n == 0 else 0) for n, code in enumerate(WALLETS)),
    *(payment(f"mint:{code}", ISSUANCE, code, 500) for code in WALLETS),
)


class History:
    """Draws commands that refer to what came before; the same seed draws the same history."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._said: list[Command] = []
        self._postings, self._holds = len(WALLETS), 0
        self.now = NOON

    def waves(self, commands: int) -> Iterator[list[Command]]:
        """Give the history in waves of commands that are sent at once; `now` is the instant of each wave."""
        yield list(OPENINGS)
        while commands > 0:
            wave = [self._next() for _ in range(min(commands, self._dice.choice((1, 2, 5, 20, 60))))]
            commands -= len(wave)
            self.now += self._dice.choice((-HOUR // 7, 0, 1, HOUR // 20))
            yield wave

    def _next(self) -> Command:
        dice = self._dice
        if self._said and dice.random() < 0.15:
            return self._retried(dice.choice(self._said[-40:] if dice.random() < 0.7 else self._said))
        makers = (self._post, self._reverse, self._place, self._capture, self._release, self._status, self._open)
        (maker,) = dice.choices(makers, (60, 12, 16, 14, 6, 2, 1))
        self._said.append(maker(f"k{len(self._said)}"))
        return self._said[-1]

    def _retried(self, command: Command) -> Command:
        if isinstance(command, Post | Reverse | CaptureHold) and self._dice.random() < 0.2:
            return replace(command, memo="another body")
        return command

    def _wallet(self) -> AccountCode:
        odd = self._dice.random()
        if odd < 0.015:
            return self._dice.choice((AccountCode("nobody"), AccountCode("spins"), ISSUANCE))
        return self._dice.choice(WALLETS)

    def _amount(self) -> Coins:
        return Coins(self._dice.choice((1, 5, 10, 20, 40, self._dice.randint(0, 200))))

    def _post(self, key: str) -> Command:
        self._postings += 1
        lines = tuple(
            Line(self._wallet(), self._wallet(), self._amount(), self._dice.choice(("", "", "fee")))
            for _ in range(self._dice.choice((1, 1, 1, 2, 3)))
        )
        memo = self._dice.choice(("", "noodles", "日本語 ✓", "quote ' and \\ and \n"))
        return Post(key=key, kind="transfer", lines=lines, memo=memo, actor="somebody", credential="phone")

    def _reverse(self, key: str) -> Command:
        self._postings += 1
        return Reverse(
            key=key,
            posting_id=PostingId(self._dice.randint(1, self._postings)),
            transfer_id=self._dice.choice((None, None, TransferId(self._dice.randint(1, self._postings)))),
            amount=self._dice.choice((None, None, self._amount())),
        )

    def _place(self, key: str) -> Command:
        self._holds += 1
        expires_at = self.now + self._dice.randint(1, 40) * HOUR // 10
        return reservation(key, self._wallet(), self._wallet(), self._amount(), expires_at=expires_at)

    def _hold(self) -> HoldId:
        return HoldId(self._dice.randint(max(1, self._holds // 3), self._holds // 2 + 2))

    def _capture(self, key: str) -> Command:
        amount = self._dice.choice((None, self._amount()))
        return CaptureHold(key=key, hold_id=self._hold(), amount=amount, is_final=self._dice.random() < 0.3)

    def _release(self, key: str) -> Command:
        return ReleaseHold(hold_id=self._hold(), only_if_expired=self._dice.random() < 0.5, actor=key)

    def _status(self, key: str) -> Command:
        status = self._dice.choice((AccountStatus.FROZEN, AccountStatus.OPEN, AccountStatus.OPEN, AccountStatus.CLOSED))
        return ChangeStatus(code=self._dice.choice(WALLETS[:3]), status=status, actor=key)

    def _open(self, key: str) -> Command:
        return replace(opening(f"newcomer {self._dice.randint(1, 9)}"), key=f"open:{key}")
