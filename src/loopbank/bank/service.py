"""The bank: people's accounts, payments, statements and live updates over one ledger."""

from collections.abc import Awaitable, Callable
from typing import Any

from loopbank.bank.desk import Desk
from loopbank.bank.errors import AccountInactive
from loopbank.bank.holders import Holders
from loopbank.bank.holds import Holds
from loopbank.bank.imports import Imports
from loopbank.bank.lists import Lists
from loopbank.bank.live import LiveFeed
from loopbank.bank.mandates import Parties
from loopbank.bank.office import Office
from loopbank.bank.payments import Payments
from loopbank.bank.schemas import MEMO_LENGTH_MAX
from loopbank.bank.statements import Statements
from loopbank.bank.transfers import Transfers
from loopbank.bank.words import BankTerms, Holder
from loopbank.coins import to_json_number
from loopbank.foundation.clock import Clock
from loopbank.foundation.database import Database
from loopbank.ledger import AccountCode, Balance, Flow, Ledger

CountFreeSpins = Callable[[AccountCode], Awaitable[int]]
"""Counts the free spins that wait for an account's holder."""


class Bank:
    """Everything that the bank's routes call."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        terms: BankTerms,
        clock: Clock,
        new_number: Callable[[str], str],
    ) -> None:
        self.database = database
        self._count_free_spins: CountFreeSpins | None = None
        self._ledger = ledger
        self._terms = terms
        self.holders = Holders(database, ledger, terms, clock, new_number)
        self.transfers = Transfers(ledger, self.holders, terms)
        self.payments = Payments(ledger, clock)
        self.desk = Desk(ledger, self.payments, terms)
        self.lists = Lists(ledger, self.payments)
        self.parties = Parties(self.holders)
        self.imports = Imports(self.lists, self.parties, terms)
        self.holds = Holds(ledger, self.payments, clock)
        self.statements = Statements(database, ledger, self.holders)
        self.office = Office(
            database,
            ledger,
            holders=self.holders,
            statements=self.statements,
            payments=self.payments,
            terms=terms,
            clock=clock,
        )
        self.live = LiveFeed(ledger)
        self.transfer_limit = f"{terms.transfers_per_minute}/minute"

    async def start(self) -> None:
        """Open the books and the bank's own accounts."""
        await self._ledger.start(asset=self._terms.currency_code, scale=self._terms.currency_scale)
        await self.transfers.open_system_accounts()
        await self.payments.allowances.start()
        self.live.start()

    async def close(self) -> None:
        """End the streams, write what was taken, stop."""
        await self.live.close()
        await self._ledger.close()

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Have a quick function called whenever this process committed to the books."""
        self._ledger.on_commit(listener)

    @property
    def ledger(self) -> Ledger:
        """Give the books, for what pays through the bank with rows of its own."""
        return self._ledger

    def count_free_spins_with(self, count: CountFreeSpins) -> None:
        """Learn from the games how many free spins wait on an account; without games none do."""
        self._count_free_spins = count

    async def free_spins(self, number: AccountCode) -> int:
        """Count the free spins that wait for an account's holder."""
        return 0 if self._count_free_spins is None else await self._count_free_spins(number)

    @property
    def is_overloaded(self) -> bool:
        """Tell whether the next payment would be turned away."""
        return self._ledger.is_overloaded

    async def account(self, person_id: str, display_name: str) -> tuple[Holder, Balance]:
        """Give a person's holder and balance; a person unknown so far gets an account."""
        await self.holders.number_of(person_id, display_name)
        holder = await self.holders.find(person_id)
        assert holder is not None, "the bank has just heard of the person"
        if not holder.is_active:
            raise AccountInactive
        return holder, await self.balance(holder.account_number)

    async def balance(self, number: AccountCode) -> Balance:
        """Read the balance of an account that exists."""
        balance = await self._ledger.balance(number)
        assert balance is not None, "the account number came from a holder"
        return balance

    async def flow(self, number: AccountCode) -> Flow:
        """Sum up what an account sent and received."""
        return await self._ledger.flow(number)

    @property
    def issuance(self) -> AccountCode:
        """Give the account that all coins come from."""
        return self._terms.issuance

    @property
    def currency_code(self) -> str:
        """Give the code of the currency."""
        return self._terms.currency_code

    async def release_expired_holds(self) -> None:
        """Give back what was reserved for too long."""
        await self._ledger.release_expired_holds()

    def configuration(self) -> dict[str, Any]:
        """Give the installation's public choices."""
        terms = self._terms
        return {
            "profile": terms.profile,
            "product_name": terms.product_name,
            "theme": terms.theme,
            "currency": {
                "code": terms.currency_code,
                "symbol": terms.currency_symbol,
                "scale": terms.currency_scale,
            },
            "password_length_min": terms.password_length_min,
            "memo_length_max": MEMO_LENGTH_MAX,
            "factions": list(terms.factions),
            "account_number_prefix": terms.account_prefix,
            "welcome_bonus": to_json_number(terms.welcome_bonus),
            "public_url": terms.public_url,
        }
