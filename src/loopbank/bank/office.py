"""The office: what staff see of everybody's accounts, and what they do to factions."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from loopbank.access import Actor, acted
from loopbank.bank import store
from loopbank.bank.errors import FactionTaken, UnknownFaction
from loopbank.bank.holders import Holders
from loopbank.bank.payments import Act, Mandate, Payments, scoped_key, told_act
from loopbank.bank.statements import StatementPage, StatementQuery, Statements
from loopbank.bank.words import BankTerms, Holder, TransactionType
from loopbank.coins import Coins
from loopbank.events import record
from loopbank.foundation.clock import Clock, Instant
from loopbank.foundation.database import Database
from loopbank.ledger import AccountCode, Ledger, Line, Post, StatementLine, TransferId

FOUND_MAX = 20
_CHUNK = 500
_CHUNKS_MAX = 6
_JOURNAL_END = TransferId(2**62)
_CREDIT_WORDS = {"lines": "faction", "credit": "faction", "debit": "faction", "memo": "reason", "metadata": "faction"}


@dataclass(frozen=True, slots=True)
class FactionState:
    """A faction: how many people it has and what they hold together, in minor units."""

    name: str
    people: int
    balance: Coins


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalQuery:
    """Which part of the whole journal to give, newest first; `cursor` is an exclusive upper bound."""

    cursor: int | None = None
    offset: int = 0
    limit: int = 50
    kinds: tuple[str, ...] = ()
    since: Instant | None = None
    until: Instant | None = None

    def of_one_account(self) -> StatementQuery:
        """Give the same part of one account's statement."""
        return StatementQuery(
            cursor=self.cursor,
            offset=self.offset,
            limit=self.limit,
            kinds=self.kinds,
            since=self.since,
            until=self.until,
        )


@dataclass(frozen=True, slots=True)
class Credited:
    """A faction that got coins: how many of its people, and whether that had been done before."""

    people: int
    is_replay: bool


class Office:
    """Everybody's accounts, for staff."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        *,
        holders: Holders,
        statements: Statements,
        payments: Payments,
        terms: BankTerms,
        clock: Clock,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._holders = holders
        self._statements = statements
        self._payments = payments
        self._terms = terms
        self._clock = clock

    async def search(self, text: str) -> Sequence[tuple[Holder, Coins]]:
        """Find people by name or account number, whatever the case, with their balances."""
        async with self._database.reading() as tx:
            found = await store.search_holders(tx, text.strip(), FOUND_MAX)
        return await self._with_balances(found)

    async def everybody(self) -> AsyncIterator[tuple[Holder, Coins]]:
        """Give all people with their balances, in the order of their account numbers, chunk by chunk."""
        after = AccountCode("")
        while True:
            async with self._database.reading() as tx:
                chunk = await store.list_holders(tx, after, _CHUNK)
            for one in await self._with_balances(chunk):
                yield one
            if len(chunk) < _CHUNK:
                return
            after = chunk[-1].account_number

    async def journal(self, query: JournalQuery, *, account: AccountCode | None = None) -> StatementPage:
        """Give transactions of everybody, or of one account, newest first.

        A request for everybody's looks through a bounded part of the journal.
        """
        if account is not None:
            return await self._statements.page(account, query.of_one_account())
        before = _JOURNAL_END if query.cursor is None else TransferId(query.cursor)
        if query.until is not None:
            before = min(before, TransferId(await self._ledger.transfer_bound(query.until) + 1))
        after = await self._ledger.transfer_bound(query.since) if query.since is not None else TransferId(0)
        wanted = query.offset + query.limit
        found: list[StatementLine] = []
        for _ in range(max(_CHUNKS_MAX, wanted // _CHUNK + 1)):
            lines = await self._ledger.transfers_before(self._terms.currency_code, before, _CHUNK)
            for line in lines:
                if line.transfer.id <= after:
                    return await self._page(found[query.offset :], None)
                before = line.transfer.id
                if not query.kinds or line.transfer.kind in query.kinds:
                    found.append(line)
                    if len(found) == wanted:
                        return await self._page(found[query.offset :], before)
            if len(lines) < _CHUNK:
                return await self._page(found[query.offset :], None)
        return await self._page(found[query.offset :], before)

    async def factions(self) -> Sequence[FactionState]:
        """Give every faction that exists or has people."""
        async with self._database.reading() as tx:
            members = await store.faction_members(tx)
            made = await store.list_factions(tx)
        numbers = [number for group in members.values() for number in group]
        balances = await self._ledger.balances(numbers)
        names = sorted({*self._terms.factions, *made, *members})
        return [
            FactionState(
                name,
                len(members.get(name, ())),
                Coins(sum(balances.get(number, Coins(0)) for number in members.get(name, ()))),
            )
            for name in names
        ]

    async def create_faction(self, actor: Actor, name: str, description: str) -> None:
        """Found a faction. Raises FactionTaken."""
        if name in {known.name for known in await self.factions()}:
            raise FactionTaken
        now = self._clock()
        async with self._database.transaction() as tx:
            if not await store.insert_faction(tx, name, description, now=now):
                raise FactionTaken
            await record(tx, [acted(actor, "create_faction", name, {"description": description}, now)])

    async def credit_faction(self, mandate: Mandate, faction: str, *, amount: Coins, reason: str, key: str) -> Credited:
        """Give every person of a faction the same amount, all in one posting.

        A request that is repeated pays whom it paid the first time, whoever has joined since.
        Raises UnknownFaction, LedgerRefusal, IdempotencyKeyReused or InvalidIdempotencyKey.
        """
        named = f"faction:{faction}"
        full_key = scoped_key(mandate, key)
        known = await self._ledger.postings_of_keys([full_key])
        numbers = [transfer.credit for transfer in known[0].transfers[1:]] if known else await self._members(faction)
        bank = self._terms.bank_account
        total = Coins(amount * len(numbers))
        command = Post(
            key=full_key,
            kind=TransactionType.ADMIN_ADJUSTMENT,
            lines=(
                Line(self._terms.issuance, bank, total, TransactionType.MINT),
                *(Line(bank, number, amount) for number in numbers),
            ),
            memo=reason,
            metadata=named,
            actor=mandate.actor.id,
            credential=mandate.credential,
        )
        act = Act("credit_faction", faction, {"amount": amount, "people": len(numbers), "reason": reason})
        words = {**_CREDIT_WORDS, "amount": "amount"}
        posted = await self._payments.post(mandate, command, [told_act(mandate.actor, act)], words)
        return Credited(len(numbers), posted.is_replay)

    async def note(self, actor: Actor, action: str, target: str, details: dict[str, object]) -> None:
        """Tell the audit log of an act that changed nothing in the books."""
        async with self._database.transaction() as tx:
            await record(tx, [acted(actor, action, target, details, self._clock())])

    async def _members(self, faction: str) -> Sequence[AccountCode]:
        async with self._database.reading() as tx:
            members = (await store.faction_members(tx)).get(faction)
        if not members:
            raise UnknownFaction
        return members

    async def _with_balances(self, found: Sequence[Holder]) -> Sequence[tuple[Holder, Coins]]:
        balances = await self._ledger.balances([holder.account_number for holder in found])
        return [(holder, balances.get(holder.account_number, Coins(0))) for holder in found]

    async def _page(self, lines: Sequence[StatementLine], cursor: int | None) -> StatementPage:
        shown = await self._statements.noted(lines)
        return StatementPage(shown, await self._statements.names(shown), cursor)
