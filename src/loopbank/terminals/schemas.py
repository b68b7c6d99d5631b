"""HTTP shapes of the external API."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from loopbank.bank import JsonAmount
from loopbank.foundation.requests import Amount, KnownBody, PlainText

MEMO_LENGTH_MAX = 140

_Number = Annotated[PlainText, StringConstraints(min_length=1, max_length=40), Field(examples=["NC-7K2M-Q9XD"])]

_Memo = Annotated[PlainText, StringConstraints(max_length=MEMO_LENGTH_MAX), Field(examples=["Two coffees"])]
_Key = Annotated[str, Field(max_length=200, description="In place of X-API-Key.", examples=["lb_live_4b4f"])]


class ChargeBody(KnownBody):
    """A payment between two accounts; the key may stand in the body where a device cannot set headers."""

    from_account: _Number
    to_account: _Number
    amount: Annotated[Amount, Field(description="Coins above zero with at most two decimals.", examples=[12.5])]
    memo: _Memo | None = None
    api_key: _Key | None = None


class ChargedTransaction(BaseModel):
    """A transaction as a terminal sees it."""

    id: int = Field(examples=[42])
    from_account: str = Field(examples=["NC-4R8T-ZP1C"])
    from_name: str = Field(examples=["Night Runner"])
    to_account: str = Field(examples=["NC-7K2M-Q9XD"])
    to_name: str = Field(examples=["Bar of the docks"])
    amount: JsonAmount
    memo: str = Field(examples=["Two coffees"])
    timestamp: str = Field(examples=["2026-01-31T12:00:00.000000Z"])
    type: str = Field(examples=["transfer"])


class ChargeAnswer(BaseModel):
    """A payment that is in the books."""

    message: str = Field(examples=["Transaction successful"])
    transaction: ChargedTransaction


class ExternalBalanceAnswer(BaseModel):
    """What an account holds."""

    account_number: str = Field(examples=["NC-7K2M-Q9XD"])
    balance: JsonAmount
