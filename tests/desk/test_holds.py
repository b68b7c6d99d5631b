"""Holds over HTTP: pay, then deliver; nobody loses a coin whichever way it ends."""

import asyncio

import httpx

from tests.support.desks import DeskStory, assert_books_add_up, fresh_key
from tests.support.problems import assert_problem
from tests.support.stories import StoryPerson


async def placed(payer: StoryPerson, amount: float, **more: object) -> int:
    answer = await payer.http.post("/api/coins/holds", json={"amount": amount, "reference": "order-1", **more})
    assert answer.status_code == 201, answer.text
    hold: int = answer.json()["hold"]["id"]
    return hold


async def capture(person: StoryPerson, hold: int, **body: object) -> httpx.Response:
    return await person.http.post(f"/api/coins/holds/{hold}/capture", json=body)


async def available(person: StoryPerson) -> tuple[float, float, float]:
    shown = (await person.http.get("/api/coins/balance")).json()
    return shown["balance"], shown["available"], shown["held"]


async def test_a_hold_is_captured_in_parts_and_the_last_part_frees_the_rest(
    desk: DeskStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    hold = await placed(runner, 100, toUserId=fixer.person.id)
    assert await available(runner) == (1000, 900, 100)
    first = await capture(fixer, hold, amount=30)
    assert first.status_code == 201
    assert (first.json()["hold"]["left"], first.json()["transaction"]["reference"]) == (70, "order-1")
    assert_problem(await capture(fixer, hold, amount=70.01), 400, code="hold_too_small")
    last = await capture(fixer, hold, amount=20, final=True)
    assert last.json()["hold"]["status"] == "CAPTURED"
    assert await available(runner) == (950, 950, 0)
    assert await fixer.balance() == 1050
    assert_problem(await capture(fixer, hold), 409, code="hold_settled")
    await assert_books_add_up(desk)


async def test_held_coins_cannot_be_spent_and_come_back_when_released(runner: StoryPerson, fixer: StoryPerson) -> None:
    hold = await placed(runner, 900, toUserId=fixer.person.id)
    assert_problem(await runner.pay(fixer, 101), 400, code="insufficient_coins")
    for _ in range(2):
        released = await fixer.http.post(f"/api/coins/holds/{hold}/release")
        assert (released.status_code, released.json()["hold"]["status"]) == (200, "RELEASED")
    assert await available(runner) == (1000, 1000, 0)


async def test_a_hold_expires_by_itself(desk: DeskStory, runner: StoryPerson) -> None:
    hold = await placed(runner, 10, expiresIn=1)
    await asyncio.sleep(1.1)
    assert (await runner.http.get(f"/api/coins/holds/{hold}")).json()["hold"]["status"] in {"EXPIRED", "RELEASED"}
    assert_problem(await capture(runner, hold), 409)


async def test_a_hold_is_nobody_elses(runner: StoryPerson, fixer: StoryPerson, medtech: StoryPerson) -> None:
    hold = await placed(runner, 10, toUserId=fixer.person.id)
    for answer in (
        await capture(medtech, hold),
        await medtech.http.post(f"/api/coins/holds/{hold}/release"),
        await medtech.http.get(f"/api/coins/holds/{hold}"),
    ):
        assert_problem(answer, 404, code="unknown_hold")


async def test_a_payer_cannot_take_back_what_a_shop_reserved(desk: DeskStory, runner: StoryPerson) -> None:
    shop = await desk.program("write")
    body = {"fromUserId": runner.person.id, "amount": 40, "reference": "order-2"}
    hold = (await shop.http.post("/api/coins/holds", json=body)).json()["hold"]["id"]
    assert_problem(await runner.http.post(f"/api/coins/holds/{hold}/release"), 404, code="unknown_hold")
    assert (await runner.http.get(f"/api/coins/holds/{hold}")).status_code == 200
    assert (await shop.http.post(f"/api/coins/holds/{hold}/capture", json={})).status_code == 201
    assert await runner.balance() == 960


async def test_placing_and_capturing_at_once_under_one_key_happen_once(runner: StoryPerson, fixer: StoryPerson) -> None:
    headers = fresh_key()
    body = {"amount": 10, "toUserId": fixer.person.id}
    answers = await asyncio.gather(
        *(runner.http.post("/api/coins/holds", json=body, headers=headers) for _ in range(4))
    )
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    hold = answers[0].json()["hold"]["id"]
    captures = await asyncio.gather(
        *(fixer.http.post(f"/api/coins/holds/{hold}/capture", json={}, headers=headers) for _ in range(4))
    )
    assert {answer.status_code for answer in captures} == {201}
    assert (await runner.balance(), await fixer.balance()) == (990, 1010)
    other = await runner.http.post("/api/coins/holds", json={**body, "amount": 11}, headers=headers)
    assert_problem(other, 422, code="idempotency_key_reused")
