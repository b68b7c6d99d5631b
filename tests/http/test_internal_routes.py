"""What the Authentication Service asks of the bank, and how strictly it is read."""

from uuid import uuid4

import pytest

from tests.support.problems import assert_problem
from tests.support.stories import BankStory

GOOD = {"person_id": "4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11", "display_name": "Somebody"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**GOOD, "person_id": ""},
        {**GOOD, "person_id": "x" * 65},
        {**GOOD, "person_id": "a\x00"},
        {**GOOD, "person_id": None},
        {**GOOD, "display_name": ""},
        {**GOOD, "display_name": "x" * 101},
        {**GOOD, "display_name": "a\u202eb"},
        {**GOOD, "faction": "x" * 51},
        {**GOOD, "faction": 5},
        {**GOOD, "joined_at": -1},
        {**GOOD, "joined_at": 10**30},
        {**GOOD, "joined_at": "now"},
        {**GOOD, "unknown_field": 1},
        [GOOD],
        None,
    ],
    ids=str,
)
async def test_a_hearing_that_does_not_fit_is_refused(bank: BankStory, body: object) -> None:
    before = await bank.journal()
    refused = await bank.http.post("/internal/holders", json=body, headers=bank.service_headers())
    assert_problem(refused, 422)
    assert await bank.journal() == before


_STRANGER = "5b1f7a52-0d6c-4a43-9b2e-3f8f3f1f9c10"
"""A fixed id: every worker of a session must find the same tests."""


@pytest.mark.parametrize("person_id", ["nobody", _STRANGER, "x" * 5000, "%00", "a%00b", "%ED%A0%80", "%F0%9F%A6%8A"])
async def test_a_person_the_bank_has_not_heard_of_is_not_found(bank: BankStory, person_id: str) -> None:
    answer = await bank.http.get(f"/internal/holders/{person_id}", headers=bank.service_headers())
    assert_problem(answer, 404, 422)


async def test_a_view_shows_what_a_hearing_answered(bank: BankStory) -> None:
    headers = bank.service_headers()
    heard = await bank.http.post("/internal/holders", json={**GOOD, "person_id": str(uuid4())}, headers=headers)
    person_id = str(uuid4())
    heard = await bank.http.post("/internal/holders", json={**GOOD, "person_id": person_id}, headers=headers)
    assert (await bank.http.get(f"/internal/holders/{person_id}", headers=headers)).json() == heard.json()


@pytest.mark.parametrize("since", ["-1", "abc", "9" * 30, "1.5"])
async def test_a_cursor_of_revocations_that_cannot_be_is_refused(bank: BankStory, since: str) -> None:
    answer = await bank.http.get("/internal/revocations", params={"since": since}, headers=bank.service_headers())
    assert_problem(answer, 422)
