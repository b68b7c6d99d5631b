"""Holders: opening a person's account the first time the bank hears of them, and knowing names and numbers fast."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace

from loopbank.bank import store
from loopbank.bank.errors import UnknownAccountNumber, UnknownWallet
from loopbank.bank.words import BankTerms, Holder, TransactionType
from loopbank.foundation.clock import Clock, Instant, later
from loopbank.foundation.database import Database
from loopbank.foundation.errors import Unavailable
from loopbank.foundation.memory import Memory
from loopbank.ledger import AccountCode, Ledger, LedgerRefusal, Line, OpenAccount, Post, Reason

_PEOPLE_MAX = 20_000
_NAME_SECONDS = 10
_NUMBER_TRIES = 5

WALLET = "wallet"


class Holders:
    """Who holds which account. Everything here may be repeated without harm."""

    def __init__(
        self, database: Database, ledger: Ledger, terms: BankTerms, clock: Clock, new_number: Callable[[str], str]
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._terms = terms
        self._clock = clock
        self._new_number = new_number
        self._system_names = terms.system_names
        # Whose an account is never changes; what they are called does.
        self._numbers: Memory[str, AccountCode] = Memory(_PEOPLE_MAX)
        self._people: Memory[AccountCode, str] = Memory(_PEOPLE_MAX)
        self._names: Memory[AccountCode, tuple[str, Instant]] = Memory(_PEOPLE_MAX)
        self._old_names: set[AccountCode] = set()
        self._refreshing: asyncio.Task[None] | None = None

    async def open(
        self, person_id: str, display_name: str, *, faction: str = "", role: str = "USER", joined_at: int | None = None
    ) -> Holder:
        """Give the person's holder; the first call opens the account and pays the welcome bonus, each once."""
        holder = await self.find(person_id)
        if holder is None:
            since = self._clock() if joined_at is None else joined_at
            new = Holder(person_id, AccountCode(""), display_name, faction, "", role, True, since)
            holder = await self._open(new)
        await self._welcome(holder)
        return holder

    async def find(self, person_id: str) -> Holder | None:
        """Give the person's holder when the bank knows them."""
        async with self._database.reading() as tx:
            return await store.read_holder(tx, person_id)

    async def by_number(self, number: AccountCode) -> Holder:
        """Give the holder of an account number. Raises UnknownAccountNumber."""
        holder = await self.find_by_number(number)
        if holder is None or not holder.is_active:
            raise UnknownAccountNumber
        return holder

    async def of_person(self, person_id: str) -> Holder:
        """Give the holder that a person is. Raises UnknownWallet."""
        holder = await self.find(person_id)
        if holder is None:
            raise UnknownWallet
        return holder

    async def person_ids_of(self, numbers: Iterable[AccountCode]) -> dict[AccountCode, str]:
        """Give the people who hold accounts, which never changes; accounts that nobody holds are absent."""
        known, unknown = self._people.recall(set(numbers) - self._system_names.keys())
        if unknown:
            async with self._database.reading() as tx:
                read = await store.read_person_ids(tx, sorted(unknown))
            known |= read
            self._people.update(read)
        return known

    async def numbers_of(self, person_ids: Iterable[str]) -> dict[str, AccountCode]:
        """Give people's account numbers, which never change; people whom the bank does not know are absent."""
        known, unknown = self._numbers.recall(person_ids)
        if unknown:
            async with self._database.reading() as tx:
                read = await store.read_numbers(tx, sorted(unknown))
            known |= read
            self._numbers.update(read)
        return known

    async def is_account(self, number: AccountCode) -> bool:
        """Tell whether somebody, or the bank itself, has an account with a number."""
        return number in self._system_names or bool(await self.person_ids_of((number,)))

    async def find_by_number(self, number: AccountCode) -> Holder | None:
        """Give the holder of an account number, active or not; None when there is none."""
        async with self._database.reading() as tx:
            return await store.read_holder_of(tx, number)

    async def number_of(self, person_id: str, display_name: str) -> AccountCode:
        """Give the person's account number, from memory where possible; it never changes."""
        known = self._numbers.get(person_id)
        if known is not None:
            return known
        holder = await self.open(person_id, display_name)
        self._numbers[person_id] = holder.account_number
        return holder.account_number

    async def names_of(self, numbers: Iterable[AccountCode]) -> dict[AccountCode, str]:
        """Give the names behind account numbers, from memory where they are known.

        A known name that is 10 seconds old is given once more while it is read again: all old names in one read.
        """
        now = self._clock()
        names: dict[AccountCode, str] = {}
        unknown: set[AccountCode] = set()
        for number in numbers:
            known = self._names.get(number)
            if known is None:
                unknown.add(number)
                continue
            names[number], fresh_until = known
            if fresh_until <= now:
                self._old_names.add(number)
        if unknown:
            names |= await self._read_names(unknown)
        if self._old_names and self._refreshing is None:
            self._refreshing = asyncio.create_task(self._refresh_names(), name="refresh names")
        return names

    async def change_profile(self, person_id: str, *, faction: str | None, profile_picture: str | None) -> None:
        """Change what a person chose about themselves."""
        async with self._database.transaction() as tx:
            await store.write_profile(tx, person_id, faction=faction, profile_picture=profile_picture)

    async def learn(
        self, person_id: str, *, display_name: str | None = None, role: str | None = None, is_active: bool | None = None
    ) -> None:
        """Take over what the Authentication Service tells about a person; None leaves a field as it is."""
        async with self._database.transaction() as tx:
            await store.write_told(tx, person_id, display_name=display_name, role=role, is_active=is_active)

    async def _refresh_names(self) -> None:
        try:
            while self._old_names:
                old, self._old_names = self._old_names, set()
                await self._read_names(old)
        except Unavailable:
            # The names stay as they are; the next question about one of them asks again.
            return
        finally:
            self._refreshing = None

    async def _read_names(self, unknown: set[AccountCode]) -> dict[AccountCode, str]:
        names = {number: name for number, name in self._system_names.items() if number in unknown}
        people = unknown - names.keys()
        if people:
            async with self._database.reading() as tx:
                names |= await store.read_names(tx, sorted(people))
        now = self._clock()
        for number, name in names.items():
            self._names[number] = (name, later(now, _NAME_SECONDS))
        return names

    async def _open(self, new: Holder) -> Holder:
        """Open the account under a random number; holder and account are written together."""
        for _ in range(_NUMBER_TRIES):
            number = AccountCode(self._new_number(self._terms.account_prefix))
            command = OpenAccount(
                key=f"wallet:{new.person_id}", code=number, asset=self._terms.currency_code, purpose=WALLET
            )
            holder = replace(new, account_number=number)
            try:
                await self._ledger.open_account(command, [store.holder_companion(holder)])
            except LedgerRefusal as refusal:
                if refusal.reason is not Reason.ACCOUNT_EXISTS:
                    raise
                continue
            # Another request may have opened it first under another number: what is stored counts.
            return await self.find(new.person_id) or holder
        raise RuntimeError("no free account number was found")

    async def _welcome(self, holder: Holder) -> None:
        """Pay the welcome bonus once: the bank mints what it gives, so its own balance stays as it is."""
        bonus, terms = self._terms.welcome_bonus, self._terms
        if bonus:
            lines = (
                Line(terms.issuance, terms.bank_account, bonus, TransactionType.MINT),
                Line(terms.bank_account, holder.account_number, bonus),
            )
            command = Post(
                key=f"welcome:{holder.person_id}",
                kind=TransactionType.WELCOME_BONUS,
                lines=lines,
                memo="Welcome bonus",
                actor="bank",
            )
            try:
                await self._ledger.post(command)
            except LedgerRefusal as refusal:
                # A bonus that was paid when it was another amount stays paid.
                if refusal.reason is not Reason.KEY_REUSED:
                    raise
