"""Webhooks against a real receiver: in order, at least once, signed, and never to where they must not go."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from loopbank.access import Role
from loopbank.events import OUTBOX, Fact, record
from loopbank.foundation.clock import system_clock
from tests.partners.receiver import Received, Receiver
from tests.support.problems import assert_problem
from tests.support.stories import BankStory, StoryPerson, opened_bank

SECONDS_MAX = 15


@pytest.fixture(scope="module")
async def bank(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncIterator[BankStory]:
    """A bank whose receivers live on its own network."""
    folder = tmp_path_factory.mktemp("data")
    async with opened_bank(module_database_url, folder, WEBHOOK_PRIVATE_ADDRESSES="true") as opened:
        yield opened


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as opened:
        yield opened


@pytest.fixture
async def developer(bank: BankStory) -> StoryPerson:
    return await bank.person("developer", role=Role.DEVELOPER)


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(SECONDS_MAX * 50):
        if await is_so():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came to be so")


async def received_at_least(receiver: Receiver, count: int, name: str | None = None) -> None:
    async def is_so() -> bool:
        return len({event["id"] for event in receiver.events(name)}) >= count

    await until(is_so)


async def registered(bank: BankStory, developer: StoryPerson, receiver: Receiver, *events: str) -> dict[str, Any]:
    """Register a webhook once everything so far is sealed, so that it is told of nothing from before."""

    async def is_sealed() -> bool:
        async with bank.database.reading() as tx:
            return bool(await tx.value(select(func.count()).select_from(OUTBOX)) == 0)

    await until(is_sealed)
    body = {"url": receiver.url, "events": list(events or ("transaction.created",))}
    answer = await developer.http.post("/api/developer/webhooks", json=body)
    assert answer.status_code == 201, answer.text
    webhook: dict[str, Any] = answer.json()["webhook"]
    return webhook


async def until_failed(developer: StoryPerson, webhook: dict[str, Any], times: int = 1) -> None:
    async def is_so() -> bool:
        shown = (await developer.http.get(f"/api/developer/webhooks/{webhook['id']}")).json()["webhook"]
        return bool(shown["failures"] >= times)

    await until(is_so)


async def deliveries(developer: StoryPerson, webhook: dict[str, Any], at_least: int) -> list[dict[str, Any]]:
    """Give the delivery log, newest first, when it has so many entries: it is written after the receiver's answer."""
    log: list[dict[str, Any]] = []

    async def is_so() -> bool:
        path = f"/api/developer/webhooks/{webhook['id']}/deliveries"
        log[:] = (await developer.http.get(path)).json()["deliveries"]
        return len(log) >= at_least

    await until(is_so)
    return log


async def due_now(developer: StoryPerson, webhook: dict[str, Any]) -> None:
    """Have the next attempt made at once, as a change of the webhook does."""
    path = f"/api/developer/webhooks/{webhook['id']}"
    assert (await developer.http.patch(path, json={"isActive": True})).status_code == 200


def is_signed_with(secret: str, received: Received) -> bool:
    """Check both signatures as a receiver would, from the words of the standard."""
    headers, body = received.headers, received.body
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return expected in headers["webhook-signature"].split(" ")


async def test_a_payment_is_told_with_the_names_of_the_contract_and_both_signatures(
    bank: BankStory, developer: StoryPerson, receiver: Receiver, runner: StoryPerson, fixer: StoryPerson
) -> None:
    webhook = await registered(bank, developer, receiver, "transaction.created", "balance.updated", "treasury.updated")
    await runner.pay(fixer, 12.5, memo="Two stim packs")
    await received_at_least(receiver, 3)
    first = receiver.received[0]
    document = first.document
    assert document.keys() == {"event", "data", "id", "sequence", "timestamp"}
    assert document["event"] == "transaction.created"
    data = document["data"]
    assert (data["fromUserId"], data["toUserId"], data["amount"], data["type"], data["reason"]) == (
        runner.person.id, fixer.person.id, 12.5, "TRANSFER", "Two stim packs",
    )  # fmt: skip
    balances = {event["data"]["userId"]: event["data"]["balance"] for event in receiver.events("balance.updated")}
    assert balances == {runner.person.id: 987.5, fixer.person.id: 1012.5}
    assert first.headers["webhook-id"] == document["id"]
    assert is_signed_with(webhook["secret"], first)
    plain = hmac.new(webhook["secret"].encode(), first.body, hashlib.sha256).hexdigest()
    assert first.headers["x-lb-signature"] == plain
    await runner.http.post("/api/coins/transfer-to-treasury", json={"treasuryType": "REWARD", "amount": 1})
    await received_at_least(receiver, 1, "treasury.updated")
    assert receiver.events("treasury.updated")[-1]["data"]["treasuryType"] == "REWARD"


async def test_a_receiver_that_was_down_misses_nothing_and_keeps_the_order(
    bank: BankStory, developer: StoryPerson, receiver: Receiver, runner: StoryPerson, fixer: StoryPerson
) -> None:
    webhook = await registered(bank, developer, receiver)
    receiver.down()
    for amount in range(1, 21):
        await runner.pay(fixer, amount)
    await until_failed(developer, webhook)
    receiver.up()
    await due_now(developer, webhook)
    await received_at_least(receiver, 20)
    told = list({event["id"]: event["data"]["amount"] for event in receiver.events()}.values())
    assert told == list(range(1, 21))
    sequences = [event["sequence"] for event in receiver.events()]
    assert sequences == sorted(sequences)
    log = await deliveries(developer, webhook, 21)
    assert [entry["delivered"] for entry in log] == [True] * 20 + [False]
    assert "cannot be reached" in log[-1]["error"]


async def test_whoever_watches_the_bank_sees_that_events_wait(
    database_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    async with opened_bank(database_url, tmp_path, WEBHOOK_PRIVATE_ADDRESSES="true") as bank:

        async def waits() -> bool:
            told = (await bank.http.get("/metrics")).text
            return "\nloopbank_webhook_lag_seconds 0.0\n" not in told

        async def waits_no_more() -> bool:
            return not await waits()

        developer = await bank.person("developer", role=Role.DEVELOPER)
        webhook = await registered(bank, developer, receiver)
        assert not await waits()
        receiver.down()
        await developer.pay(await bank.person("fixer"), 1)
        await until(waits)
        receiver.up()
        await due_now(developer, webhook)
        await until(waits_no_more)


async def test_a_refusal_is_tried_again_and_the_next_event_waits_its_turn(
    bank: BankStory, developer: StoryPerson, receiver: Receiver, runner: StoryPerson, fixer: StoryPerson
) -> None:
    webhook = await registered(bank, developer, receiver)
    receiver.status = 503
    await runner.pay(fixer, 1)
    await runner.pay(fixer, 2)
    await until_failed(developer, webhook)
    await due_now(developer, webhook)
    await until_failed(developer, webhook, times=2)
    assert receiver.received == []
    receiver.status = 204
    await due_now(developer, webhook)
    await received_at_least(receiver, 2)
    assert [event["data"]["amount"] for event in receiver.events()] == [1, 2]
    log = await deliveries(developer, webhook, 4)
    assert [(entry["status"], entry["attempt"]) for entry in log] == [(204, 1), (204, 3), (503, 2), (503, 1)]


async def test_a_redirect_is_not_followed(
    bank: BankStory, developer: StoryPerson, receiver: Receiver, runner: StoryPerson, fixer: StoryPerson
) -> None:
    with Receiver() as elsewhere:
        webhook = await registered(bank, developer, receiver)
        receiver.status, receiver.headers = 307, {"Location": elsewhere.url}
        await runner.pay(fixer, 1)
        await until_failed(developer, webhook)
        assert elsewhere.received == []
    await developer.http.delete(f"/api/developer/webhooks/{webhook['id']}")


async def test_a_new_secret_signs_beside_the_old_one(
    bank: BankStory, developer: StoryPerson, receiver: Receiver
) -> None:
    webhook = await registered(bank, developer, receiver)
    path = f"/api/developer/webhooks/{webhook['id']}"
    renewed = (await developer.http.post(f"{path}/rotate-secret")).json()["webhook"]
    assert renewed["secret"] != webhook["secret"]
    tried = (await developer.http.post(f"{path}/test")).json()
    assert (tried["delivered"], tried["status"]) == (True, 200)
    (received,) = receiver.received
    assert received.document["event"] == "webhook.test"
    assert is_signed_with(webhook["secret"], received)
    assert is_signed_with(renewed["secret"], received)
    assert "secret" not in (await developer.http.get(path)).json()["webhook"]


async def test_an_event_is_told_once_more_on_demand(
    bank: BankStory, developer: StoryPerson, receiver: Receiver, runner: StoryPerson, fixer: StoryPerson
) -> None:
    webhook = await registered(bank, developer, receiver)
    await runner.pay(fixer, 1)
    await received_at_least(receiver, 1)
    log = await deliveries(developer, webhook, 1)
    path = f"/api/developer/webhooks/{webhook['id']}/deliveries"
    again = (await developer.http.post(f"{path}/{log[0]['id']}/redeliver")).json()
    assert again["delivered"] is True
    assert [one.body for one in receiver.received] == [receiver.received[0].body] * 2
    assert_problem(await developer.http.post(f"{path}/987654321/redeliver"), 404, code="delivery_not_found")


async def test_a_webhook_that_is_stopped_catches_up_when_it_goes_on(
    bank: BankStory, developer: StoryPerson, receiver: Receiver, runner: StoryPerson, fixer: StoryPerson
) -> None:
    webhook = await registered(bank, developer, receiver)
    path = f"/api/developer/webhooks/{webhook['id']}"
    await developer.http.patch(path, json={"isActive": False})
    await runner.pay(fixer, 7)
    await asyncio.sleep(0.3)
    assert receiver.received == []
    await developer.http.patch(path, json={"isActive": True})
    await received_at_least(receiver, 1)
    assert receiver.events()[0]["data"]["amount"] == 7


@pytest.mark.parametrize(
    ("topic", "told"), [("role.changed", {"before": "ADMIN", "after": "USER"}), ("user.deactivated", {})]
)
async def test_whoever_loses_the_right_to_a_webhook_is_told_nothing(
    bank: BankStory, receiver: Receiver, runner: StoryPerson, fixer: StoryPerson, topic: str, told: dict[str, str]
) -> None:
    owner, staff = await bank.person("developer", role=Role.DEVELOPER), await bank.person("gm", role=Role.ADMIN)
    path, of_staff = [
        f"/api/developer/webhooks/{(await registered(bank, person, receiver))['id']}" for person in (owner, staff)
    ]
    async with bank.database.transaction() as tx:
        fell = {"before": "ADMIN", "after": "DEVELOPER"}
        news = [Fact("role.changed", staff.person.id, fell, system_clock())]
        await record(tx, [*news, Fact(topic, owner.person.id, told, system_clock())])

    async def is_silent() -> bool:
        return (await owner.http.get(path)).json()["webhook"]["isActive"] is False

    await until(is_silent)
    await runner.pay(fixer, 7)
    await received_at_least(receiver, 1)
    await asyncio.sleep(0.3)
    assert len(receiver.received) == 1, "staff's own webhook, and no other"
    assert (await staff.http.get(of_staff)).json()["webhook"]["isActive"] is True


async def test_a_webhook_is_its_owners(bank: BankStory, developer: StoryPerson, receiver: Receiver) -> None:
    webhook = await registered(bank, developer, receiver)
    path = f"/api/developer/webhooks/{webhook['id']}"
    other = await bank.person("developer", role=Role.DEVELOPER)
    for method, suffix in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/test"),
        ("POST", "/rotate-secret"),
        ("GET", "/deliveries"),
    ):
        body: dict[str, object] = {}
        answer = await other.http.request(method, path + suffix, json=body if method == "PATCH" else None)
        assert_problem(answer, 404, code="webhook_not_found")
    assert (await other.http.get("/api/developer/webhooks")).json()["webhooks"] == []
    admin = await bank.person("chief", role=Role.ADMIN)
    assert (await admin.http.get(path)).status_code == 200
    assert (await developer.http.delete(path)).status_code == 200
    assert_problem(await developer.http.get(path), 404)


@pytest.mark.parametrize(
    "body",
    [
        {"url": "ftp://shop.example.com/"},
        {"url": "https://user:password@shop.example.com/"},
        {"url": "https://shop.example.com/#here"},
        {"url": "https://"},
        {"url": "nonsense"},
        {"url": "https://schl\u00fcssel.example.com/"},
        {"url": "https://shop.example.com/" + "x" * 500},
        {"events": []},
        {"events": ["everything"]},
        {"surprise": True},
    ],
)
async def test_a_webhook_on_bad_terms_is_refused(
    bank: BankStory, developer: StoryPerson, body: dict[str, object]
) -> None:
    good = {"url": "https://shop.example.com/hook", "events": ["transaction.created"]}
    assert_problem(await developer.http.post("/api/developer/webhooks", json={**good, **body}), 422)
