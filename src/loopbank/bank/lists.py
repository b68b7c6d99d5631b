"""Lists of payments: prize lists, salaries, imports. All of a list happens or each item for itself, in one turn.

A list goes by one idempotency key. An atomic list is one posting; a partial list is one posting per item, under the
list's key and the item's place in it, so that the same list sent again does what was refused before and nothing twice.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from loopbank.bank import store
from loopbank.bank.allowances import is_limit_reached
from loopbank.bank.errors import IdempotencyKeyReused, ListRefused, SpendLimitReached
from loopbank.bank.payments import Act, Mandate, Order, Payments, Receipt, receipt, scoped_key, told_act
from loopbank.foundation.errors import Refusal
from loopbank.ledger import Companion, Ledger, LedgerRefusal, Line, Post, Posted, Reason

ITEMS_MAX = 1_000

NOTED = "list with notes"
"""The reference of an atomic list whose items each have a reason of their own."""


class ListMode(StrEnum):
    """What becomes of a list when one of its items is refused."""

    ATOMIC = "atomic"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class ListOutcome:
    """A receipt or a refusal for every item, in the order of the list."""

    outcomes: Sequence[Receipt | Refusal]
    is_replay: bool


class Lists:
    """Makes many payments with one request."""

    def __init__(self, ledger: Ledger, payments: Payments) -> None:
        self._ledger = ledger
        self._payments = payments

    async def pay(
        self, mandate: Mandate, orders: Sequence[Order | Refusal], *, mode: ListMode, key: str, action: str
    ) -> ListOutcome:
        """Make the payments of a list; an item that was refused before it came here keeps its refusal.

        All orders of a list are of one kind. Raises ListRefused when an atomic list is refused,
        IdempotencyKeyReused or InvalidIdempotencyKey.
        """
        if mode is ListMode.ATOMIC:
            return await self._pay_all(mandate, _all_good(orders), key=key, action=action)
        return await self._pay_each(mandate, orders, key=key, action=action)

    async def _pay_all(self, mandate: Mandate, orders: Sequence[Order], *, key: str, action: str) -> ListOutcome:
        reasons = [order.reason for order in orders]
        is_noted = len(set(reasons)) > 1
        command = Post(
            key=scoped_key(mandate, key),
            kind=orders[0].kind,
            lines=tuple(Line(order.source, order.target, order.amount, order.kind) for order in orders),
            memo="" if is_noted else reasons[0],
            reference=NOTED if is_noted else "",
            metadata=_fingerprint(orders),
            actor=mandate.actor.id,
            credential=mandate.credential,
        )
        companions: list[Companion] = [told_act(mandate.actor, _act(action, orders))]
        if is_noted:
            companions += [store.note_companion(text, place) for place, text in enumerate(reasons) if text]
        try:
            posted = await self._payments.post(mandate, command, companions, {"lines": "items", "metadata": "items"})
        except LedgerRefusal as refusal:
            raise ListRefused(refusal.line, refusal) from refusal
        receipts = [receipt(posted, place) for place in range(len(orders))]
        if is_noted:
            receipts = [_noted(one, reason) for one, reason in zip(receipts, reasons, strict=True)]
        return ListOutcome(receipts, posted.is_replay)

    async def _pay_each(
        self, mandate: Mandate, orders: Sequence[Order | Refusal], *, key: str, action: str
    ) -> ListOutcome:
        good = {place: order for place, order in enumerate(orders) if isinstance(order, Order)}
        fingerprint = _fingerprint(orders)
        commands = [
            Post(
                key=f"{scoped_key(mandate, key)}#{place}",
                kind=order.kind,
                lines=(Line(order.source, order.target, order.amount),),
                memo=order.reason,
                metadata=fingerprint,
                actor=mandate.actor.id,
                credential=mandate.credential,
            )
            for place, order in good.items()
        ]
        known = await self._ledger.postings_of_keys([command.key for command in commands])
        if any(posting.metadata != fingerprint for posting in known):
            raise IdempotencyKeyReused("items")
        commands = await self._payments.within_limit(mandate, commands, known)
        companions = [[told_act(mandate.actor, _act(action, [order]))] for order in good.values()]
        decided = dict(zip(good, await self._ledger.post_each(commands, companions), strict=True))
        outcomes = [_outcome(decided[place] if place in decided else orders[place]) for place in range(len(orders))]
        return ListOutcome(outcomes, any(isinstance(one, Posted) and one.is_replay for one in decided.values()))


def _all_good(orders: Sequence[Order | Refusal]) -> list[Order]:
    good = []
    for place, order in enumerate(orders):
        if isinstance(order, Refusal):
            raise ListRefused(place, order)
        good.append(order)
    return good


def _noted(one: Receipt, reason: str) -> Receipt:
    return replace(one, line=replace(one.line, memo=reason, reference=""))


def _outcome(decided: Posted | Refusal | Order) -> Receipt | Refusal:
    if isinstance(decided, LedgerRefusal) and decided.reason is Reason.KEY_REUSED:
        # The same key raced with another list; whichever item came first stands.
        return IdempotencyKeyReused("items")
    if isinstance(decided, LedgerRefusal) and is_limit_reached(decided):
        return SpendLimitReached()
    if isinstance(decided, Posted):
        return receipt(decided)
    assert isinstance(decided, Refusal)
    return decided


def _fingerprint(orders: Sequence[Order | Refusal]) -> str:
    """Give the hash by which a repeated list is known; what stands in a list in which place is all that counts."""
    digest = hashlib.sha256()
    for order in orders:
        fields = repr((order.source, order.target, order.amount, order.reason)) if isinstance(order, Order) else "-"
        digest.update(fields.encode())
    return f"items:{digest.hexdigest()}"


def _act(action: str, orders: Sequence[Order]) -> Act:
    total = sum(order.amount for order in orders)
    target = orders[0].target if len(orders) == 1 else f"{len(orders)} accounts"
    return Act(action, target, {"amount": total, "items": len(orders), "reason": orders[0].reason})
