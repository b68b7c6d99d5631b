"""A town with a running bank: people, programs with keys, and what the books say of a payment."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx

from loopbank_client import Bank
from tests.support.server import RealServer


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody with an account: their user id, account number and token."""

    id: str
    account: str
    token: str


class Town:
    """The bank at `address`; `chief` is a client with an admin key."""

    def __init__(self, server: RealServer, admin: httpx.Client, password: str) -> None:
        self.address = server.base_url
        self.admin = admin
        self.password = password
        self.chief = Bank(self.address, api_key=self.api_key("admin"))

    def citizen(self, word: str) -> Citizen:
        """Let somebody join, with the welcome bonus of 1,000."""
        body = {"character_name": f"{word} {uuid4().hex[:8]}", "password": self.password}
        with httpx.Client(base_url=self.address, timeout=30) as http:
            http.post("/api/v1/auth/register", json=body).raise_for_status()
            token = http.post("/api/v1/auth/login", json=body).raise_for_status().json()["access_token"]
        with Bank(self.address, token=token) as bank:
            wallet = bank.wallet()
        return Citizen(wallet.user_id, wallet.id, token)

    def make_key(self, *permissions: str, **terms: Any) -> dict[str, Any]:
        """Make an API key, by default for every account."""
        body = {"name": "program", "permissions": list(permissions), "allowedAccounts": ["*"], **terms}
        answer = self.admin.post("/api/developer/api-keys", json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()["apiKey"]
        return made

    def api_key(self, *permissions: str, **terms: Any) -> str:
        """Make an API key, and give its text."""
        return str(self.make_key(*permissions, **terms)["key"])

    def payments(self, payer: Citizen, reason: str) -> list[Decimal]:
        """List what left an account for a reason that only one payment has."""
        found = self.chief.history(user=payer.id)
        return [one.amount for one in found if one.reason == reason and one.from_user_id == payer.id]

    def assert_books_add_up(self) -> None:
        """Assert that the sum of all balances is zero and that every coin is accounted for."""
        shown = self.admin.get("/api/admin/integrity").json()
        assert (shown["balanced"], shown["sumOfBalances"], shown["circulatingMatchesSupply"]) == (True, 0, True)


def new_reason() -> str:
    """Give a reason that no other payment has."""
    return f"for {uuid4().hex}"
