"""Clients that send commands to any replica and repeat them with the same key until they know, or give up."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import BigInteger, CheckConstraint, Column, MetaData, Table, Text

from loopbank.coins import Coins
from loopbank.foundation.database_errors import ConstraintViolated
from loopbank.foundation.errors import Unavailable
from loopbank.ledger import (
    CaptureHold,
    Companion,
    HoldChanged,
    HoldId,
    Ledger,
    LedgerRefusal,
    Outcome,
    PlaceHold,
    Post,
    Posted,
    ReleaseHold,
    Reverse,
)
from loopbank.ledger.core import AccountCode, Command
from tests.ledger.stories import HOUR, NOON, line, payment, reservation

WALLETS = tuple(AccountCode(f"wallet {n}") for n in range(6))
GIVES_UP = 0.1
"""The share of clients' troubles after which a client asks no more and never learns what became of its command."""

POISON = 0.02
PATIENCE = 200
"""Attempts after which a client without a definite answer is a failure of the simulation."""

receipt = Table(
    "receipt",
    MetaData(schema="coin"),
    Column("posting_id", BigInteger, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    CheckConstraint("posting_id > 0", name="receipt_posting_id_positive"),
)


@dataclass
class Memory:
    """What all clients know when the simulation is over."""

    sent: dict[str, Command] = field(default_factory=dict)
    done: dict[str, Posted | HoldChanged] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    poisonous: set[str] = field(default_factory=set)
    attempts: int = 0

    @property
    def unknown(self) -> set[str]:
        """Keys whose client gave up without an answer."""
        return set(self.sent) - set(self.done) - self.refused - self.poisonous


class Client:
    """One client with dice of its own."""

    def __init__(self, name: str, seed: object, replicas: Sequence[Ledger], memory: Memory) -> None:
        self._name = name
        self._dice = random.Random(repr((seed, name)))
        self._replicas = replicas
        self._memory = memory
        self._holds: list[HoldId] = []
        self._postings: list[Posted] = []

    async def act(self, steps: int) -> None:
        for step in range(steps):
            key = f"{self._name}:{step}"
            command, companions = self._next(key), [_receipt(key)]
            is_poisonous = isinstance(command, Post) and self._dice.random() < POISON
            if is_poisonous:
                companions.append(_impossible(key))
                self._memory.poisonous.add(key)
            await self._send_until_known(key, command, () if isinstance(command, ReleaseHold) else companions)
            # Clients think between two steps, so that batches differ in size.
            await asyncio.sleep(self._dice.choice((0, 0, 0.001)))

    def _next(self, key: str) -> Command:
        dice = self._dice
        amount = dice.randint(1, 40)
        debit, credit = dice.sample(WALLETS, 2)
        (kind,) = dice.choices(("pay", "split", "hold", "capture", "release", "reverse"), (50, 15, 12, 10, 5, 8))
        if kind == "split":
            other = dice.choice(WALLETS)
            return Post(key=key, kind="split", lines=(line(debit, credit, amount), line(credit, other, 1, "fee")))
        if kind == "hold":
            return reservation(key, debit, credit, amount, expires_at=NOON + HOUR)
        if kind == "capture" and self._holds:
            some = dice.choice((None, Coins(dice.randint(1, 20))))
            return CaptureHold(key=key, hold_id=dice.choice(self._holds), amount=some)
        if kind == "release" and self._holds:
            return ReleaseHold(hold_id=dice.choice(self._holds))
        if kind == "reverse" and self._postings:
            return Reverse(key=key, posting_id=dice.choice(self._postings).posting.id)
        return payment(key, debit, credit, amount, memo=key)

    async def _send_until_known(self, key: str, command: Command, companions: Sequence[Companion]) -> None:
        if not isinstance(command, ReleaseHold):
            self._memory.sent[key] = command
        for _ in range(PATIENCE):
            self._memory.attempts += 1
            try:
                outcome = await self._dice.choice(self._replicas)._submit(command, companions)
            except LedgerRefusal:
                self._memory.refused.add(key)
                return
            except ConstraintViolated:
                assert key in self._memory.poisonous, f"{key} is no poison"
                return
            except Unavailable:
                if self._dice.random() < GIVES_UP:
                    return
                continue
            self._remember(key, command, outcome)
            return
        raise AssertionError(f"{key} got no definite answer in {PATIENCE} attempts")

    def _remember(self, key: str, command: Command, outcome: Outcome) -> None:
        assert isinstance(outcome, Posted | HoldChanged)
        assert key not in self._memory.poisonous, "a poisonous companion was taken"
        if isinstance(command, ReleaseHold):
            return
        self._memory.done[key] = outcome
        if isinstance(outcome, HoldChanged):
            assert isinstance(command, PlaceHold)
            self._holds.append(outcome.hold_id)
        elif not isinstance(command, Reverse):
            self._postings.append(outcome)


def _receipt(key: str) -> Companion:
    """A row that must exist exactly when its command happened."""
    return Companion(receipt, ("posting_id", "key"), lambda outcome: (_number_of(outcome), key))


def _impossible(key: str) -> Companion:
    return Companion(receipt, ("posting_id", "key"), lambda _: (0, f"poison:{key}"))


def _number_of(outcome: Outcome) -> int:
    assert isinstance(outcome, Posted | HoldChanged)
    return outcome.posting.id if isinstance(outcome, Posted) else outcome.hold_id
