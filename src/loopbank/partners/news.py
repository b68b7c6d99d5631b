"""What the log's entries are for partners: transactions, balances, treasuries, people."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from loopbank.bank import Bank, TransactionType, Treasury, coin_transaction, people_in
from loopbank.coins import Coins, to_json_number
from loopbank.events import LogEntry
from loopbank.events.webhooks import WebhookEvent
from loopbank.foundation.clock import Instant, to_rfc3339
from loopbank.ledger import TRANSACTION_CREATED, AccountCode, PostingId, StatementLine, Transfer, TransferId

USER_REGISTERED = "user.registered"
USER_VERIFIED = "user.verified"
BALANCE_UPDATED = "balance.updated"
TREASURY_UPDATED = "treasury.updated"

EVENTS = (TRANSACTION_CREATED, USER_REGISTERED, USER_VERIFIED, BALANCE_UPDATED, TREASURY_UPDATED)

PARTNER_TOPICS = (TRANSACTION_CREATED, USER_REGISTERED, USER_VERIFIED)

_TREASURIES = {treasury.account: treasury.value for treasury in Treasury}


class PartnerNews:
    """Translates entries of the `PARTNER_TOPICS`."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    async def events_of(self, entry: LogEntry) -> Sequence[WebhookEvent]:
        """Give an entry's events, in an order that never changes."""
        told = json.loads(entry.payload)
        if entry.topic == TRANSACTION_CREATED:
            return await self._of_posting(told)
        return [WebhookEvent(entry.topic, _person(entry, told))]

    async def _of_posting(self, told: Mapping[str, Any]) -> Sequence[WebhookEvent]:
        """Tell each transfer of a posting, then where the balances of its accounts stand after it."""
        lines = [_line(told, one) for one in told["transfers"] if one["kind"] != TransactionType.ALLOWANCE]
        lines = list(await self._bank.statements.noted(lines))
        people = await people_in(self._bank.holders, lines)
        events = [WebhookEvent(TRANSACTION_CREATED, coin_transaction(line, people)) for line in lines]
        for code, (balance, line) in _last_balances(lines).items():
            after = {"balance": to_json_number(balance), "transactionId": line.transfer.id}
            if code in people:
                events.append(WebhookEvent(BALANCE_UPDATED, {"userId": people[code], "accountNumber": code, **after}))
            elif code in _TREASURIES:
                events.append(WebhookEvent(TREASURY_UPDATED, {"treasuryType": _TREASURIES[code], **after}))
        return events


def _line(told: Mapping[str, Any], transfer: Mapping[str, Any]) -> StatementLine:
    return StatementLine(
        Transfer(
            TransferId(transfer["id"]),
            PostingId(told["id"]),
            transfer["kind"],
            AccountCode(transfer["debit"]),
            AccountCode(transfer["credit"]),
            Coins(transfer["amount"]),
            Coins(transfer["debit_balance"]),
            Coins(transfer["credit_balance"]),
            transfer["debit_version"],
            transfer["credit_version"],
        ),
        told.get("memo", ""),
        told.get("reference", ""),
        Instant(told["created_at"]),
    )


def _last_balances(lines: Sequence[StatementLine]) -> dict[AccountCode, tuple[Coins, StatementLine]]:
    balances: dict[AccountCode, tuple[Coins, StatementLine]] = {}
    for line in lines:
        balances[line.transfer.debit] = (line.transfer.debit_balance, line)
        balances[line.transfer.credit] = (line.transfer.credit_balance, line)
    return balances


def _person(entry: LogEntry, told: Mapping[str, Any]) -> dict[str, object]:
    return {
        "userId": entry.subject,
        "name": told.get("character_name") or told.get("name") or "",
        "at": to_rfc3339(entry.at),
    }
