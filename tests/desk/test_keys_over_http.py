"""Keys over HTTP: what they open, what they do not, and that no race spends more than a limit."""

import asyncio

import pytest

from loopbank.access import Role
from tests.support.desks import DeskStory, Program, assert_books_add_up, fresh_key
from tests.support.problems import assert_problem
from tests.support.stories import BankStory, StoryPerson


async def charge(
    program: Program, payer: StoryPerson, receiver: StoryPerson, amount: object, **headers: str
) -> tuple[int, str]:
    """Charge somebody through the external API; gives the status and the code of a refusal."""
    body = {"from_account": payer.account, "to_account": receiver.account, "amount": amount, "memo": "coffee"}
    answer = await program.http.post("/api/v1/external/transactions", json=body, headers=headers)
    return answer.status_code, answer.json().get("code", "")


async def test_a_terminal_charges_with_the_key_in_header_or_body(
    desk: DeskStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    made = await desk.admin.http.post("/api/v1/admin/api-keys", json={"description": "Bar terminal"})
    assert made.status_code == 201
    key = made.json()["api_key"]
    body = {"from_account": runner.account, "to_account": fixer.account, "amount": 12.5, "memo": "Two coffees"}
    http = desk.bank.client()
    first = await http.post("/api/v1/external/transactions", json=body, headers={"X-API-Key": key["key_value"]})
    assert first.status_code == 201
    assert first.json().keys() == {"message", "transaction"}
    assert first.json()["transaction"]["from_name"] == runner.name
    second = await http.post("/api/v1/external/transactions", json={**body, "api_key": key["key_value"]})
    assert second.status_code == 201
    path = f"/api/v1/external/account/{fixer.account}/balance"
    balance = await http.get(path, headers={"X-API-Key": key["key_value"]})
    assert balance.json() == {"account_number": fixer.account, "balance": 1025}
    (listed,) = [
        one
        for one in (await desk.admin.http.get("/api/v1/admin/api-keys")).json()["api_keys"]
        if one["id"] == key["id"]
    ]
    assert listed["usage_count"] == 3
    assert listed["last_used"] is not None
    assert key["key_value"] not in str(listed)
    await desk.admin.http.delete(f"/api/v1/admin/api-keys/{key['id']}")
    assert_problem(await http.post("/api/v1/external/transactions", json={**body, "api_key": key["key_value"]}), 401)


async def test_a_terminal_learns_which_account_is_not_there(desk: DeskStory, runner: StoryPerson) -> None:
    terminal = await desk.program("write")
    good = {"from_account": runner.account, "to_account": runner.account, "amount": 1}
    for change in ({"from_account": "NC-0000-ZZZZ"}, {"to_account": "NC-0000-ZZZZ"}, {"to_account": "nonsense"}):
        answer = await terminal.http.post("/api/v1/external/transactions", json={**good, **change})
        assert_problem(answer, 404, code="unknown_account")
    assert_problem(await terminal.http.post("/api/v1/external/transactions", json=good), 400, code="same_account")


async def test_a_permission_includes_those_below_and_none_above(
    bank: BankStory, desk: DeskStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    reader, writer, chief = [await desk.program(one) for one in ("read", "write", "admin")]
    mint = {"userId": runner.person.id, "amount": 1, "reason": "why"}
    before = await bank.journal()
    assert await charge(reader, runner, fixer, 1) == (403, "key_not_allowed")
    for program in (reader, writer):
        assert_problem(await program.http.post("/api/admin/mint", json=mint), 403, code="key_not_allowed")
    assert await bank.journal() == before
    for program in (reader, writer, chief):
        wallet = await program.http.get("/api/wallets/me", params={"userId": runner.person.id})
        assert (wallet.status_code, wallet.json()["userId"]) == (200, runner.person.id)
    assert (await charge(writer, runner, fixer, 1))[0] == 201
    assert (await chief.http.post("/api/admin/mint", json=mint)).status_code == 201
    # A weak key beside a strong token does no harm: either suffices.
    headers = {"X-API-Key": reader.key}
    assert (await desk.admin.http.post("/api/admin/mint", json=mint, headers=headers)).status_code == 201


async def test_a_key_spends_only_from_the_accounts_it_was_given(
    bank: BankStory, desk: DeskStory, runner: StoryPerson, fixer: StoryPerson, medtech: StoryPerson
) -> None:
    shop = await desk.program("write", allowedAccounts=[runner.account, medtech.person.id])
    before = await bank.journal()
    assert await charge(shop, fixer, runner, 1) == (403, "account_not_allowed")
    body = {"fromUserId": fixer.person.id, "toUserId": runner.person.id, "amount": 1}
    for path in ("/api/coins/transfer", "/api/coins/holds"):
        assert_problem(await shop.http.post(path, json=body), 403, code="account_not_allowed")
        assert_problem(await shop.http.post(path, json={**body, "fromUserId": None}), 400, code="unclear_party")
    none = await desk.program("write", allowedAccounts=[])
    assert await charge(none, runner, fixer, 1) == (403, "account_not_allowed")
    assert await bank.journal() == before
    assert (await charge(shop, runner, fixer, 1))[0] == 201
    assert (await charge(shop, medtech, fixer, 1))[0] == 201


async def test_no_race_spends_more_than_the_limit_of_the_day(
    desk: DeskStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    shop = await desk.program("write", spendLimitPerDay=100)
    answers = await asyncio.gather(*(charge(shop, runner, fixer, 15) for _ in range(20)))
    assert sorted(answers) == [(201, "")] * 6 + [(403, "spend_limit_reached")] * 14
    assert await charge(shop, runner, fixer, 10) == (201, "")
    assert await charge(shop, fixer, runner, "0.01") == (403, "spend_limit_reached")
    assert (await runner.balance(), await fixer.balance()) == (900, 1100)
    await assert_books_add_up(desk)


async def test_a_replay_costs_no_allowance_and_a_refusal_neither(
    desk: DeskStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    shop = await desk.program("write", spendLimitPerDay=2000)
    headers = fresh_key()
    for _ in range(3):
        assert await charge(shop, runner, fixer, 600, **headers) == (201, "")
    assert await charge(shop, runner, fixer, 1400) == (400, "insufficient_coins")
    assert await charge(shop, runner, fixer, 601, **headers) == (422, "idempotency_key_reused")
    assert await charge(shop, fixer, runner, 1400) == (201, "")
    assert await charge(shop, fixer, runner, 1) == (403, "spend_limit_reached")


async def test_holds_and_lists_count_against_the_limit_too(
    desk: DeskStory, runner: StoryPerson, fixer: StoryPerson
) -> None:
    shop = await desk.program("write", spendLimitPerDay=100)
    body = {"fromUserId": runner.person.id, "toUserId": fixer.person.id, "amount": 70}
    answers = await asyncio.gather(*(shop.http.post("/api/coins/holds", json=body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 403, 403]
    shown = (await runner.http.get("/api/coins/balance")).json()
    assert (shown["balance"], shown["held"]) == (1000, 70)
    assert await charge(shop, runner, fixer, 31) == (403, "spend_limit_reached")
    hold = next(answer.json()["hold"]["id"] for answer in answers if answer.status_code == 201)
    assert (await shop.http.post(f"/api/coins/holds/{hold}/capture", json={})).status_code == 201
    chief = await desk.program("admin", spendLimitPerDay=10)
    items = [{"userId": runner.person.id, "amount": 4}] * 3
    for mode, statuses in (("atomic", None), ("partial", ["done", "done", "refused"])):
        answer = await chief.http.post("/api/admin/mint/bulk", json={"mode": mode, "items": items})
        if statuses is None:
            assert_problem(answer, 403, code="spend_limit_reached")
        else:
            assert [result["status"] for result in answer.json()["results"]] == statuses


async def test_a_developer_makes_keys_for_the_own_account_only(bank: BankStory, desk: DeskStory) -> None:
    developer = await bank.person("developer", role=Role.DEVELOPER)
    fixer = await bank.person("fixer")
    own = await desk.program("write", maker=developer, allowedAccounts=[developer.account])
    assert (await charge(own, developer, fixer, 1))[0] == 201
    for terms in (
        {"permissions": ["admin"], "allowedAccounts": [developer.account]},
        {"permissions": ["write"], "allowedAccounts": ["*"]},
        {"permissions": ["write"], "allowedAccounts": [fixer.account]},
    ):
        refused = await developer.http.post("/api/developer/api-keys", json={"name": "more", **terms})
        assert_problem(refused, 403, code="key_above_creator")
    assert len((await developer.http.get("/api/developer/api-keys")).json()["apiKeys"]) == 1
    other = await desk.program("read")
    assert_problem(await developer.http.delete(f"/api/developer/api-keys/{other.id}"), 404, code="api_key_not_found")


@pytest.mark.parametrize(
    "terms",
    [
        {"name": ""},
        {"name": "x\u0000"},
        {"permissions": []},
        {"permissions": ["all"]},
        {"expiresAt": "2020-01-01"},
        {"expiresAt": "soon"},
        {"spendLimitPerDay": 0},
        {"spendLimitPerDay": -5},
        {"spendLimitPerDay": "NaN"},
        {"allowedAccounts": [""]},
        {"allowedAccounts": "everything"},
    ],
)
async def test_a_key_on_bad_terms_is_refused(desk: DeskStory, terms: dict[str, object]) -> None:
    good = {"name": "shop", "permissions": ["write"], "allowedAccounts": ["*"]}
    assert_problem(await desk.admin.http.post("/api/developer/api-keys", json={**good, **terms}), 400)
