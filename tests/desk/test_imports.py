"""Tables of payments: each row for itself, once per key, however long the table; hostile ones change nothing."""

import json
from typing import Any

import httpx
import pytest

from tests.support.desks import DeskStory, assert_books_add_up, fresh_key
from tests.support.problems import assert_problem
from tests.support.stories import BankStory, StoryPerson


async def sent(desk: DeskStory, table: str | bytes, kind: str = "text/csv", **headers: str) -> httpx.Response:
    content = table.encode() if isinstance(table, str) else table
    return await desk.admin.http.post(
        "/api/admin/payments/import", content=content, headers={"Content-Type": kind, **headers}
    )


def outcomes(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_each_row_is_paid_or_refused_for_itself_and_a_retry_pays_the_rest(
    desk: DeskStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    table = (
        "accountNumber,userId,amount,reason\r\n"
        f"{runner.account},,12.50,first prize\r\n"
        f',{fixer.person.id},"2.00","second, ""and last"""\r\n'
        "NC-0000-ZZZZ,,1,nobody\r\n"
        f"{runner.account},{runner.person.id},1,twice named\r\n"
        f"{runner.account},,0.001,too small\r\n"
        "\r\n"
        f"{runner.account},,1,{'x' * 141}\r\n"
    )
    headers = fresh_key()
    told = outcomes(await sent(desk, table, **headers))
    assert [row.get("status") for row in told] == ["done", "done", *["refused"] * 4, None]
    assert [row["line"] for row in told[:-1]] == [2, 3, 4, 5, 6, 8]
    assert told[-1] == {"done": 2, "refused": 4}
    assert (await runner.balance(), await fixer.balance()) == (1012.5, 1002)
    statement = (await fixer.http.get("/api/v1/account/transactions")).json()["transactions"]
    assert statement[0]["memo"] == 'second, "and last"'
    assert outcomes(await sent(desk, table, **headers)) == told
    assert (await runner.balance(), await fixer.balance()) == (1012.5, 1002)
    other = await sent(desk, table.replace("12.50", "12.51"), **headers)
    assert_problem(other, 422, code="idempotency_key_reused")
    await assert_books_add_up(desk)


async def test_a_long_table_is_paid_in_lists_of_a_thousand_from_a_treasury(
    desk: DeskStory, runner: StoryPerson
) -> None:
    budget = {"treasuryType": "REWARD", "amount": 25, "reason": "budget"}
    assert (await desk.admin.http.post("/api/admin/mint", json=budget)).status_code == 201
    table = "accountNumber,amount\n" + f"{runner.account},0.01\n" * 2_500
    answer = await desk.admin.http.post(
        "/api/admin/payments/import",
        params={"treasuryType": "REWARD"},
        content=table.encode(),
        headers={"Content-Type": "text/csv"},
    )
    told = outcomes(answer)
    assert told[-1] == {"done": 2_500, "refused": 0}
    assert told[-2]["line"] == 2_501
    assert await runner.balance() == 1025


@pytest.mark.parametrize(
    "table",
    [
        b"",
        b"\n",
        b"amount;userId\n1;a\n",
        b"userId,reason\na,b\n",
        b"userId,amount,amount\na,1,1\n",
        b"userId,amount,surprise\na,1,1\n",
        b"userId,amount\na\n",
        b'userId,amount\n"a,1\n',
        b"userId,amount\n\xff\xfe,1\n",
    ],
)
async def test_what_is_no_table_is_refused(bank: BankStory, desk: DeskStory, table: bytes) -> None:
    before = await bank.journal()
    assert_problem(await sent(desk, table), 400, code="unreadable_table")
    assert await bank.journal() == before


async def test_hostile_cells_are_refused_one_by_one(bank: BankStory, desk: DeskStory, runner: StoryPerson) -> None:
    before = await bank.journal()
    cells = ["a\x00b", "=cmd|calc", "'; DROP TABLE account; --", "x" * 10_000, "\u202e"]
    table = "accountNumber,amount\n" + "".join(f"{cell},1\n" for cell in cells)
    table += "".join(f"{runner.account},{amount}\n" for amount in ("NaN", "1e5", "-1", "9" * 400, ""))
    told = outcomes(await sent(desk, table))
    assert told[-1] == {"done": 0, "refused": 10}
    assert await bank.journal() == before
    assert_problem(await sent(desk, table, kind="application/json"), 415)
    assert_problem(await sent(desk, b"x" * (1024 * 1024 + 1)), 413)
