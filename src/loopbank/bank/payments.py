"""Payments under a mandate: who moves coins on whose word, up to which limit, and what the log is told of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from loopbank.access import Actor, acted
from loopbank.bank.allowances import SPENT, Allowances, SpendLimit, refuse_overspending
from loopbank.bank.errors import IdempotencyKeyReused, InvalidIdempotencyKey
from loopbank.coins import Coins
from loopbank.events import Fact
from loopbank.foundation.clock import Clock, Instant
from loopbank.ledger import (
    AccountCode,
    Companion,
    Ledger,
    LedgerRefusal,
    Line,
    Outcome,
    Post,
    Posted,
    Posting,
    Reason,
    StatementLine,
    told,
)
from loopbank.values import value

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """Who moves coins: the actor, what proved it, the scope of their idempotency keys, and their limit if any."""

    actor: Actor
    credential: str
    key_scope: str
    limit: SpendLimit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One payment to be made; the amount is in minor units."""

    kind: str
    source: AccountCode
    target: AccountCode
    amount: Coins
    reason: str = ""
    reference: str = ""


@value()
class Receipt:
    """A payment that is in the books, and the payer's balance after it."""

    line: StatementLine
    new_balance: Coins
    is_replay: bool


@dataclass(frozen=True, slots=True)
class Act:
    """An act of an administrator, as the audit log tells it."""

    action: str
    target: str
    details: Mapping[str, object]


class Payments:
    """Makes payments; the same key of the same sender again gives the same receipt."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self.allowances = Allowances(ledger)

    async def pay(
        self, mandate: Mandate, order: Order, *, key: str, words: Mapping[str, str], act: Act | None = None
    ) -> Receipt:
        """Make one payment; `words` are what the request calls the ledger's fields.

        Raises LedgerRefusal, SpendLimitReached, InvalidIdempotencyKey or IdempotencyKeyReused.
        """
        command = Post(
            key=scoped_key(mandate, key),
            kind=order.kind,
            lines=(Line(order.source, order.target, order.amount),),
            memo=order.reason,
            reference=order.reference,
            actor=mandate.actor.id,
            credential=mandate.credential,
        )
        companions = [] if act is None else [told_act(mandate.actor, act)]
        return receipt(await self.post(mandate, command, companions, words))

    async def post(
        self, mandate: Mandate, command: Post, companions: Sequence[Companion], words: Mapping[str, str]
    ) -> Posted:
        """Record a posting of coins within the mandate's limit. Raises as `pay`."""
        limit = mandate.limit
        try:
            if limit is None:
                return await self._ledger.post(command, companions)
            return await self._post_within(limit, command, companions)
        except LedgerRefusal as refusal:
            refuse_overspending(refusal)
            raise in_words(refusal, words) from refusal

    async def spend_allowance(self, mandate: Mandate, amount: Coins, *, key: str, at: Instant) -> None:
        """Take an amount from the mandate's limit, once per key; without a limit nothing happens.

        Raises SpendLimitReached.
        """
        if mandate.limit is None:
            return
        line = await self.allowances.line(mandate.limit, amount, at)
        try:
            await self._ledger.post(Post(key=f"allowance:{key}", kind=line.kind, lines=(line,), actor=mandate.actor.id))
        except LedgerRefusal as refusal:
            refuse_overspending(refusal)
            raise

    async def within_limit(self, mandate: Mandate, commands: Sequence[Post], known: Sequence[Posting]) -> list[Post]:
        """Give commands that each take their sum from the mandate's limit; `known` are those that were done before."""
        if mandate.limit is None:
            return list(commands)
        return [_as_first(await self._limited(mandate.limit, command), known) for command in commands]

    async def _post_within(self, limit: SpendLimit, command: Post, companions: Sequence[Companion]) -> Posted:
        """Post together with the line that takes the sum from the allowance.

        A replay on a later day stands under the allowance of its first day, so that day's line is what is compared.
        """
        limited = await self._limited(limit, command)
        try:
            return await self._ledger.post(limited, companions)
        except LedgerRefusal as refusal:
            known = await self._ledger.postings_of_keys([command.key])
            if refusal.reason is not Reason.KEY_REUSED or _as_first(limited, known) == limited:
                raise
        return await self._ledger.post(_as_first(limited, known))

    async def _limited(self, limit: SpendLimit, command: Post) -> Post:
        spent = Coins(sum(line.amount for line in command.lines))
        own = await self.allowances.line(limit, spent, self._clock())
        return replace(command, lines=(*command.lines, own))


def check_key(key: str) -> None:
    """Refuse what cannot name a request. Raises InvalidIdempotencyKey."""
    if not _KEY.fullmatch(key):
        raise InvalidIdempotencyKey


def scoped_key(mandate: Mandate, key: str) -> str:
    """Give the ledger's name for a sender's idempotency key. Raises InvalidIdempotencyKey."""
    check_key(key)
    return f"{mandate.key_scope}:{key}"


def in_words(refusal: LedgerRefusal, words: Mapping[str, str]) -> Exception:
    """Give a refusal in the words of whoever asked."""
    if refusal.reason is Reason.KEY_REUSED:
        return IdempotencyKeyReused(words.get(refusal.subject, refusal.subject))
    return refusal


def receipt(posted: Posted, position: int = 0) -> Receipt:
    """Give the receipt of one line of a posting."""
    posting = posted.posting
    transfer = posting.transfers[position]
    line = StatementLine(transfer, posting.memo, posting.reference, Instant(posting.created_at))
    return Receipt(line, transfer.debit_balance, posted.is_replay)


def told_act(actor: Actor, act: Act, position: int = 0) -> Companion:
    """Give the companion that tells the audit log of an act, together with the posting that it made."""

    def tell(outcome: Outcome) -> Fact:
        assert isinstance(outcome, Posted)
        posting = outcome.posting
        details = {**act.details, "transaction": posting.transfers[position].id}
        return acted(actor, act.action, act.target, details, Instant(posting.created_at))

    return told(tell)


def _as_first(limited: Post, known: Sequence[Posting]) -> Post:
    """Give a command under the allowance of the day on which it was done first."""
    for posting in known:
        last = posting.transfers[-1]
        if posting.key == limited.key and last.credit == SPENT:
            return replace(limited, lines=(*limited.lines[:-1], replace(limited.lines[-1], debit=last.debit)))
    return limited
