"""Holds: coins reserved for somebody while they deliver, then captured, released or expired.

Whoever placed a hold may settle it, and so may its beneficiary and the bank's staff. A payer cannot take back what a
program reserved on their account with its own key.
"""

from dataclasses import dataclass

from loopbank.bank.allowances import refuse_overspending
from loopbank.bank.errors import SpendLimitReached, UnknownHold
from loopbank.bank.payments import Mandate, Payments, Receipt, in_words, receipt, scoped_key
from loopbank.bank.words import TransactionType
from loopbank.coins import Coins
from loopbank.foundation.clock import Clock, later
from loopbank.ledger import AccountCode, CaptureHold, HoldId, HoldView, Ledger, LedgerRefusal, PlaceHold, ReleaseHold

_PLACING_WORDS = {"account": "fromUserId", "beneficiary": "toUserId", "memo": "reason"}
_CAPTURING_WORDS = {"hold_id": "id", "memo": "reason"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settler:
    """Who settles a hold: on whose word, from whose account, and whether they are staff."""

    mandate: Mandate
    own_account: AccountCode | None
    is_staff: bool


@dataclass(frozen=True, slots=True)
class PlacedHold:
    """A hold as it stands, and whether the request had placed it before."""

    hold: HoldView
    is_replay: bool


class Holds:
    """Places and settles holds."""

    def __init__(self, ledger: Ledger, payments: Payments, clock: Clock) -> None:
        self._ledger = ledger
        self._payments = payments
        self._clock = clock

    async def place(
        self,
        mandate: Mandate,
        *,
        source: AccountCode,
        target: AccountCode,
        amount: Coins,
        seconds: int,
        reference: str,
        reason: str,
        key: str,
    ) -> PlacedHold:
        """Reserve coins for some seconds.

        Raises LedgerRefusal, SpendLimitReached, IdempotencyKeyReused or InvalidIdempotencyKey.
        """
        command = PlaceHold(
            key=scoped_key(mandate, key),
            account=source,
            beneficiary=target,
            amount=amount,
            expires_at=later(self._clock(), seconds),
            reference=reference,
            memo=reason,
            actor=mandate.actor.id,
            credential=mandate.credential,
        )
        try:
            placed = await self._ledger.place_hold(command)
        except LedgerRefusal as refusal:
            raise in_words(refusal, _PLACING_WORDS) from refusal
        hold = await self._look(placed.hold_id)
        try:
            await self._spend_allowance(mandate, hold)
        except SpendLimitReached:
            await self._ledger.release_hold(ReleaseHold(hold_id=hold.id, actor=mandate.actor.id))
            raise
        return PlacedHold(hold, placed.is_replay)

    async def find(self, settler: Settler, hold_id: HoldId) -> HoldView:
        """Look at a hold that one may settle or has on one's account. Raises UnknownHold."""
        hold = await self._ledger.hold(hold_id)
        if hold is None or not (_may_settle(settler, hold) or settler.own_account == hold.account):
            raise UnknownHold
        return hold

    async def capture(
        self, settler: Settler, hold_id: HoldId, *, amount: Coins | None, is_final: bool, reason: str, key: str
    ) -> tuple[Receipt, HoldView]:
        """Pay from a hold, all that is left or a part; a final part releases the rest.

        Raises UnknownHold, LedgerRefusal, SpendLimitReached, IdempotencyKeyReused or InvalidIdempotencyKey.
        """
        hold = await self._ledger.hold(hold_id)
        if hold is None or not _may_settle(settler, hold):
            raise UnknownHold
        mandate = settler.mandate
        if hold.credential == mandate.credential:
            # A hold that lost its allowance to a crash between the two is paid for before it can be captured.
            await self._spend_allowance(mandate, hold)
        command = CaptureHold(
            key=scoped_key(mandate, key),
            hold_id=hold_id,
            amount=amount,
            is_final=is_final,
            kind=TransactionType.CAPTURE,
            memo=reason,
            actor=mandate.actor.id,
            credential=mandate.credential,
        )
        try:
            posted = await self._ledger.capture_hold(command)
        except LedgerRefusal as refusal:
            refuse_overspending(refusal)
            raise in_words(refusal, _CAPTURING_WORDS) from refusal
        return receipt(posted), await self._look(hold_id)

    async def release(self, settler: Settler, hold_id: HoldId) -> HoldView:
        """Give back what is left of a hold; harmless to repeat. Raises UnknownHold or LedgerRefusal."""
        hold = await self._ledger.hold(hold_id)
        if hold is None or not _may_settle(settler, hold):
            raise UnknownHold
        await self._ledger.release_hold(ReleaseHold(hold_id=hold_id, actor=settler.mandate.actor.id))
        return await self._look(hold_id)

    async def _spend_allowance(self, mandate: Mandate, hold: HoldView) -> None:
        await self._payments.spend_allowance(mandate, hold.amount, key=f"hold:{hold.id}", at=hold.created_at)

    async def _look(self, hold_id: HoldId) -> HoldView:
        hold = await self._ledger.hold(hold_id)
        assert hold is not None, "the ledger has just given its number"
        return hold


def _may_settle(settler: Settler, hold: HoldView) -> bool:
    placed_it = settler.mandate.credential == hold.credential or (
        settler.mandate.actor.id == hold.actor and settler.own_account == hold.account
    )
    return settler.is_staff or placed_it or settler.own_account == hold.beneficiary
