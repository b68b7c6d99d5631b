"""A small town for demonstrations: people who register and pay each other through the public API."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from loopbank.coins import Coins
from loopbank.entrypoints.all_in_one import build_all_in_one
from loopbank.foundation.database import connect_database
from loopbank.foundation.ids import new_secret
from loopbank.foundation.settings import Installation

_FIRST = ("Chrome", "Neon", "Static", "Velvet", "Copper", "Glass", "Ember", "Cobalt", "Null", "Ivory", "Rust", "Zero")
_SECOND = ("Runner", "Fixer", "Medtech", "Courier", "Ripper", "Barkeep", "Nomad", "Mechanic", "Broker", "Dancer")
_MEMOS = (
    "Two stim packs", "Rent for the back room", "Repair of the left arm", "Noodles", "Data, no questions",
    "A ride to the docks", "Lost bet", "Street tax", "New optics, first half", "Round for everybody",
)  # fmt: skip

_POCKET_MONEY = Coins(1_000_00)
"""What people of a town begin with where newcomers are given nothing: nobody could trade."""


@dataclass(frozen=True, slots=True)
class Town:
    """What was made, and how to look at it."""

    people: int
    payments: int
    example: str
    password: str


async def fill_town(settings: Installation, *, people: int, payments: int, step: Callable[[], object]) -> Town:
    """Let new people register and trade; `step` is called after each registration and payment."""
    pocket_money = settings.welcome_bonus or _POCKET_MONEY
    unlimited = settings.model_copy(update={"rate_limits": False, "welcome_bonus": pocket_money})
    database = connect_database(settings.database_url)
    app, parts = build_all_in_one(unlimited, database)
    for part in parts:
        await part.start()
    try:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://town.internal", timeout=60) as http:
            return await _live(http, people, payments, step, settings.factions)
    finally:
        for part in reversed(parts):
            await part.stop()
        await database.close()


async def _live(
    http: httpx.AsyncClient, people: int, payments: int, step: Callable[[], object], factions: tuple[str, ...]
) -> Town:
    dice = random.Random()  # noqa: S311 -- a demonstration's small talk, not a secret
    password = new_secret()[:12]
    tokens: dict[str, str] = {}
    names: list[str] = []
    while len(tokens) < people:
        name = f"{dice.choice(_FIRST)} {dice.choice(_SECOND)} {dice.randrange(10_000):04d}"
        body = {"character_name": name, "password": password, "faction": dice.choice(factions or ("",))}
        (await http.post("/api/v1/auth/register", json=body)).raise_for_status()
        signed_in = (await http.post("/api/v1/auth/login", json=body)).raise_for_status().json()
        tokens[signed_in["user"]["account_number"]] = signed_in["access_token"]
        names.append(name)
        step()
    made = 0
    for _ in range(payments):
        payer, receiver = dice.sample(sorted(tokens), 2)
        amount = f"{dice.randrange(60)}.{dice.randrange(1, 100):02d}"
        answer = await http.post(
            "/api/v1/transactions",
            json={"to_account": receiver, "amount": amount, "memo": dice.choice(_MEMOS)},
            headers={"Authorization": f"Bearer {tokens[payer]}"},
        )
        made += answer.status_code == httpx.codes.CREATED
        step()
    return Town(people, made, names[0], password)
