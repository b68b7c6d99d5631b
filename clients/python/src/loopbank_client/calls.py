"""Every request that this package knows, built in one place: what is sent, and how its answer is read.

Amounts are coins as Decimal, int or text, never float. A call that moves coins has an idempotency key: the one that is
given, or a new one. The same key names the same payment for ever, so a key made of what is paid for ("course-7:ada")
pays once however often a program is started.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import quote
from uuid import uuid4

from loopbank_client.documents import (
    Balance,
    Capture,
    Charge,
    Hold,
    ItemResult,
    Payment,
    Supply,
    Transaction,
    Treasury,
    TreasuryState,
    Unreadable,
    Wallet,
    part,
    read,
)

T = TypeVar("T")

Amount = Decimal | int | str
ListMode = Literal["atomic", "partial"]
Results = tuple[ItemResult, ...]

PAGE_ITEMS = 100


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request and how its answer is read; harmless to send again, as money moves once per key."""

    method: str
    path: str
    read: Callable[[Any], T]
    parameters: Mapping[str, str] | None = None
    body: Mapping[str, Any] | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of transactions, and the call for the next one if there is one."""

    transactions: tuple[Transaction, ...]
    following: Call["Page"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prize:
    """One prize of a prize list, for a user or for whoever holds an account number."""

    amount: Amount
    to_user: str | None = None
    to_account: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mint:
    """One item of a list of mints."""

    amount: Amount
    user: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One item of a list of transfers."""

    amount: Amount
    from_user: str
    to_user: str
    reason: str | None = None


def balance(*, user: str | None = None) -> Call[Balance]:
    """Give the own balance, or with an API key that of a user."""
    return Call("GET", "/api/coins/balance", partial(read, Balance), _given(userId=user))


def wallet(*, user: str | None = None) -> Call[Wallet]:
    """Give the own wallet, or with an API key that of a user."""
    return Call("GET", "/api/wallets/me", partial(read, Wallet), _given(userId=user))


def history(
    *,
    user: str | None = None,
    types: Iterable[str] = (),
    since: datetime | date | None = None,
    until: datetime | date | None = None,
) -> Call[Page]:
    """Go through the own transactions, or with an API key those of a user, the newest first."""
    since_text, until_text = [None if moment is None else moment.isoformat() for moment in (since, until)]
    named = {"from": since_text, "to": until_text, "type": ",".join(types) or None}
    return _page(_given(userId=user, limit=str(PAGE_ITEMS), **named))


def transfer(
    amount: Amount, *, to_user: str, from_user: str | None = None, reason: str | None = None, key: str | None = None
) -> Call[Payment]:
    """Pay a user; with an API key say from whom."""
    body = _given(amount=_text(amount), toUserId=to_user, fromUserId=from_user, reason=reason)
    return _paying("/api/coins/transfer", body, key, partial(read, Payment))


def pay_treasury(
    amount: Amount,
    *,
    treasury: Treasury,
    from_user: str | None = None,
    reason: str | None = None,
    key: str | None = None,
) -> Call[Payment]:
    """Pay a treasury; with an API key say from whom."""
    body = _given(amount=_text(amount), treasuryType=treasury, fromUserId=from_user, reason=reason)
    return _paying("/api/coins/transfer-to-treasury", body, key, partial(read, Payment))


def hold(
    amount: Amount,
    *,
    from_user: str | None = None,
    to_user: str | None = None,
    treasury: Treasury | None = None,
    reference: str = "",
    seconds: int = 900,
    reason: str | None = None,
    key: str | None = None,
) -> Call[Hold]:
    """Reserve coins for a user or a treasury (GENERAL by default) for some seconds, to be captured or released."""
    body = _given(
        amount=_text(amount),
        fromUserId=from_user,
        toUserId=to_user,
        treasuryType=treasury,
        reference=reference,
        expiresIn=seconds,
        reason=reason,
    )
    return _paying("/api/coins/holds", body, key, _hold)


def find_hold(hold_id: int) -> Call[Hold]:
    """Look at a hold."""
    return Call("GET", f"/api/coins/holds/{hold_id}", _hold)


def capture(
    hold_id: int,
    amount: Amount | None = None,
    *,
    final: bool = False,
    reason: str | None = None,
    key: str | None = None,
) -> Call[Capture]:
    """Take what a hold reserves, all that is left or a part; `final` gives the rest back."""
    body = _given(amount=None if amount is None else _text(amount), final=final, reason=reason)
    return _paying(f"/api/coins/holds/{hold_id}/capture", body, key, partial(read, Capture))


def release(hold_id: int) -> Call[Hold]:
    """Give back what is left of a hold; harmless to repeat."""
    return Call("POST", f"/api/coins/holds/{hold_id}/release", _hold)


def charge(
    amount: Amount, *, from_account: str, to_account: str, memo: str | None = None, key: str | None = None
) -> Call[Charge]:
    """Charge an account for another one, by account numbers, as terminals do."""
    body = _given(amount=_text(amount), from_account=from_account, to_account=to_account, memo=memo)
    return _paying("/api/v1/external/transactions", body, key, lambda answer: read(Charge, part(answer, "transaction")))


def account_balance(account: str) -> Call[Decimal]:
    """Give the balance of an account number, as terminals see it."""
    path = f"/api/v1/external/account/{quote(account, safe='')}/balance"
    return Call("GET", path, lambda answer: Decimal(part(answer, "balance")))


def mint(
    amount: Amount,
    *,
    reason: str,
    user: str | None = None,
    treasury: Treasury | None = None,
    account: str | None = None,
    key: str | None = None,
) -> Call[Payment]:
    """Bring coins into circulation, for exactly one of a user, a treasury and an account number."""
    return _issuing("/api/admin/mint", amount, reason, (user, treasury, account), key)


def burn(
    amount: Amount,
    *,
    reason: str,
    user: str | None = None,
    treasury: Treasury | None = None,
    account: str | None = None,
    key: str | None = None,
) -> Call[Payment]:
    """Take coins out of circulation, from exactly one of a user, a treasury and an account number."""
    return _issuing("/api/admin/burn", amount, reason, (user, treasury, account), key)


def mint_list(items: Iterable[Mint], *, mode: ListMode = "atomic", key: str | None = None) -> Call[Results]:
    """Mint for up to 1,000 users: all of them, or with `partial` each for itself."""
    listed = [_given(userId=item.user, amount=_text(item.amount), reason=item.reason) for item in items]
    return _paying("/api/admin/mint/bulk", {"items": listed, "mode": mode}, key, _results)


def transfer_list(items: Iterable[Transfer], *, mode: ListMode = "atomic", key: str | None = None) -> Call[Results]:
    """Make up to 1,000 transfers: all of them, or with `partial` each for itself."""
    listed = [
        _given(fromUserId=item.from_user, toUserId=item.to_user, amount=_text(item.amount), reason=item.reason)
        for item in items
    ]
    return _paying("/api/admin/transfers/bulk", {"items": listed, "mode": mode}, key, _results)


def treasuries() -> Call[tuple[TreasuryState, ...]]:
    """Look at all treasuries."""
    return Call("GET", "/api/admin/treasury", partial(_each, TreasuryState, "treasuries"))


def treasury(name: Treasury) -> Call[TreasuryState]:
    """Look at one treasury."""
    return Call("GET", f"/api/admin/treasury/{name}/balance", partial(read, TreasuryState))


def pay_out(
    amount: Amount,
    *,
    treasury: Treasury,
    to_user: str | None = None,
    to_account: str | None = None,
    to_treasury: Treasury | None = None,
    reason: str | None = None,
    key: str | None = None,
) -> Call[Payment]:
    """Pay from a treasury, to exactly one of a user, an account number and another treasury."""
    body = _given(
        treasuryType=treasury,
        amount=_text(amount),
        toUserId=to_user,
        toAccount=to_account,
        toTreasuryType=to_treasury,
        reason=reason,
    )
    return _paying("/api/admin/treasury/transfer", body, key, partial(read, Payment))


def pay_prizes(
    prizes: Iterable[Prize], *, treasury: Treasury, reason: str | None = None, key: str | None = None
) -> Call[Results]:
    """Pay a prize list from a treasury: all of it or nothing."""
    listed = [
        _given(amount=_text(one.amount), toUserId=one.to_user, toAccount=one.to_account, reason=one.reason)
        for one in prizes
    ]
    body = _given(treasuryType=treasury, items=listed, reason=reason)
    return _paying("/api/admin/treasury/transfer", body, key, _results)


def reverse(transaction_id: int, *, reason: str, amount: Amount | None = None, key: str | None = None) -> Call[Payment]:
    """Give back what a transaction moved, whole or in part, never more than is left of it."""
    body = _given(reason=reason, amount=None if amount is None else _text(amount))
    return _paying(f"/api/admin/transactions/{transaction_id}/reverse", body, key, partial(read, Payment))


def supply() -> Call[Supply]:
    """Account for every coin."""
    return Call("GET", "/api/admin/supply", partial(read, Supply))


def _paying(path: str, body: Mapping[str, Any], key: str | None, reading: Callable[[Any], T]) -> Call[T]:
    return Call("POST", path, reading, body=body, key=str(uuid4()) if key is None else key)


def _issuing(
    path: str, amount: Amount, reason: str, whose: tuple[str | None, str | None, str | None], key: str | None
) -> Call[Payment]:
    user, treasury_type, account = whose
    body = _given(amount=_text(amount), reason=reason, userId=user, treasuryType=treasury_type, accountNumber=account)
    return _paying(path, body, key, partial(read, Payment))


def _page(parameters: Mapping[str, str]) -> Call[Page]:
    def read_page(answer: Any) -> Page:
        cursor = part(answer, "nextCursor")
        following = None if cursor is None else _page({**parameters, "cursor": str(cursor)})
        return Page(_each(Transaction, "transactions", answer), following)

    return Call("GET", "/api/coins/history", read_page, parameters)


def _hold(answer: Any) -> Hold:
    return read(Hold, part(answer, "hold"))


def _results(answer: Any) -> Results:
    return _each(ItemResult, "results", answer)


def _each(kind: type[T], name: str, answer: Any) -> tuple[T, ...]:
    listed = part(answer, name)
    if not isinstance(listed, list):
        raise Unreadable(f"{name} is no list")
    return tuple(read(kind, one) for one in listed)


def _given(**values: Any) -> dict[str, Any]:
    """Give what is not None."""
    return {name: value for name, value in values.items() if value is not None}


def _text(amount: Amount) -> str:
    """Write an amount exactly. Raises TypeError for what cannot be exact."""
    if isinstance(amount, bool) or not isinstance(amount, Decimal | int | str):
        raise TypeError(f"An amount is a Decimal, an int or text, never {type(amount).__name__}.")
    return format(amount, "f") if isinstance(amount, Decimal) else str(amount)
