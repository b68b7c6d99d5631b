"""A bank with a life of its own, to be copied, and what must be the same in every copy of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopbank.entrypoints.checking import check_passes
from loopbank.foundation.database import Database
from loopbank.foundation.settings import Installation
from tests.support.stories import BankStory, StoryPerson, opened_bank

KEY = "the-first-payment"


@dataclass(frozen=True, slots=True)
class LivedIn:
    """What happened in a bank before it was copied."""

    payer: StoryPerson
    receiver: StoryPerson
    answer: dict[str, Any]
    ended_token: str


async def live(bank: BankStory) -> LivedIn:
    """Let people join and pay, and end somebody's session."""
    payer, receiver, leaver = [await bank.person(word) for word in ("runner", "fixer", "medtech")]
    answer = await payer.pay(receiver, "12.34", memo="Für den Kurier", key=KEY)
    sessions = (await leaver.http.get("/api/v1/auth/sessions")).json()["sessions"]
    ended = await leaver.http.delete(f"/api/v1/auth/sessions/{sessions[0]['id']}")
    assert (answer.status_code, ended.is_success) == (201, True)
    return LivedIn(payer, receiver, answer.json(), leaver.token)


async def assert_remembered(lived: LivedIn, database_url: str, folder: Path) -> None:
    """Open a bank on a copy: balances, keys and ended sessions are as they were, and life goes on soundly."""
    async with opened_bank(database_url, folder) as bank:
        payer = bank.client(lived.payer.token)
        account = (await payer.get("/api/v1/account")).json()["account"]
        assert (account["account_number"], account["balance"]) == (lived.payer.account, 987.66)
        body = {"to_account": lived.receiver.account, "amount": "12.34", "memo": "Für den Kurier"}
        again = await payer.post("/api/v1/transactions", json=body, headers={"Idempotency-Key": KEY})
        assert again.json()["transaction"]["id"] == lived.answer["transaction"]["id"]
        assert again.headers["idempotent-replayed"] == "true"
        assert (await payer.post("/api/v1/transactions", json={**body, "amount": 1})).status_code == 201
        assert (await bank.client(lived.ended_token).get("/api/v1/account")).status_code == 401
        assert await findings(bank.settings, bank.database) == []


async def findings(settings: Installation, database: Database) -> list[str]:
    """Run every check of the house."""
    return [finding.detail for check in check_passes(settings) async for finding in check.run(database)]
