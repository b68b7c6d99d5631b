"""Allowances: what a credential may still spend, kept as accounts of the books so that no race can overspend it.

An allowance is an account of an asset of its own whose floor is minus the limit. Every payment under it moves the same
number of units from there to the account of all that was spent, in the same posting as the coins: the ledger refuses
both or neither. A daily limit has one account a day (UTC).
"""

from dataclasses import dataclass

from loopbank.bank.errors import SpendLimitReached
from loopbank.bank.words import TransactionType
from loopbank.coins import SCALE, Coins
from loopbank.foundation.clock import Instant, to_rfc3339
from loopbank.ledger import AccountCode, Ledger, LedgerRefusal, Line, OpenAccount, Reason

ASSET = "ALLOWANCE"
SPENT = AccountCode("ALLOWANCE-SPENT")

_PURPOSE = "allowance"
_OPENED_MAX = 10_000
_DATE_CHARACTERS = len("2026-01-31")


@dataclass(frozen=True, slots=True)
class SpendLimit:
    """How much a credential may spend: `amount` minor units a day, or altogether."""

    credential: str
    amount: Coins
    is_daily: bool

    def account(self, at: Instant) -> AccountCode:
        """Give the account that counts what is spent at an instant."""
        day = f"-{to_rfc3339(at)[:_DATE_CHARACTERS]}" if self.is_daily else ""
        return AccountCode(f"ALLOWANCE-{self.credential}{day}")


class Allowances:
    """Opens allowances and gives the lines that spend them."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._opened: set[AccountCode] = set()

    async def start(self) -> None:
        """Make the asset and the account of what was spent known; harmless to repeat."""
        await self._ledger.ensure_asset(ASSET, scale=SCALE)
        await self._open(SPENT, floor=None)

    async def line(self, limit: SpendLimit, amount: Coins, at: Instant) -> Line:
        """Give the line that takes an amount from what may still be spent."""
        code = limit.account(at)
        if code not in self._opened:
            await self._open(code, floor=Coins(-limit.amount))
            if len(self._opened) >= _OPENED_MAX:
                self._opened.clear()
            self._opened.add(code)
        return Line(code, SPENT, amount, TransactionType.ALLOWANCE)

    async def _open(self, code: AccountCode, *, floor: Coins | None) -> None:
        await self._ledger.open_account(
            OpenAccount(key=f"allowance:{code}", code=code, asset=ASSET, purpose=_PURPOSE, floor=floor)
        )


def is_limit_reached(refusal: LedgerRefusal) -> bool:
    """Tell whether it was the allowance that did not suffice, and not the coins."""
    return refusal.reason is Reason.INSUFFICIENT_COINS and refusal.subject.startswith("ALLOWANCE-")


def refuse_overspending(refusal: LedgerRefusal) -> None:
    """Refuse in the words of limits when the allowance did not suffice. Raises SpendLimitReached."""
    if is_limit_reached(refusal):
        raise SpendLimitReached from refusal
