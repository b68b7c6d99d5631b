"""HTTP shapes of the bank's platform face (camelCase)."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from loopbank.bank.lists import ITEMS_MAX, ListMode
from loopbank.bank.payments import Receipt
from loopbank.bank.schemas import MEMO_LENGTH_MAX, JsonAmount, Time
from loopbank.bank.words import Treasury
from loopbank.coins import Coins, to_json_number
from loopbank.foundation.clock import Instant, to_rfc3339
from loopbank.foundation.requests import Amount, CamelAnswer, CamelBody, PlainText
from loopbank.ledger import AccountCode, HoldView, StatementLine

People = Mapping[AccountCode, str]
"""Who holds which account."""

HOLD_SECONDS_MAX = 30 * 86_400
_USER_EXAMPLE = "4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11"
_OTHER_EXAMPLE = "9a66f7a0-5e3d-4c39-8b4f-6f2f9c114b4f"

UserId = Annotated[PlainText, StringConstraints(min_length=1, max_length=64), Field(examples=[_USER_EXAMPLE])]
OtherUserId = Annotated[PlainText, StringConstraints(min_length=1, max_length=64), Field(examples=[_OTHER_EXAMPLE])]
TreasuryName = Annotated[
    PlainText,
    StringConstraints(min_length=1, max_length=20),
    Field(description="COURSE, SUBSCRIPTION, REWARD or GENERAL.", examples=["REWARD"]),
]
AccountText = Annotated[PlainText, StringConstraints(min_length=1, max_length=40), Field(examples=["NC-7K2M-Q9XD"])]
CoinAmount = Annotated[
    Amount,
    Field(description="Coins above zero with at most two decimals, as a number or as text.", examples=[12.5]),
]
ReasonText = Annotated[
    PlainText, StringConstraints(max_length=MEMO_LENGTH_MAX), Field(examples=["Course: first steps"])
]
GivenReason = Annotated[
    PlainText, StringConstraints(min_length=1, max_length=MEMO_LENGTH_MAX), Field(examples=["Season prize"])
]


class CoinTransferBody(CamelBody):
    """A payment to another person; `fromUserId` only with an API key."""

    to_user_id: OtherUserId
    amount: CoinAmount
    reason: ReasonText | None = None
    from_user_id: UserId | None = None


class TreasuryPaymentBody(CamelBody):
    """A payment to a treasury; `fromUserId` only with an API key."""

    treasury_type: TreasuryName
    amount: CoinAmount
    reason: ReasonText | None = None
    from_user_id: UserId | None = None


class IssueBody(CamelBody):
    """Coins to mint or to burn: whose they are, how many, why. Exactly one of the three names an account."""

    amount: CoinAmount
    reason: GivenReason
    user_id: UserId | None = None
    treasury_type: TreasuryName | None = None
    account_number: AccountText | None = None


class MintItem(CamelBody):
    """One item of a list of mints."""

    user_id: OtherUserId
    amount: CoinAmount
    reason: ReasonText | None = None


class TransferItem(CamelBody):
    """One item of a list of transfers."""

    from_user_id: UserId
    to_user_id: OtherUserId
    amount: CoinAmount
    reason: ReasonText | None = None


class MintListBody(CamelBody):
    """A list of mints; `atomic` refuses all when one is refused, `partial` does each for itself."""

    items: Annotated[list[MintItem], Field(min_length=1, max_length=ITEMS_MAX)]
    mode: ListMode = ListMode.ATOMIC


class TransferListBody(CamelBody):
    """A list of transfers."""

    items: Annotated[list[TransferItem], Field(min_length=1, max_length=ITEMS_MAX)]
    mode: ListMode = ListMode.ATOMIC


class PrizeItem(CamelBody):
    """One prize of a prize list, for a person or for whoever holds an account number."""

    amount: CoinAmount
    reason: ReasonText | None = None
    to_user_id: OtherUserId | None = None
    to_account: AccountText | None = None


class TreasuryTransferBody(CamelBody):
    """Coins that leave a treasury: for one person, for another treasury, or for everybody on a prize list."""

    treasury_type: TreasuryName
    to_user_id: OtherUserId | None = None
    to_account: AccountText | None = None
    to_treasury_type: TreasuryName | None = None
    amount: CoinAmount | None = None
    reason: ReasonText | None = None
    items: Annotated[list[PrizeItem], Field(min_length=1, max_length=ITEMS_MAX)] | None = None


class HoldBody(CamelBody):
    """Coins to reserve, for a person or (by default) for the treasury GENERAL."""

    amount: CoinAmount
    reference: Annotated[PlainText, StringConstraints(max_length=200), Field(examples=["order-4711"])] = ""
    expires_in: Annotated[int, Field(ge=1, le=HOLD_SECONDS_MAX, description="Seconds.", examples=[900])] = 900
    reason: ReasonText | None = None
    from_user_id: UserId | None = None
    to_user_id: OtherUserId | None = None
    treasury_type: TreasuryName | None = None


class CaptureBody(CamelBody):
    """How much of a hold to take: all that is left, or a part; `final` gives the rest back."""

    amount: CoinAmount | None = None
    final: Annotated[bool, Field(description="Give the rest back.", examples=[True])] = False
    reason: ReasonText | None = None


class ReverseBody(CamelBody):
    """Why a transaction is reversed, and how much of it when not all that is left."""

    reason: GivenReason
    amount: CoinAmount | None = None


class CoinTransaction(CamelAnswer):
    """A transaction; the two users are null where the bank itself is a side."""

    id: int = Field(examples=[42])
    type: str = Field(
        description="MINT, BURN, TRANSFER, TREASURY_PAYMENT, TREASURY_PAYOUT, REVERSAL, …", examples=["TRANSFER"]
    )
    amount: JsonAmount
    from_user_id: str | None = Field(examples=[_USER_EXAMPLE])
    to_user_id: str | None = Field(examples=[_OTHER_EXAMPLE])
    from_account: str = Field(examples=["NC-4R8T-ZP1C"])
    to_account: str = Field(examples=["NC-7K2M-Q9XD"])
    treasury_type: str | None = Field(description="The treasury that paid or was paid.", examples=["REWARD"])
    reason: str = Field(examples=["Course: first steps"])
    reference: str = Field(examples=["order-4711"])
    created_at: Time
    balance_after: JsonAmount | None = Field(None, description="The own balance after it.", examples=[87.5])


class MoneyAnswer(CamelAnswer):
    """A transaction that is in the books, and the balance after it."""

    message: str = Field(examples=["Transfer successful"])
    transaction: CoinTransaction
    balance: JsonAmount = Field(examples=[87.5])


class ItemError(CamelAnswer):
    """Why one item of a list was refused."""

    code: str = Field(examples=["insufficient_coins"])
    message: str = Field(examples=["Insufficient funds."])


class ItemResult(CamelAnswer):
    """What became of one item of a list."""

    index: int = Field(examples=[0])
    status: str = Field(description="`done` or `refused`.", examples=["done"])
    transaction: CoinTransaction | None = None
    error: ItemError | None = None


class ListAnswer(CamelAnswer):
    """What became of a list, item by item, in order."""

    message: str = Field(examples=["1 of 1 done"])
    results: list[ItemResult]


class TreasuryTransferAnswer(CamelAnswer):
    """Coins that left a treasury: one transaction, or the results of a prize list; and what is left there."""

    message: str = Field(examples=["Treasury transfer successful"])
    transaction: CoinTransaction | None = None
    results: list[ItemResult] | None = None
    balance: JsonAmount = Field(examples=[900])


class WalletAnswer(CamelAnswer):
    """A wallet; `activeCoins` is what can be spent."""

    id: str = Field(examples=["NC-4R8T-ZP1C"])
    user_id: str = Field(examples=[_USER_EXAMPLE])
    balance: JsonAmount
    active_coins: JsonAmount
    total_received: JsonAmount
    total_sent: JsonAmount
    created_at: Time


class BalanceAnswer(CamelAnswer):
    """A balance: all, what can be spent, what is reserved."""

    balance: JsonAmount
    available: JsonAmount
    held: JsonAmount = Field(examples=[0])
    currency: str = Field(examples=["LBC"])


class HistoryAnswer(CamelAnswer):
    """One page of transactions, newest first."""

    transactions: list[CoinTransaction]
    next_cursor: str | None = Field(examples=["42"])


class HoldDocument(CamelAnswer):
    """Coins reserved for somebody."""

    id: int = Field(examples=[7])
    status: str = Field(description="OPEN, CAPTURED, RELEASED or EXPIRED.", examples=["OPEN"])
    amount: JsonAmount
    captured: JsonAmount = Field(examples=[0])
    released: JsonAmount = Field(examples=[0])
    left: JsonAmount
    from_user_id: str | None = Field(examples=[_USER_EXAMPLE])
    to_user_id: str | None = Field(examples=[_OTHER_EXAMPLE])
    treasury_type: str | None = Field(examples=["GENERAL"])
    reference: str = Field(examples=["order-4711"])
    created_at: Time
    expires_at: Time


class HoldAnswer(CamelAnswer):
    """A hold, and what its payer can still spend."""

    message: str = Field(examples=["Coins held"])
    hold: HoldDocument


class CaptureAnswer(CamelAnswer):
    """What was captured, and the hold after it."""

    message: str = Field(examples=["Hold captured"])
    transaction: CoinTransaction
    hold: HoldDocument
    balance: JsonAmount


class TreasuryAnswer(CamelAnswer):
    """A treasury."""

    treasury_type: str = Field(examples=["REWARD"])
    balance: JsonAmount
    last_updated: str | None = Field(examples=["2026-01-31T12:00:00.000000Z"])


class TreasuriesAnswer(CamelAnswer):
    """All treasuries."""

    treasuries: list[TreasuryAnswer]


class SupplyAnswer(CamelAnswer):
    """Every coin there is: circulating = minted - burned = wallets + treasuries + house + bank."""

    currency: str = Field(examples=["LBC"])
    minted: JsonAmount
    burned: JsonAmount
    circulating: JsonAmount
    wallets: JsonAmount
    treasuries: JsonAmount
    house: JsonAmount
    bank: JsonAmount
    held: JsonAmount


class IntegrityAnswer(CamelAnswer):
    """Whether the books add up at this moment; `loopbank check` proves every line."""

    balanced: bool = Field(examples=[True])
    sum_of_balances: JsonAmount = Field(description="Always zero: what somebody has, somebody gave.", examples=[0])
    circulating_matches_supply: bool = Field(examples=[True])
    accounts: int = Field(examples=[120])


_TREASURIES = {treasury.account: treasury.value for treasury in Treasury}


def coin_transaction(line: StatementLine, people: People, own: AccountCode | None = None) -> dict[str, Any]:
    """Show a transaction; `own` is the account whose balance after it is shown too."""
    transfer = line.transfer
    view: dict[str, Any] = {
        "id": transfer.id,
        "type": transfer.kind.upper(),
        "amount": to_json_number(transfer.amount),
        "fromUserId": people.get(transfer.debit),
        "toUserId": people.get(transfer.credit),
        "fromAccount": transfer.debit,
        "toAccount": transfer.credit,
        "treasuryType": _TREASURIES.get(transfer.debit) or _TREASURIES.get(transfer.credit),
        "reason": line.memo,
        "reference": line.reference,
        "createdAt": to_rfc3339(line.created_at),
    }
    if own is not None:
        after: Coins = transfer.debit_balance if transfer.debit == own else transfer.credit_balance
        view["balanceAfter"] = to_json_number(after)
    return view


def money_answer(message: str, receipt: Receipt, people: People, *, balance: Coins) -> dict[str, Any]:
    """Show a payment that is in the books."""
    transaction = coin_transaction(receipt.line, people)
    return {"message": message, "transaction": transaction, "balance": to_json_number(balance)}


def hold_document(hold: HoldView, people: People, now: Instant) -> dict[str, Any]:
    """Show a hold."""
    return {
        "id": hold.id,
        "status": _hold_status(hold, now),
        "amount": to_json_number(hold.amount),
        "captured": to_json_number(hold.captured),
        "released": to_json_number(hold.released),
        "left": to_json_number(hold.left),
        "fromUserId": people.get(hold.account),
        "toUserId": people.get(hold.beneficiary),
        "treasuryType": _TREASURIES.get(hold.beneficiary),
        "reference": hold.reference,
        "createdAt": to_rfc3339(hold.created_at),
        "expiresAt": to_rfc3339(hold.expires_at),
    }


def _hold_status(hold: HoldView, now: Instant) -> str:
    if hold.left:
        return "EXPIRED" if hold.expires_at <= now else "OPEN"
    return "CAPTURED" if hold.captured else "RELEASED"
