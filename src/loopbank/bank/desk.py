"""The desk of the bank's staff and its partners: minting, burning, treasuries, adjustments, reversals, the supply."""

from collections.abc import Mapping
from dataclasses import dataclass

from loopbank.bank.errors import UnknownTransaction
from loopbank.bank.payments import Act, Mandate, Order, Payments, Receipt, in_words, receipt, scoped_key, told_act
from loopbank.bank.words import BankTerms, TransactionType, Treasury
from loopbank.coins import Coins
from loopbank.foundation.clock import Instant
from loopbank.ledger import AccountCode, HistoryPage, Ledger, LedgerRefusal, Line, Post, Reverse, TransferId

_REVERSAL_WORDS = {"posting_id": "id", "transfer_id": "id", "memo": "reason"}
_ADJUSTMENT_WORDS = {"debit": "amount", "credit": "amount", "memo": "reason"}


@dataclass(frozen=True, slots=True)
class TreasuryState:
    """What a treasury holds, in minor units, and when that last changed (None: never)."""

    treasury: Treasury
    balance: Coins
    changed_at: Instant | None


@dataclass(frozen=True, slots=True)
class Supply:
    """Every coin there is, in minor units: what was minted and not burned, and whose it is now."""

    minted: Coins
    burned: Coins
    held: Coins
    by_purpose: Mapping[str, Coins]
    accounts: int
    sum_of_balances: Coins

    @property
    def circulating(self) -> Coins:
        """Give what was minted and not burned."""
        return Coins(self.minted - self.burned)


class Desk:
    """What staff and their programs do with coins. Every act is a posting, and the audit log is told with it."""

    def __init__(self, ledger: Ledger, payments: Payments, terms: BankTerms) -> None:
        self._ledger = ledger
        self._payments = payments
        self._terms = terms

    async def mint(self, mandate: Mandate, *, target: AccountCode, amount: Coins, reason: str, key: str) -> Receipt:
        """Bring new coins into circulation. Raises as `Payments.pay`."""
        order = Order(
            kind=TransactionType.MINT, source=self._terms.issuance, target=target, amount=amount, reason=reason
        )
        return await self._act(mandate, order, key, "mint", target, {"credit": "userId", "memo": "reason"})

    async def burn(self, mandate: Mandate, *, source: AccountCode, amount: Coins, reason: str, key: str) -> Receipt:
        """Take coins out of circulation. Raises as `Payments.pay`."""
        order = Order(
            kind=TransactionType.BURN, source=source, target=self._terms.issuance, amount=amount, reason=reason
        )
        return await self._act(mandate, order, key, "burn", source, {"debit": "userId", "memo": "reason"})

    async def pay_out(
        self, mandate: Mandate, treasury: Treasury, *, target: AccountCode, amount: Coins, reason: str, key: str
    ) -> Receipt:
        """Pay from a treasury to a person, or to another treasury. Raises as `Payments.pay`."""
        order = Order(kind=_payout_kind(target), source=treasury.account, target=target, amount=amount, reason=reason)
        words = {"debit": "treasuryType", "credit": "toUserId", "memo": "reason"}
        return await self._act(mandate, order, key, "treasury_transfer", target, words)

    async def adjust(self, mandate: Mandate, *, account: AccountCode, amount: Coins, reason: str, key: str) -> Receipt:
        """Correct a balance, up or down, against the bank's own account. Raises as `Payments.pay`.

        What the bank gives it mints and what it takes back it burns, so that its own account stays as it is.
        """
        bank, size = self._terms.bank_account, Coins(abs(amount))
        lines = (
            (Line(self._terms.issuance, bank, size, TransactionType.MINT), Line(bank, account, size))
            if amount > 0
            else (Line(account, bank, size), Line(bank, self._terms.issuance, size, TransactionType.BURN))
        )
        command = Post(
            key=scoped_key(mandate, key),
            kind=TransactionType.ADMIN_ADJUSTMENT,
            lines=lines,
            memo=reason,
            actor=mandate.actor.id,
            credential=mandate.credential,
        )
        position = 1 if amount > 0 else 0
        act = Act("adjust_balance", account, {"amount": amount, "reason": reason})
        companions = [told_act(mandate.actor, act, position)]
        return receipt(await self._payments.post(mandate, command, companions, _ADJUSTMENT_WORDS), position)

    async def reverse(
        self, mandate: Mandate, transaction_id: TransferId, *, amount: Coins | None, reason: str, key: str
    ) -> Receipt:
        """Give back what one transaction moved, whole or in part.

        Raises UnknownTransaction, LedgerRefusal, InvalidIdempotencyKey or IdempotencyKeyReused.
        """
        line = await self._ledger.transfer(transaction_id)
        if line is None or line.transfer.kind == TransactionType.ALLOWANCE:
            raise UnknownTransaction
        command = Reverse(
            key=scoped_key(mandate, key),
            posting_id=line.transfer.posting_id,
            transfer_id=transaction_id,
            amount=amount,
            memo=reason,
            actor=mandate.actor.id,
            credential=mandate.credential,
        )
        details = {"reason": reason, "reversed": transaction_id, "amount": amount or line.transfer.amount}
        act = Act("reverse", f"transaction:{transaction_id}", details)
        try:
            return receipt(await self._ledger.reverse(command, [told_act(mandate.actor, act)]))
        except LedgerRefusal as refusal:
            raise in_words(refusal, _REVERSAL_WORDS) from refusal

    async def treasury(self, treasury: Treasury) -> TreasuryState:
        """Look at a treasury."""
        balance = await self._ledger.balance(treasury.account)
        assert balance is not None, "the bank opens its treasuries when it starts"
        last = await self._ledger.history(treasury.account, HistoryPage(limit=1))
        return TreasuryState(treasury, balance.balance, last[0].created_at if last else None)

    async def supply(self) -> Supply:
        """Account for every coin: one statement reads all balances, so the parts add up to the whole."""
        issuance = await self._ledger.flow(self._terms.issuance)
        totals = [total for total in await self._ledger.totals() if total.asset == self._terms.currency_code]
        return Supply(
            minted=issuance.sent,
            burned=issuance.received,
            held=Coins(sum(total.held for total in totals)),
            by_purpose={total.purpose: total.balance for total in totals},
            accounts=sum(total.accounts for total in totals),
            sum_of_balances=Coins(sum(total.balance for total in totals)),
        )

    async def _act(
        self, mandate: Mandate, order: Order, key: str, action: str, target: AccountCode, words: Mapping[str, str]
    ) -> Receipt:
        details = {"amount": order.amount, "reason": order.reason, "from": order.source, "to": order.target}
        return await self._payments.pay(mandate, order, key=key, words=words, act=Act(action, target, details))


def _payout_kind(target: AccountCode) -> TransactionType:
    """Give what a payment from a treasury is: to a person a payout, to another treasury a transfer between the two."""
    is_treasury = target in {treasury.account for treasury in Treasury}
    return TransactionType.TREASURY_TRANSFER if is_treasury else TransactionType.TREASURY_PAYOUT
