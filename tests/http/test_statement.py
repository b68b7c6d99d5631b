"""The statement: complete pages however it is read, filters, and a search that knows letters."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.problems import assert_problem
from tests.support.stories import BankStory, StoryPerson

STATEMENT = "/api/v1/account/transactions"
SEARCH = f"{STATEMENT}/search"

Transaction = dict[str, Any]

TRANSACTION_FIELDS = {
    "id",
    "from_account",
    "from_name",
    "to_account",
    "to_name",
    "amount",
    "memo",
    "timestamp",
    "type",
    "balance_after",
}


async def statement(person: StoryPerson, path: str = STATEMENT, **query: object) -> dict[str, Any]:
    answer = await person.http.get(path, params={name.rstrip("_"): str(value) for name, value in query.items()})
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def whole(person: StoryPerson, path: str = STATEMENT, **query: object) -> list[Transaction]:
    """Read page after page to the end."""
    read: list[Transaction] = []
    page = await statement(person, path, **query)
    while page["next_cursor"] is not None:
        read += page["transactions"]
        page = await statement(person, path, **{**query, "cursor": page["next_cursor"]})
    read += page["transactions"]
    return read


def memos(transactions: list[Transaction]) -> list[str]:
    return [transaction["memo"] for transaction in transactions]


def found(page: dict[str, Any]) -> list[str]:
    return memos(page["transactions"])


async def test_a_statement_begins_with_the_welcome_bonus(runner: StoryPerson) -> None:
    page = await statement(runner)
    assert page.keys() == {"transactions", "next_cursor"}
    assert page["next_cursor"] is None
    (bonus,) = page["transactions"]
    assert bonus.keys() == TRANSACTION_FIELDS
    assert (bonus["type"], bonus["amount"], bonus["balance_after"]) == ("welcome_bonus", 1000, 1000)
    assert (bonus["from_account"], bonus["from_name"]) == ("NC-SYST-EM00", "NeoBank")
    assert (bonus["to_account"], bonus["to_name"]) == (runner.account, runner.name)


async def test_both_sides_read_the_same_transaction_newest_first(runner: StoryPerson, fixer: StoryPerson) -> None:
    await runner.pay(fixer, 5, memo="first")
    await fixer.pay(runner, 2, memo="second")
    payer, receiver = await statement(runner), await statement(fixer)
    assert found(payer) == found(receiver) == ["second", "first", "Welcome bonus"]
    ours, theirs = payer["transactions"][1], receiver["transactions"][1]
    assert (ours.pop("balance_after"), theirs.pop("balance_after")) == (995, 1005)
    assert ours == theirs


async def test_ten_lines_are_given_unless_asked_for_more(runner: StoryPerson, fixer: StoryPerson) -> None:
    for _ in range(11):
        await runner.pay(fixer, 1)
    assert len((await statement(runner))["transactions"]) == 10
    assert len((await statement(runner, limit=100))["transactions"]) == 12
    assert len((await statement(runner, limit=1))["transactions"]) == 1


@pytest.mark.parametrize("limit", [1, 3, 7, 24, 25, 26, 100])
async def test_pages_join_without_gap_or_repeat(runner: StoryPerson, fixer: StoryPerson, limit: int) -> None:
    await asyncio.gather(*(runner.pay(fixer, 1, memo=f"No {number}") for number in range(24)))
    read = await whole(runner, limit=limit)
    assert len(read) == 25
    ids = [transaction["id"] for transaction in read]
    assert ids == sorted(set(ids), reverse=True)
    balances = [transaction["balance_after"] for transaction in read]
    assert balances == [*range(976, 1000), 1000]


async def test_pages_by_offset_join_too(runner: StoryPerson, fixer: StoryPerson) -> None:
    for number in range(9):
        await runner.pay(fixer, 1, memo=f"No {number}")
    read = [found(await statement(runner, limit=4, offset=offset)) for offset in (0, 4, 8, 12)]
    assert [len(page) for page in read] == [4, 4, 2, 0]
    assert [memo for page in read for memo in page] == memos(await whole(runner))


async def test_new_rows_do_not_disturb_a_reader_on_the_way(runner: StoryPerson, fixer: StoryPerson) -> None:
    for number in range(30):
        await runner.pay(fixer, 1, memo=f"old {number}")

    async def keep_paying() -> None:
        for number in range(30):
            await runner.pay(fixer, 1, memo=f"new {number}")

    first = await statement(runner, limit=3)
    paying = asyncio.create_task(keep_paying())
    rest = await whole(runner, limit=3, cursor=first["next_cursor"])
    await paying
    expected = [*(f"old {number}" for number in reversed(range(30))), "Welcome bonus"]
    assert memos(first["transactions"] + rest) == expected


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "-1"},
        {"limit": "ten"},
        {"limit": "1.5"},
        {"limit": "9" * 5000},
        {"limit": ""},
        {"offset": "-1"},
        {"offset": "10001"},
        {"cursor": "abc"},
        {"cursor": ""},
        {"cursor": "-1"},
        {"cursor": "9" * 19},
        {"cursor": "\u0663"},
        {"cursor": "1\x00"},
        {"type": "\x00"},
        {"type": "transfer\x00"},
        {"type": "x" * 201},
        {"type": "Ü"},
        {"from": "yesterday"},
        {"from": ""},
        {"to": "2026-13-01"},
        {"to": "2026-02-30T00:00:00Z"},
        {"to": "9" * 39},
        {"from": "\x00"},
    ],
    ids=str,
)
async def test_a_page_that_cannot_be_is_refused(runner: StoryPerson, query: dict[str, str]) -> None:
    assert_problem(await runner.http.get(STATEMENT, params=query), 400)


async def test_the_farthest_offset_is_an_empty_page(runner: StoryPerson) -> None:
    assert found(await statement(runner, offset=10_000, limit=100)) == []


async def test_a_statement_is_filtered_by_type(runner: StoryPerson, fixer: StoryPerson) -> None:
    await runner.pay(fixer, 5, memo="paid")
    assert found(await statement(runner, type="transfer")) == ["paid"]
    assert found(await statement(runner, type="welcome_bonus")) == ["Welcome bonus"]
    assert found(await statement(runner, type="welcome_bonus, transfer")) == ["paid", "Welcome bonus"]
    assert found(await statement(runner, type="casino_bet")) == []
    assert found(await statement(runner, type="")) == ["paid", "Welcome bonus"]


async def test_a_filtered_statement_pages_without_gap(runner: StoryPerson, fixer: StoryPerson) -> None:
    for number in range(7):
        await runner.pay(fixer, 1, memo=f"No {number}")
    read = await whole(runner, type="transfer", limit=2)
    assert memos(read) == [f"No {number}" for number in reversed(range(7))]


async def test_a_statement_is_bounded_by_time(runner: StoryPerson, fixer: StoryPerson) -> None:
    for memo in ("first", "second", "third"):
        await runner.pay(fixer, 1, memo=memo)
    times = {transaction["memo"]: transaction["timestamp"] for transaction in await whole(runner)}
    assert found(await statement(runner, from_=times["second"])) == ["third", "second"]
    assert found(await statement(runner, to=times["second"])) == ["first", "Welcome bonus"]
    assert found(await statement(runner, from_=times["second"], to=times["third"])) == ["second"]
    assert found(await statement(runner, from_=times["third"], to=times["first"])) == []
    read = await whole(runner, from_=times["first"], to=times["third"], limit=1)
    assert memos(read) == ["second", "first"]


async def test_a_date_means_the_whole_day(runner: StoryPerson) -> None:
    written = (await statement(runner))["transactions"][0]["timestamp"]
    day = written[:10]
    assert found(await statement(runner, from_=day, to=day)) == ["Welcome bonus"]
    assert found(await statement(runner, to="2020-01-01")) == []
    assert found(await statement(runner, from_="2120-01-01")) == []


async def test_a_time_may_carry_an_offset(runner: StoryPerson) -> None:
    written = datetime.fromisoformat((await statement(runner))["transactions"][0]["timestamp"])
    assert written.tzinfo == UTC
    elsewhere = written.isoformat().replace("+00:00", "")
    assert found(await statement(runner, from_=f"{elsewhere}+00:00")) == ["Welcome bonus"]
    assert found(await statement(runner, from_=f"{elsewhere}-02:00")) == []
    assert found(await statement(runner, from_=f"{elsewhere}+02:00")) == ["Welcome bonus"]


@pytest.mark.parametrize(
    ("memo", "query"),
    [
        ("Two stim packs", "STIM"),
        ("Straße zur Klinik", "STRASSE"),
        ("STRASSE ZUR KLINIK", "straße"),
        ("Ärztin", "ärZTIN"),
        ("A\u0308rztin", "Ärztin"),
        ("Λόγος", "ΛΌΓΟΣ"),
        ("ﬁnest chrome", "FINEST"),
        ("\uff11\uff12 \uff23hrome", "12 chrome"),
        ("日本語のメモ", "本語"),
        ("🦊 fox", "🦊"),
        ("100% _real_", "% _r"),
        ("a'b\"c\\d", "'B\"C\\"),
    ],
)
async def test_a_search_finds_a_memo_whatever_its_case(
    runner: StoryPerson, fixer: StoryPerson, memo: str, query: str
) -> None:
    await runner.pay(fixer, 1, memo=memo)
    await runner.pay(fixer, 1, memo="something else")
    page = await statement(runner, SEARCH, q=query)
    assert page.keys() == {"transactions", "next_cursor", "query"}
    assert page["query"] == query
    assert found(page) == [memo]


async def test_a_search_finds_the_other_sides_name_and_account(
    runner: StoryPerson, fixer: StoryPerson, medtech: StoryPerson
) -> None:
    await runner.pay(fixer, 1, memo="sent")
    await medtech.pay(runner, 1, memo="received")
    assert found(await statement(runner, SEARCH, q=fixer.name.upper())) == ["sent"]
    assert found(await statement(runner, SEARCH, q=medtech.account.lower())) == ["received"]
    assert found(await statement(runner, SEARCH, q="neobank")) == ["Welcome bonus"]


async def test_a_search_does_not_find_everything_by_ones_own_name(runner: StoryPerson, fixer: StoryPerson) -> None:
    await runner.pay(fixer, 1, memo="sent")
    assert found(await statement(runner, SEARCH, q=runner.name)) == []
    assert found(await statement(runner, SEARCH, q=runner.account)) == []


async def test_a_search_shows_nothing_of_others(bank: BankStory, runner: StoryPerson, fixer: StoryPerson) -> None:
    await runner.pay(fixer, 1, memo="secret of two")
    stranger = await bank.person("stranger")
    assert found(await statement(stranger, SEARCH, q="secret")) == []
    assert found(await statement(stranger, SEARCH, q=fixer.account)) == []


async def test_an_empty_search_is_the_statement(runner: StoryPerson, fixer: StoryPerson) -> None:
    await runner.pay(fixer, 1, memo="paid")
    assert (
        found(await statement(runner, SEARCH))
        == found(await statement(runner, SEARCH, q="  "))
        == found(await statement(runner))
    )


async def test_a_search_pages_without_gap_or_repeat(runner: StoryPerson, fixer: StoryPerson) -> None:
    for number in range(12):
        await runner.pay(fixer, 1, memo=f"{'fish' if number % 2 else 'meat'} {number}")
    read = await whole(runner, SEARCH, q="FISH", limit=2)
    assert memos(read) == [f"fish {number}" for number in range(11, 0, -2)]


async def test_a_search_through_a_long_history_goes_on_from_its_cursor(
    runner: StoryPerson, fixer: StoryPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loopbank.bank.statements._SEARCH_CHUNK", 4)
    monkeypatch.setattr("loopbank.bank.statements._SEARCH_CHUNKS_MAX", 2)
    await runner.pay(fixer, 1, memo="needle 1")
    for _ in range(20):
        await runner.pay(fixer, 1, memo="hay")
    await runner.pay(fixer, 1, memo="needle 2")
    first = await statement(runner, SEARCH, q="needle")
    assert found(first) == ["needle 2"]
    assert first["next_cursor"] is not None
    assert memos(await whole(runner, SEARCH, q="needle")) == ["needle 2", "needle 1"]


@pytest.mark.parametrize("query", [{"q": "x" * 141}, {"limit": "101"}, {"cursor": "x"}], ids=str)
async def test_a_search_that_cannot_be_is_refused(runner: StoryPerson, query: dict[str, str]) -> None:
    assert_problem(await runner.http.get(SEARCH, params=query), 400)


@pytest.mark.parametrize("raw", ["q=%00", "q=%ff%fe", "q=%ED%A0%80", "q=%E2%80%AE", "q=%25", "q=%5C", "q=a&q=b"])
async def test_a_strange_search_finds_nothing_and_breaks_nothing(runner: StoryPerson, raw: str) -> None:
    assert (await runner.http.get(f"{SEARCH}?{raw}")).status_code == 200
