"""The bank: people's accounts, payments, treasuries, statements and live updates."""

from loopbank.bank.errors import AccountInactive, InvalidCursor, InvalidIdempotencyKey, NotPayable, UnknownAccountNumber
from loopbank.bank.service import Bank
from loopbank.bank.transfers import Payer, Receipt, account_number
from loopbank.bank.words import BankTerms, Holder, TransactionType, Treasury

__all__ = [
    "AccountInactive",
    "Bank",
    "BankTerms",
    "Holder",
    "InvalidCursor",
    "InvalidIdempotencyKey",
    "NotPayable",
    "Payer",
    "Receipt",
    "TransactionType",
    "Treasury",
    "UnknownAccountNumber",
    "account_number",
]
