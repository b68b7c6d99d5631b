"""What the bank answers with. Amounts are exact decimals of coins; a field that is not known here is passed over."""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

D = TypeVar("D")

Treasury = Literal["COURSE", "SUBSCRIPTION", "REWARD", "GENERAL"]


@dataclass(frozen=True, slots=True)
class Transaction:
    """Coins that moved; a user is None where the bank itself is that side."""

    id: int
    type: str
    amount: Decimal
    from_user_id: str | None
    to_user_id: str | None
    from_account: str
    to_account: str
    treasury_type: str | None
    reason: str
    reference: str
    created_at: datetime
    balance_after: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """A transaction that is in the books, and the balance after it: the payer's, or the receiver's of new coins."""

    transaction: Transaction
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance: all, what can be spent, what is reserved."""

    balance: Decimal
    available: Decimal
    held: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Wallet:
    """A person's account; `active_coins` is what can be spent."""

    id: str
    user_id: str
    balance: Decimal
    active_coins: Decimal
    total_received: Decimal
    total_sent: Decimal
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """Coins reserved for somebody; `status` is OPEN, CAPTURED, RELEASED or EXPIRED."""

    id: int
    status: str
    amount: Decimal
    captured: Decimal
    released: Decimal
    left: Decimal
    from_user_id: str | None
    to_user_id: str | None
    treasury_type: str | None
    reference: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Capture:
    """What was taken of a hold, and the hold after it."""

    transaction: Transaction
    hold: Hold
    balance: Decimal


@dataclass(frozen=True, slots=True)
class ItemError:
    """Why one item of a list was refused."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What became of one item of a list: `done` with its transaction, or `refused` with its error."""

    index: int
    status: str
    transaction: Transaction | None = None
    error: ItemError | None = None


@dataclass(frozen=True, slots=True)
class TreasuryState:
    """What a treasury holds."""

    treasury_type: str
    balance: Decimal
    last_updated: datetime | None


@dataclass(frozen=True, slots=True)
class Supply:
    """Every coin there is."""

    currency: str
    minted: Decimal
    burned: Decimal
    circulating: Decimal
    wallets: Decimal
    treasuries: Decimal
    house: Decimal
    bank: Decimal
    held: Decimal


@dataclass(frozen=True, slots=True)
class Charge:
    """A transaction as a terminal sees it."""

    id: int
    from_account: str
    from_name: str
    to_account: str
    to_name: str
    amount: Decimal
    memo: str
    timestamp: datetime
    type: str


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """What a webhook tells; the same event may be told twice, with the same id."""

    event: str
    data: Mapping[str, Any]
    id: str
    sequence: int
    timestamp: datetime


class Unreadable(ValueError):
    """A document is not what it should be."""


def parse(text: str | bytes) -> Any:
    """Parse JSON with exact decimals. Raises Unreadable."""
    try:
        return json.loads(text, parse_float=Decimal)
    except ValueError as error:
        raise Unreadable("not JSON") from error


def part(document: Any, name: str) -> Any:
    """Give one part of a document. Raises Unreadable."""
    if not isinstance(document, dict) or name not in document:
        raise Unreadable(f"no {name}")
    return document[name]


def read(kind: type[D], document: Any) -> D:
    """Read a document, whose names are camelCase or as here. Raises Unreadable."""
    if not isinstance(document, dict):
        raise Unreadable(f"no {kind.__name__}")
    values = {}
    known: Any = kind
    for name, written, convert, is_optional in _plan(known):
        found = document.get(written, document.get(name, MISSING))
        if found is not MISSING:
            values[name] = convert(found)
        elif not is_optional:
            raise Unreadable(f"{kind.__name__} without {written}")
    return kind(**values)


@cache
def _plan(kind: type[Any]) -> list[tuple[str, str, Callable[[Any], Any], bool]]:
    """For every field its name, its name in JSON, how its value is read, and whether it may be missing."""
    hints = get_type_hints(kind)
    return [(one.name, _camel(one.name), _reader(hints[one.name]), one.default is None) for one in fields(kind)]


def _reader(hint: Any) -> Callable[[Any], Any]:
    if isinstance(hint, UnionType):
        inner = _reader(get_args(hint)[0])
        return lambda value: None if value is None else inner(value)
    if isinstance(hint, type) and is_dataclass(hint):
        return lambda value: read(hint, value)
    if hint is Decimal:
        return lambda value: Decimal(_checked(value, int | Decimal))
    if hint is datetime:
        return lambda value: datetime.fromisoformat(_checked(value, str))
    plain = get_origin(hint) or hint
    return lambda value: _checked(value, dict if plain is Mapping else plain)


def _checked(value: Any, kind: Any) -> Any:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Unreadable(f"{value!r} is no {kind}")
    return value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.title() for other in others)
