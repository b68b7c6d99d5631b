"""Imports: lists of payments of any length from a CSV table, in lists of a thousand, each row for itself.

The first row names the columns: `userId` or `accountNumber`, `amount` and, if wanted, `reason`. An import goes by one
key; the same table under the same key again pays what was refused before and nothing twice.
"""

import csv
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass

from loopbank.bank.errors import UnreadableTable
from loopbank.bank.lists import ITEMS_MAX, ListMode, Lists
from loopbank.bank.mandates import Parties, Party
from loopbank.bank.payments import Mandate, Order, Receipt
from loopbank.bank.words import BankTerms, TransactionType, Treasury
from loopbank.coins import Coins, InvalidAmount, parse_amount
from loopbank.foundation.errors import BadRequest, Refusal
from loopbank.foundation.requests import is_plain_text
from loopbank.ledger import AccountCode

_REASON_LENGTH_MAX = 140
_NAME_LENGTH_MAX = 64
_COLUMNS = {"userId", "accountNumber", "amount", "reason"}


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of one row; rows are counted as people count lines, with the names of the columns as line 1."""

    line: int
    outcome: Receipt | Refusal


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    party: Party
    amount: str
    reason: str


class Imports:
    """Pays what tables say, from new coins or from a treasury."""

    def __init__(self, lists: Lists, parties: Parties, terms: BankTerms) -> None:
        self._lists = lists
        self._parties = parties
        self._terms = terms

    async def pay(
        self, mandate: Mandate, lines: Iterable[str], *, treasury: Treasury | None, key: str
    ) -> AsyncIterator[RowOutcome]:
        """Pay the rows of a table and give what became of each, in their order and while it goes on.

        Raises UnreadableTable, IdempotencyKeyReused or InvalidIdempotencyKey.
        """
        source = self._terms.issuance if treasury is None else treasury.account
        kind = TransactionType.MINT if treasury is None else TransactionType.TREASURY_PAYOUT
        for number, rows in enumerate(_in_lists(_rows(lines))):
            accounts = await self._parties.people([row.party for row in rows])
            orders = [_order(kind, source, account, row) for account, row in zip(accounts, rows, strict=True)]
            paid = await self._lists.pay(mandate, orders, mode=ListMode.PARTIAL, key=f"{key}.{number}", action="import")
            for row, outcome in zip(rows, paid.outcomes, strict=True):
                yield RowOutcome(row.line, outcome)


def _rows(lines: Iterable[str]) -> Iterator[_Row]:
    """Read the table row by row, so that its length costs no memory. Raises UnreadableTable."""
    reader = csv.reader(lines, strict=True)
    try:
        columns = [name.strip().removeprefix("\ufeff") for name in next(reader, [])]
        if not {"amount"} <= set(columns) <= _COLUMNS or len(set(columns)) < len(columns):
            raise UnreadableTable("The first row must name the columns: userId or accountNumber, amount, reason.")
        for values in reader:
            if not any(values):
                continue
            if len(values) != len(columns):
                raise UnreadableTable(f"Line {reader.line_num} has {len(values)} cells and not {len(columns)}.")
            named = {name: value.strip() for name, value in zip(columns, values, strict=True)}
            party = Party(user_id=_given(named, "userId"), account=_given(named, "accountNumber"))
            yield _Row(reader.line_num, party, named["amount"], named.get("reason", ""))
    except csv.Error as error:
        raise UnreadableTable(f"Line {reader.line_num} cannot be read: {error}.") from error


def _in_lists(rows: Iterator[_Row]) -> Iterator[Sequence[_Row]]:
    gathered: list[_Row] = []
    for row in rows:
        gathered.append(row)
        if len(gathered) == ITEMS_MAX:
            yield gathered
            gathered = []
    if gathered:
        yield gathered


def _order(kind: TransactionType, source: AccountCode, account: AccountCode | Refusal, row: _Row) -> Order | Refusal:
    if len(row.reason) > _REASON_LENGTH_MAX or not is_plain_text(row.reason):
        return BadRequest(f"A reason is plain text of at most {_REASON_LENGTH_MAX} characters.")
    try:
        amount: Coins = parse_amount(row.amount)
    except InvalidAmount as error:
        return BadRequest(str(error))
    if isinstance(account, Refusal):
        return account
    return Order(kind=kind, source=source, target=account, amount=amount, reason=row.reason)


def _given(named: dict[str, str], column: str) -> str | None:
    """Give a cell's text, None when it is empty; what could not be stored is nobody's name."""
    text = named.get(column) or None
    return text if text is None or (is_plain_text(text) and len(text) <= _NAME_LENGTH_MAX) else "?"
