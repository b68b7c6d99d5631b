"""Acts on accounts: people see those on their own, administrators everybody's."""

import asyncio
from typing import Any

import httpx

from loopbank.access import Role
from tests.support.problems import assert_problem
from tests.support.stories import PASSWORD, BankStory

_OWN, _ALL = "/api/v1/auth/security-events", "/api/v1/auth/admin/security-events"


async def events_of(http: httpx.AsyncClient, path: str, person_id: str) -> list[dict[str, Any]]:
    """Wait until the log has sealed an act on somebody's account."""
    found: list[dict[str, Any]] = []
    for _ in range(100):
        events = (await http.get(path)).raise_for_status().json()["events"]
        found = [event for event in events if event["person_id"] == person_id]
        if found:
            break
        await asyncio.sleep(0.05)
    return found


async def test_administrators_learn_whose_account_it_was(bank: BankStory) -> None:
    chief, runner = await bank.person("chief", role=Role.ADMIN), await bank.person("runner")
    body = {"character_name": runner.name, "password": PASSWORD}
    assert (await bank.http.post("/api/v1/auth/login", json=body)).status_code == 200
    (own,) = await events_of(runner.http, _OWN, runner.person.id)
    (told,) = await events_of(chief.http, _ALL, runner.person.id)
    assert (own["act"], own["details"]["means"]) == ("signed_in", "pwd")
    assert told == own | {"person_name": runner.name}
    assert_problem(await runner.http.get(_ALL), 403, code="role_too_low")
