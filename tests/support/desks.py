"""Staff, programs and their keys: what the tests of the coin side's desks and partners stand on."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from loopbank.access import Role
from tests.support.stories import BankStory, StoryPerson


@dataclass(frozen=True, slots=True)
class Program:
    """A program with an API key: the key's id, the key itself, and an HTTP client that sends it."""

    id: str
    key: str
    http: httpx.AsyncClient


class DeskStory:
    """One bank with an administrator, and what programs do there."""

    def __init__(self, bank: BankStory, admin: StoryPerson) -> None:
        self.bank = bank
        self.admin = admin

    async def program(self, *permissions: str, maker: StoryPerson | None = None, **terms: Any) -> Program:
        """Make a key (by default the administrator's, for every account) and a client that sends it."""
        body = {"name": "till", "permissions": list(permissions), "allowedAccounts": ["*"], **terms}
        answer = await (maker or self.admin).http.post("/api/developer/api-keys", json=body)
        assert answer.status_code == 201, answer.text
        made = answer.json()["apiKey"]
        http = self.bank.client()
        http.headers["X-API-Key"] = made["key"]
        return Program(made["id"], made["key"], http)

    async def fund(self, person: StoryPerson, amount: object) -> None:
        """Mint coins for somebody."""
        body = {"userId": person.person.id, "amount": amount, "reason": "for the test"}
        answer = await self.admin.http.post("/api/admin/mint", json=body)
        assert answer.status_code == 201, answer.text

    async def supply(self) -> dict[str, Any]:
        """Account for every coin."""
        answer = (await self.admin.http.get("/api/admin/supply")).raise_for_status()
        supply: dict[str, Any] = answer.json()
        return supply


async def assert_books_add_up(story: DeskStory) -> None:
    """Assert that the sum of all balances is zero and that every coin is accounted for."""
    shown = (await story.admin.http.get("/api/admin/integrity")).json()
    assert (shown["balanced"], shown["sumOfBalances"], shown["circulatingMatchesSupply"]) == (True, 0, True)
    supply = await story.supply()
    parts = ("wallets", "treasuries", "house", "bank")
    assert supply["minted"] - supply["burned"] == pytest.approx(supply["circulating"])
    assert sum(supply[part] for part in parts) == pytest.approx(supply["circulating"])


def fresh_key() -> dict[str, str]:
    """Give headers with an idempotency key that nobody has used."""
    return {"Idempotency-Key": str(uuid4())}


@pytest.fixture(scope="module")
async def desk(bank: BankStory, anyio_backend: str) -> DeskStory:
    """The desk of the module's bank."""
    return DeskStory(bank, await bank.person("desk chief", role=Role.SUPERADMIN))
