"""The bank: people's accounts, payments, treasuries, statements and live updates."""

from loopbank.bank.answers import money_response, people_in
from loopbank.bank.errors import (
    AccountInactive,
    AccountNotAllowed,
    IdempotencyKeyReused,
    InvalidIdempotencyKey,
    NotPayable,
    UnknownAccountNumber,
)
from loopbank.bank.imports import RowOutcome
from loopbank.bank.mandates import Parties, Party, idempotency_key, mandate_of
from loopbank.bank.payments import Mandate, Order, Receipt, check_key
from loopbank.bank.people import People
from loopbank.bank.people_news import PEOPLE_TOPICS, PeopleNews
from loopbank.bank.platform_schemas import coin_transaction
from loopbank.bank.schemas import JsonAmount, transaction_view
from loopbank.bank.service import Bank
from loopbank.bank.transfers import Payer, account_number
from loopbank.bank.words import BankTerms, Holder, TransactionType, Treasury
from loopbank.foundation.pages import InvalidCursor

__all__ = [
    "PEOPLE_TOPICS",
    "AccountInactive",
    "AccountNotAllowed",
    "Bank",
    "BankTerms",
    "Holder",
    "IdempotencyKeyReused",
    "InvalidCursor",
    "InvalidIdempotencyKey",
    "JsonAmount",
    "Mandate",
    "NotPayable",
    "Order",
    "Parties",
    "Party",
    "Payer",
    "People",
    "PeopleNews",
    "Receipt",
    "RowOutcome",
    "TransactionType",
    "Treasury",
    "UnknownAccountNumber",
    "account_number",
    "check_key",
    "coin_transaction",
    "idempotency_key",
    "mandate_of",
    "money_response",
    "people_in",
    "transaction_view",
]
