"""People who pay each other over HTTP without pause, and remember what they were told and what they were not."""

import asyncio
import itertools
import random
from dataclasses import dataclass, field
from typing import Any

import httpx

PASSWORD = "chrome-rain-4417"
PAYERS_PER_PERSON = 3


@dataclass(frozen=True)
class Person:
    account: str
    token: str


@dataclass
class Payment:
    """One wish to pay; `answer` is the transaction's id once the bank has said yes."""

    key: str
    payer: Person
    body: dict[str, Any]
    answer: int | None = None


@dataclass
class Payers:
    """Everybody who pays, over all lives of the server."""

    people: list[Person]
    payments: dict[str, Payment] = field(default_factory=dict)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def unanswered(self) -> list[Payment]:
        return [payment for payment in self.payments.values() if payment.answer is None]

    async def pay_until_the_server_dies(self, base_url: str) -> None:
        async with httpx.AsyncClient(base_url=base_url, timeout=20) as http:
            tasks = [self._pay(http, person) for person in self.people for _ in range(PAYERS_PER_PERSON)]
            await asyncio.gather(*tasks)

    async def _pay(self, http: httpx.AsyncClient, payer: Person) -> None:
        for number in self.numbers:
            receiver = random.Random(number).choice([person for person in self.people if person != payer])
            key = f"payment-{number}"
            body = {"to_account": receiver.account, "amount": "0.01", "memo": key}
            payment = self.payments[key] = Payment(key, payer, body)
            try:
                payment.answer = await send(http, payment)
            except httpx.TransportError:
                return


async def send(http: httpx.AsyncClient, payment: Payment) -> int:
    """Send one payment and give the transaction's id; raises TransportError when no answer comes."""
    headers = {"Authorization": f"Bearer {payment.payer.token}", "Idempotency-Key": payment.key}
    answer = await http.post("/api/v1/transactions", json=payment.body, headers=headers)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    identifier: int = answer.json()["transaction"]["id"]
    return identifier


async def arrive(base_url: str, count: int) -> Payers:
    """Register people who begin to pay each other."""
    people = []
    async with httpx.AsyncClient(base_url=base_url, timeout=20) as http:
        for number in range(count):
            body = {"character_name": f"Runner {number}", "password": PASSWORD}
            (await http.post("/api/v1/auth/register", json=body)).raise_for_status()
            signed_in = (await http.post("/api/v1/auth/login", json=body)).raise_for_status().json()
            people.append(Person(signed_in["user"]["account_number"], signed_in["access_token"]))
    return Payers(people)
