"""The live stream: balance first, every transaction once and in order, and an end when there must be one."""

import asyncio
import time
from pathlib import Path

import pytest

from loopbank.bank.live import LiveFeed
from loopbank.ledger import AccountCode, TransferId
from tests.support.problems import assert_problem
from tests.support.stories import BankStory, StoryPerson, opened_bank
from tests.support.streams import EVENT_SECONDS_MAX, Event, StreamReader

REVOKED_SECONDS_MAX = 8.0
"""The promise is five seconds; the rest is for a busy machine."""


def memos(events: list[Event]) -> list[str]:
    return [event.data["transaction"]["memo"] for event in events]


async def test_a_stream_tells_the_balance_first_and_then_each_transaction_to_both_sides(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    async with StreamReader(bank.app, runner.token) as payer, StreamReader(bank.app, fixer.token) as receiver:
        assert payer.status == 200
        assert payer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert payer.headers["cache-control"] == "no-store"
        first = await payer.event()
        assert first.name == "balance"
        assert first.data == {"balance": 1000, "available": 1000, "held": 0, "version": 1}
        assert (await receiver.event()).name == "balance"

        answer = await runner.pay(fixer, "12.5", memo="Two stim packs")
        paid, got = await payer.event(), await receiver.event()

    transaction = answer.json()["transaction"]
    assert (paid.name, got.name) == ("transaction", "transaction")
    assert paid.id == got.id == transaction["id"]
    assert paid.data == {"transaction": transaction, "balance": 987.5, "available": 987.5, "held": 0}
    assert got.data["transaction"] == {**transaction, "balance_after": 1012.5}
    assert got.data["balance"] == 1012.5


async def test_the_platforms_stream_speaks_as_its_history_does(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    async with StreamReader(bank.app, fixer.token, path="/api/stream") as stream:
        assert (await stream.event()).data == {"balance": 1000, "available": 1000, "held": 0, "version": 1}
        await runner.pay(fixer, 5, memo="Tip")
        event = await stream.event()
    history = (await fixer.http.get("/api/coins/history?limit=1")).json()["transactions"]
    assert event.data == {"transaction": history[0], "balance": 1005, "available": 1005, "held": 0}
    assert (history[0]["toUserId"], history[0]["balanceAfter"]) == (fixer.person.id, 1005)


async def test_transactions_come_in_the_order_of_the_books_and_soon(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    async with StreamReader(bank.app, fixer.token) as stream:
        await stream.event()
        for number in range(20):
            await runner.pay(fixer, 1, memo=f"No {number}")
            answered = time.monotonic()
            event = await stream.event()
            assert time.monotonic() - answered < 5
            assert event.data["transaction"]["memo"] == f"No {number}"
        answers = await asyncio.gather(*(runner.pay(fixer, 1) for _ in range(20)))
        ids = [event.id for event in await stream.events(20)]
    assert ids == sorted(answer.json()["transaction"]["id"] for answer in answers)


async def test_a_stream_resumes_after_the_last_id_without_gap_or_repeat(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    async with StreamReader(bank.app, fixer.token) as stream:
        await stream.event()
        await runner.pay(fixer, 1, memo="seen")
        last = (await stream.event()).id
    for number in range(3):
        await runner.pay(fixer, 1, memo=f"missed {number}")
    async with StreamReader(bank.app, fixer.token, last_event_id=last) as stream:
        missed = await stream.events(3)
        balance = await stream.event()
        await runner.pay(fixer, 1, memo="live")
        live = await stream.event()
    assert memos(missed) == ["missed 0", "missed 1", "missed 2"]
    assert (balance.name, balance.id, balance.data["balance"]) == ("balance", missed[-1].id, 1004)
    assert memos([live]) == ["live"]


async def test_a_reader_that_reconnects_all_the_time_reads_every_transaction_once(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    payments = 60

    async def pay_all() -> None:
        for number in range(payments):
            await runner.pay(fixer, "0.01", memo=f"No {number}")

    async with StreamReader(bank.app, fixer.token) as stream:
        last = (await stream.event()).id
    paying = asyncio.create_task(pay_all())
    told: list[str] = []
    while len(told) < payments:
        async with StreamReader(bank.app, fixer.token, last_event_id=last) as stream:
            for _ in range(5):
                event = await stream.event()
                assert event.id >= last
                last = event.id
                if event.name == "transaction":
                    told.append(event.data["transaction"]["memo"])
                if len(told) == payments:
                    break
    await paying
    assert told == [f"No {number}" for number in range(payments)]


async def test_what_commits_while_a_stream_resumes_is_told(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with StreamReader(bank.app, fixer.token) as stream:
        last = (await stream.event()).id
    await runner.pay(fixer, 1, memo="missed")
    backlog = LiveFeed.backlog

    async def backlog_then_payment(feed: LiveFeed, account: AccountCode, after: TransferId) -> object:
        lines = await backlog(feed, account, after)
        await runner.pay(fixer, 1, memo="between")
        return lines

    monkeypatch.setattr(LiveFeed, "backlog", backlog_then_payment)
    async with StreamReader(bank.app, fixer.token, last_event_id=last) as stream:
        events = [event for event in await stream.events(3) if event.name == "transaction"]
    assert memos(events) == ["missed", "between"]


@pytest.mark.parametrize("strange", ["", "abc", "-1", "1.5", "9" * 18, "9" * 30, "\u0663".encode().decode("latin-1")])
async def test_a_last_id_that_is_not_ours_starts_a_fresh_stream(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson, strange: str
) -> None:
    async with StreamReader(bank.app, fixer.token, last_event_id=strange) as stream:
        assert (await stream.event()).name == "balance"
        await runner.pay(fixer, 1, memo="heard")
        assert memos([await stream.event()]) == ["heard"]


async def test_too_long_an_absence_is_told_as_a_balance(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loopbank.bank.live._BACKLOG_MAX", 3)
    async with StreamReader(bank.app, fixer.token) as stream:
        last = (await stream.event()).id
    newest = [(await runner.pay(fixer, 1)).json()["transaction"]["id"] for _ in range(4)][-1]
    async with StreamReader(bank.app, fixer.token, last_event_id=last) as stream:
        event = await stream.event()
    assert (event.name, event.id, event.data["balance"]) == ("balance", newest, 1004)


async def test_two_streams_of_one_person_both_tell_everything(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    other_device = await bank.sign_in(fixer.person)
    async with StreamReader(bank.app, fixer.token) as phone, StreamReader(bank.app, other_device.token) as tablet:
        await phone.event()
        await tablet.event()
        await runner.pay(fixer, 3, memo="twice told")
        assert await phone.event() == await tablet.event()


async def test_nobody_hears_of_other_peoples_transactions(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson, medtech: StoryPerson
) -> None:
    async with StreamReader(bank.app, medtech.token) as bystander, StreamReader(bank.app, fixer.token) as receiver:
        await bystander.event()
        await receiver.event()
        await runner.pay(fixer, 1)
        await receiver.event()
        await runner.pay(medtech, 1, memo="for you")
        assert memos([await bystander.event()]) == ["for you"]


async def test_a_reader_that_stalls_is_ended_and_resumes_without_loss(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loopbank.bank.live._WAITING_MAX", 5)
    async with StreamReader(bank.app, fixer.token) as stream:
        await stream.event()
        await runner.pay(fixer, "0.01", memo="No 0")
        last = (await stream.event()).id
        stream.stall()
        for number in range(1, 20):
            await runner.pay(fixer, "0.01", memo=f"No {number}")
        await asyncio.sleep(0.5)
        stream.go_on()
        told = await stream.rest()
    last = told[-1].id if told else last
    async with StreamReader(bank.app, fixer.token, last_event_id=last) as stream:
        told += await stream.events(19 - len(told))
    assert memos(told) == [f"No {number}" for number in range(1, 20)]


@pytest.mark.parametrize("is_busy", [False, True], ids=["quiet", "busy"])
async def test_a_stream_ends_soon_after_its_session(
    bank: BankStory, runner: StoryPerson, fixer: StoryPerson, *, is_busy: bool
) -> None:
    async def pay_on() -> None:
        while True:
            await runner.pay(fixer, "0.01")
            await asyncio.sleep(0.1)

    other_device = await bank.sign_in(fixer.person)
    paying = asyncio.create_task(pay_on()) if is_busy else None
    async with StreamReader(bank.app, fixer.token) as ending, StreamReader(bank.app, other_device.token) as staying:
        await ending.event()
        assert (await fixer.http.post("/api/v1/auth/logout")).status_code == 200
        await ending.rest(REVOKED_SECONDS_MAX)
        await staying.event()
        await runner.pay(fixer, 1)
        await staying.event()
    if paying is not None:
        paying.cancel()
    async with StreamReader(bank.app, fixer.token) as refused:
        assert refused.status == 401


async def test_a_stream_needs_a_valid_token(bank: BankStory) -> None:
    assert_problem(await bank.http.get("/api/v1/stream"), 401)
    answer = await bank.http.get("/api/v1/stream", headers={"Authorization": "Bearer nonsense"})
    assert_problem(answer, 401, code="invalid_token")


async def test_a_stopping_bank_ends_its_streams_and_opens_no_new_ones(database_url: str, tmp_path: Path) -> None:
    async with opened_bank(database_url, tmp_path) as closing:
        fixer = await closing.person("fixer")
        async with StreamReader(closing.app, fixer.token) as stream:
            await stream.event()
            closing.end_streams()
            assert await stream.rest(EVENT_SECONDS_MAX) == []
        refused = await fixer.http.get("/api/v1/stream")
        assert_problem(refused, 503, code="unavailable")
        assert int(refused.headers["retry-after"]) >= 1
