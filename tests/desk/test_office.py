"""The office of the event face: people, corrections, factions, everybody's transactions, the export."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyotp
import pytest

from loopbank.access import Role
from tests.support.desks import DeskStory, assert_books_add_up, fresh_key
from tests.support.problems import assert_problem
from tests.support.stories import PASSWORD, BankStory, StoryPerson, opened_bank

NEW_PASSWORD = "velvet-static-9120"


async def signs_in(bank: BankStory, person: StoryPerson, password: str) -> bool:
    body = {"character_name": person.name, "password": password}
    return (await bank.http.post("/api/v1/auth/login", json=body)).status_code == 200


async def known_as_staff(desk: DeskStory) -> None:
    """Wait until the bank has heard of the administrator's role."""
    path = f"/api/v1/admin/users/{desk.admin.account}"
    for _ in range(200):
        if (await desk.admin.http.get(path)).json()["user"]["is_admin"]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the bank never heard of the role")


async def test_people_are_found_by_part_of_a_name_or_number(desk: DeskStory, runner: StoryPerson) -> None:
    for text in (runner.name.upper(), runner.name[2:], runner.account.lower(), runner.account[3:]):
        users = (await desk.admin.http.get("/api/v1/admin/users/search", params={"q": text})).json()["users"]
        assert runner.account in [user["account_number"] for user in users], text
    for text in ("%", "_", "' OR 1=1", "\\"):
        users = (await desk.admin.http.get("/api/v1/admin/users/search", params={"q": text})).json()["users"]
        assert users == []


async def test_a_list_of_account_numbers_is_looked_up_at_once(
    desk: DeskStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    body = {"accounts": [runner.account.lower(), fixer.account, "NC-0000-ZZZZ", "TREASURY-REWARD", "nonsense"]}
    users = (await desk.admin.http.post("/api/v1/admin/accounts/lookup", json=body)).json()["users"]
    named = {user["account_number"]: user["character_name"] for user in users}
    assert named == {runner.account: runner.name, fixer.account: fixer.name}
    for bad in ([], ["x" * 41], ["NC-0000-ZZZZ"] * 1001):
        assert_problem(await desk.admin.http.post("/api/v1/admin/accounts/lookup", json={"accounts": bad}), 400)


async def test_the_journal_is_narrowed_to_one_account(desk: DeskStory, runner: StoryPerson, fixer: StoryPerson) -> None:
    await runner.pay(fixer, 1, memo="ours")
    await fixer.pay(desk.admin, 1, memo="not ours")
    path = "/api/v1/admin/transactions"
    query = {"account": runner.account.lower(), "limit": "1"}
    page = (await desk.admin.http.get(path, params=query)).json()
    assert [one["memo"] for one in page["transactions"]] == ["ours"]
    rest = (await desk.admin.http.get(path, params={**query, "cursor": page["next_cursor"]})).json()
    assert ([one["type"] for one in rest["transactions"]], rest["next_cursor"]) == (["welcome_bonus"], None)
    narrowed = (await desk.admin.http.get(path, params={**query, "type": "welcome_bonus"})).json()
    assert [one["type"] for one in narrowed["transactions"]] == ["welcome_bonus"]
    assert_problem(await desk.admin.http.get(path, params={"account": "%"}), 400)


async def test_a_person_is_shown_with_how_often_they_paid(
    desk: DeskStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    await runner.pay(fixer, 1)
    await runner.pay(fixer, 1)
    shown = (await desk.admin.http.get(f"/api/v1/admin/users/{runner.account}")).json()
    assert (shown["total_sent"], shown["total_received"]) == (2, 1)
    assert shown["user"]["character_name"] == runner.name
    assert_problem(await desk.admin.http.get("/api/v1/admin/users/NC-0000-ZZZZ"), 404)


@pytest.mark.parametrize(("amount", "balance"), [(25, 1025), ("-25.50", 974.5), (-1000, 0)])
async def test_a_balance_is_corrected_against_the_banks_own_account(
    desk: DeskStory, runner: StoryPerson, amount: object, balance: float
) -> None:
    path = f"/api/v1/admin/users/{runner.account}/adjust-balance"
    answer = await desk.admin.http.post(path, json={"amount": amount, "reason": "lost bet"})
    assert answer.status_code == 200
    transaction = answer.json()["transaction"]
    assert transaction["type"] == "admin_adjustment"
    assert "NC-SYST-EM00" in (transaction["from_account"], transaction["to_account"])
    assert transaction["balance_after"] == await runner.balance() == balance
    await assert_books_add_up(desk)


async def test_a_correction_takes_no_more_than_there_is(bank: BankStory, desk: DeskStory, runner: StoryPerson) -> None:
    before = await bank.journal()
    path = f"/api/v1/admin/users/{runner.account}/adjust-balance"
    for amount, code in ((-1000.01, "insufficient_coins"), (0, "bad_request"), ("x", "bad_request")):
        refused = await desk.admin.http.post(path, json={"amount": amount, "reason": "why"})
        assert_problem(refused, 400, code=code)
    assert await bank.journal() == before


async def test_a_faction_is_paid_in_one_posting_and_a_retry_pays_the_same_people(
    bank: BankStory, desk: DeskStory
) -> None:
    faction = f"Drifters {uuid4().hex[:6]}"
    made = await desk.admin.http.post("/api/v1/admin/factions/create", json={"name": faction, "description": "new"})
    assert (made.status_code, made.json()["faction"]) == (200, faction)
    again = await desk.admin.http.post("/api/v1/admin/factions/create", json={"name": faction})
    assert_problem(again, 400, code="faction_taken")
    path = f"/api/v1/admin/factions/{faction}/add-credits"
    body = {"amount": 10, "reason": "relief"}
    assert_problem(await desk.admin.http.post(path, json=body), 404, code="unknown_faction")
    people = [await bank.person("drifter") for _ in range(3)]
    for person in people:
        await person.http.put("/api/v1/account/profile", json={"faction": faction})
    headers = fresh_key()
    before = await bank.journal()
    paid = await asyncio.gather(*(desk.admin.http.post(path, json=body, headers=headers) for _ in range(3)))
    assert {answer.json()["affected_users"] for answer in paid} == {3}
    assert (await bank.journal()).postings == before.postings + 1
    late = await bank.person("drifter")
    await late.http.put("/api/v1/account/profile", json={"faction": faction})
    replay = await desk.admin.http.post(path, json=body, headers=headers)
    assert replay.headers["idempotent-replayed"] == "true"
    assert [await person.balance() for person in [*people, late]] == [1010, 1010, 1010, 1000]
    other = await desk.admin.http.post(path, json={**body, "amount": 11}, headers=headers)
    assert_problem(other, 422, code="idempotency_key_reused")
    listed = (await desk.admin.http.get("/api/v1/admin/factions/list")).json()["factions"]
    (shown,) = [one for one in listed if one["faction"] == faction]
    assert (shown["user_count"], shown["total_balance"]) == (4, 4030)
    await assert_books_add_up(desk)


async def test_everybodys_transactions_come_in_pages_without_gaps_or_allowances(
    desk: DeskStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    shop = await desk.program("write", spendLimitPerDay=10)
    body = {"from_account": runner.account, "to_account": fixer.account, "amount": 1}
    for _ in range(3):
        await shop.http.post("/api/v1/external/transactions", json=body)
    whole = (await desk.admin.http.get("/api/v1/admin/transactions", params={"limit": 20})).json()["transactions"]
    assert "allowance" not in {one["type"] for one in whole}
    pages: list[dict[str, Any]] = []
    cursor = None
    while len(pages) < 20:
        given = {"limit": 7} | ({"cursor": cursor} if cursor else {})
        page = (await desk.admin.http.get("/api/v1/admin/transactions", params=given)).json()
        pages += page["transactions"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert pages[: len(whole)] == whole[: len(pages)]
    skipped = (await desk.admin.http.get("/api/v1/admin/transactions", params={"limit": 2, "offset": 3})).json()
    assert skipped["transactions"] == whole[3:5]
    found = (await desk.admin.http.get("/api/v1/admin/transactions", params={"type": "mint"})).json()["transactions"]
    assert {one["type"] for one in found} == {"mint"}


async def test_the_export_holds_everybody_and_no_formula(bank: BankStory, desk: DeskStory) -> None:
    person = await bank.person("=cmd|calc!A1")
    await known_as_staff(desk)
    answer = await desk.admin.http.get("/api/v1/admin/users/export")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == ["Character Name", "Account Number", "Balance", "Faction", "Is Admin", "Created At"]
    found = {row[1]: row for row in rows[1:]}
    assert found[person.account][0] == f"'{person.name}"
    assert found[person.account][2] == "1000.00"
    assert found[desk.admin.account][4] == "yes"


async def test_a_password_is_reset_by_the_desk_or_by_a_slip_that_is_good_once(
    bank: BankStory, desk: DeskStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    path = "/api/v1/admin/users/{}/reset-password"
    chosen = await desk.admin.http.post(path.format(runner.account), json={"new_password": NEW_PASSWORD})
    assert chosen.status_code == 200
    assert await signs_in(bank, runner, NEW_PASSWORD)
    assert not await signs_in(bank, runner, PASSWORD)
    weak = await desk.admin.http.post(path.format(runner.account), json={"new_password": "12345"})
    assert_problem(weak, 400, code="password_not_acceptable")
    slip = (await desk.admin.http.post(path.format(fixer.account), json={})).json()["slip"]
    assert await signs_in(bank, fixer, PASSWORD)
    redeemed = {"slip": slip, "new_password": NEW_PASSWORD}
    answers = await asyncio.gather(*(bank.http.post("/api/v1/auth/reset-password", json=redeemed) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400]
    assert await signs_in(bank, fixer, NEW_PASSWORD)
    for bad in (slip, slip[:-2], "nonsense", "é", "."):
        refused = await bank.http.post("/api/v1/auth/reset-password", json={**redeemed, "slip": bad})
        assert_problem(refused, 400, code="link_not_valid")


async def test_staff_is_made_and_unmade_but_never_by_themselves_or_from_below(
    bank: BankStory, desk: DeskStory, runner: StoryPerson
) -> None:
    path = "/api/v1/admin/users/{}/toggle-admin"
    made = await desk.admin.http.post(path.format(runner.account))
    assert (made.status_code, made.json()["user"]["is_admin"]) == (200, True)
    helper = await bank.sign_in(runner.person)
    own = await bank.person("keeper", role=Role.ADMIN)
    assert_problem(await own.http.post(path.format(own.account)), 403, code="own_role")
    assert_problem(await own.http.post(path.format(desk.admin.account)), 403, code="role_change_refused")
    reset = f"/api/v1/admin/users/{desk.admin.account}/reset-password"
    assert_problem(await own.http.post(reset, json={"new_password": NEW_PASSWORD}), 403, code="role_change_refused")
    unmade = await desk.admin.http.post(path.format(helper.account))
    assert unmade.json()["user"]["is_admin"] is False


async def test_a_lost_app_is_taken_away_at_the_desk(bank: BankStory, desk: DeskStory, runner: StoryPerson) -> None:
    secret = (await runner.http.post("/api/v1/auth/totp", json={"password": PASSWORD})).json()["secret"]
    code = pyotp.TOTP(secret).now()
    (await runner.http.post("/api/v1/auth/totp/confirm", json={"code": code})).raise_for_status()
    path = "/api/v1/admin/users/{}/remove-second-factor"
    own = await bank.person("keeper", role=Role.ADMIN)
    assert_problem(await own.http.post(path.format(desk.admin.account)), 403, code="role_change_refused")
    assert_problem(await own.http.post(path.format(own.account)), 403, code="role_change_refused")
    assert (await own.http.post(path.format(runner.account))).status_code == 200
    assert_problem(await own.http.post(path.format(runner.account)), 404, code="second_factor_missing")
    assert_problem(await runner.http.get("/api/v1/auth/sessions"), 401)
    body = {"character_name": runner.name, "password": PASSWORD}
    assert "access_token" in (await bank.http.post("/api/v1/auth/login", json=body)).json()


@pytest.fixture
async def platform(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[BankStory]:
    """A bank of the platform profile."""
    async with opened_bank(sqlite_database_url, tmp_path, PROFILE="platform") as opened:
        yield opened


async def test_the_platform_has_its_own_words_under_its_admin_path(platform: BankStory) -> None:
    admin = await platform.person("chief", role=Role.ADMIN)
    user = await platform.person("user")
    made = await admin.http.post("/api/admin/api-keys", json={"name": "shop", "permissions": ["admin"]})
    assert made.json()["apiKey"].keys() >= {"id", "name", "key", "permissions", "createdAt"}
    headers = {"x-api-key": made.json()["apiKey"]["key"]}
    body = {"userId": user.person.id, "amount": 5, "reason": "welcome"}
    assert (await platform.http.post("/api/admin/mint", json=body, headers=headers)).status_code == 201
    page = (await admin.http.get("/api/admin/transactions", params={"userId": user.person.id})).json()
    assert [one["type"] for one in page["transactions"]] == ["MINT"]
    logs: list[dict[str, Any]] = []
    for _ in range(100):
        logs = (await admin.http.get("/api/admin/audit-logs")).json()["logs"]
        if [log["action"] for log in logs[:2]] == ["mint", "create_api_key"]:
            break
        await asyncio.sleep(0.05)
    assert (logs[0]["details"]["amount"], logs[0]["actor"]) == (5, "shop")
    assert_problem(await user.http.get("/api/admin/transactions"), 403, code="role_too_low")
    assert_problem(await platform.http.get("/api/admin/audit-logs"), 401)
    gone = await admin.http.delete(f"/api/admin/api-keys/{made.json()['apiKey']['id']}")
    assert gone.status_code == 200
    assert_problem(await platform.http.post("/api/admin/mint", json=body, headers=headers), 401)
