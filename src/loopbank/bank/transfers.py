"""Payments between people, and the bank's own acts: minting and the opening of its own accounts."""

import re
from collections.abc import Mapping

from loopbank.bank.errors import HouseElsewhere, IdempotencyKeyReused, NotPayable
from loopbank.bank.holders import Holders
from loopbank.bank.payments import Receipt, check_key, in_words, receipt
from loopbank.bank.words import BankTerms, TransactionType, Treasury
from loopbank.coins import Coins
from loopbank.ledger import (
    AccountCode,
    Ledger,
    LedgerRefusal,
    Line,
    OpenAccount,
    Post,
    Posted,
    Reason,
)
from loopbank.values import value

_FIELDS = {"debit": "from_account", "credit": "to_account"}
"""What a payment's request calls the fields that the ledger names otherwise."""

_MINT_FIELDS = {"credit": "to", "memo": "reason"}
"""What minting calls them."""

_ACCOUNT_NUMBER = re.compile(r"[A-Z]{2,4}-[A-Z0-9]{4}-[A-Z0-9]{4}")


@value()
class Payer:
    """Who pays: the person, and the credential that speaks for them."""

    person_id: str
    display_name: str
    credential: str


class Transfers:
    """Moves coins. Every act carries a key; the same key again gives the same receipt."""

    def __init__(self, ledger: Ledger, holders: Holders, terms: BankTerms) -> None:
        self._ledger = ledger
        self._holders = holders
        self._terms = terms

    async def transfer(self, payer: Payer, *, to_account: str, amount: Coins, memo: str, key: str) -> Receipt:
        """Pay from the payer's account; nothing is written when it is refused.

        Raises LedgerRefusal, NotPayable, InvalidIdempotencyKey or IdempotencyKeyReused.
        """
        check_key(key)
        source = await self._holders.number_of(payer.person_id, payer.display_name)
        command = Post(
            key=f"person:{payer.person_id}:{key}",
            kind=TransactionType.TRANSFER,
            lines=(Line(source, account_number(to_account), amount),),
            memo=memo,
            actor=payer.person_id,
            credential=payer.credential,
        )
        return receipt(await self._post(command, _FIELDS))

    async def mint(self, *, to_account: AccountCode, amount: Coins, reason: str, key: str, actor: str) -> Receipt:
        """Bring new coins into circulation. Raises LedgerRefusal or IdempotencyKeyReused."""
        line = Line(self._terms.issuance, to_account, amount)
        command = Post(key=f"mint:{actor}:{key}", kind=TransactionType.MINT, lines=(line,), memo=reason, actor=actor)
        minted = receipt(await self._post(command, _MINT_FIELDS))
        return Receipt(minted.line, minted.line.transfer.credit_balance, minted.is_replay)

    async def open_system_accounts(self) -> None:
        """Open the bank's own accounts and give the house its start; harmless to repeat. Raises HouseElsewhere."""
        terms = self._terms
        accounts = {terms.issuance: "issuance", terms.bank_account: "bank", terms.house_account: "house"}
        accounts |= {treasury.account: "treasury" for treasury in Treasury}
        for code, purpose in accounts.items():
            floor = _floor(purpose, terms)
            await self._ledger.open_account(
                OpenAccount(key=f"system:{code}", code=code, asset=terms.currency_code, purpose=purpose, floor=floor)
            )
        if terms.house_start and not (await self._house_has_history()):
            await self._start_the_house()

    async def _start_the_house(self) -> None:
        terms = self._terms
        try:
            await self.mint(
                to_account=terms.house_account,
                amount=terms.house_start,
                reason="The house's start",
                key="house-start",
                actor="bank",
            )
        except IdempotencyKeyReused as error:
            raise HouseElsewhere from error

    async def _post(self, command: Post, fields: Mapping[str, str]) -> Posted:
        """Post, and refuse in the words of whoever asked: what they call a field, and that nobody holds the account."""
        try:
            return await self._ledger.post(command)
        except LedgerRefusal as refusal:
            if refusal.reason is Reason.UNKNOWN_ACCOUNT:
                raise NotPayable from refusal
            raise in_words(refusal, fields) from refusal

    async def _house_has_history(self) -> bool:
        balance = await self._ledger.balance(self._terms.house_account)
        return balance is not None and balance.version > 0


def _floor(purpose: str, terms: BankTerms) -> Coins | None:
    """Give how far down an account of the bank's own may go; None is without end."""
    if purpose == "issuance":
        return None
    return Coins(-terms.house_underwriting if purpose == "house" else 0)


def account_number(text: str) -> AccountCode:
    """Read an account number as people type it. Raises NotPayable when it cannot be one."""
    number = text.strip().upper()
    if not _ACCOUNT_NUMBER.fullmatch(number):
        raise NotPayable
    return AccountCode(number)
