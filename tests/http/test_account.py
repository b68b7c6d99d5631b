"""One's own account, what others see of it, and what anybody may know of the bank."""

from pathlib import Path

import pytest
from sqlalchemy import text

from loopbank.access import Role
from tests.support.problems import assert_problem
from tests.support.stories import BankStory, StoryPerson, opened_bank

USER_FIELDS = {
    "character_name",
    "account_number",
    "faction",
    "created_at",
    "is_admin",
    "profile_picture",
    "free_spins",
    "balance",
    "available",
    "held",
    "role",
}


async def test_the_own_account_shows_a_user(runner: StoryPerson) -> None:
    answer = await runner.http.get("/api/v1/account")
    assert answer.status_code == 200
    assert answer.json().keys() == {"account"}
    user = answer.json()["account"]
    assert user.keys() == USER_FIELDS
    assert user["character_name"] == runner.name
    assert user["account_number"] == runner.account
    assert (user["balance"], user["available"], user["held"], user["free_spins"]) == (1000, 1000, 0, 0)
    assert (user["is_admin"], user["role"]) == (False, "USER")
    assert user["created_at"].endswith("Z")


@pytest.mark.parametrize("role", [Role.USER, Role.DEVELOPER, Role.ADMIN, Role.SUPERADMIN])
async def test_an_administrator_is_told_to_be_one(bank: BankStory, role: Role) -> None:
    person = await bank.person("fixer", role=role)
    user = (await person.http.get("/api/v1/account")).json()["account"]
    assert (user["is_admin"], user["role"]) == (role >= Role.ADMIN, role.name)


@pytest.mark.parametrize(
    "change",
    [
        {"faction": "Netrunners"},
        {"profile_picture": "🦊"},
        {"profile_picture": "👩‍🚀"},
        {"profile_picture": "https://pictures.example/fox.png?size=2"},
        {"faction": "Straße der Nomaden", "profile_picture": "🦊", "unknown_field": 1},
    ],
)
async def test_a_profile_keeps_what_is_chosen(runner: StoryPerson, change: dict[str, object]) -> None:
    before = (await runner.http.get("/api/v1/account")).json()["account"]
    answer = await runner.http.put("/api/v1/account/profile", json=change)
    assert answer.status_code == 200
    assert answer.json().keys() == {"message", "account"}
    known = {name: value for name, value in change.items() if name in USER_FIELDS}
    assert answer.json()["account"] == {**before, **known}
    assert (await runner.http.get("/api/v1/account")).json()["account"] == {**before, **known}


async def test_a_faction_is_the_same_one_with_blanks_around_it(runner: StoryPerson) -> None:
    answer = await runner.http.put("/api/v1/account/profile", json={"faction": " Netrunners "})
    assert answer.json()["account"]["faction"] == "Netrunners"


async def test_an_empty_text_takes_a_choice_away_and_a_missing_one_leaves_it(runner: StoryPerson) -> None:
    await runner.http.put("/api/v1/account/profile", json={"faction": "Netrunners", "profile_picture": "🦊"})
    await runner.http.put("/api/v1/account/profile", json={"faction": ""})
    await runner.http.put("/api/v1/account/profile", json={"faction": None})
    await runner.http.put("/api/v1/account/profile", json={})
    user = (await runner.http.get("/api/v1/account")).json()["account"]
    assert (user["faction"], user["profile_picture"]) == ("", "🦊")


@pytest.mark.parametrize(
    "change",
    [
        {"faction": "x" * 51},
        {"faction": 5},
        {"faction": "a\x00b"},
        {"faction": "a\u202eb"},
        {"profile_picture": "javascript:alert(1)"},
        {"profile_picture": "http://pictures.example/fox.png"},
        {"profile_picture": "https://pictures.example/a b.png"},
        {"profile_picture": "https://pictures.example/" + "x" * 500},
        {"profile_picture": "<img src=x>"},
        {"profile_picture": "data:image/png;base64,AAAA"},
        {"profile_picture": ["🦊"]},
    ],
)
async def test_an_unsuitable_profile_is_refused(runner: StoryPerson, change: dict[str, object]) -> None:
    before = (await runner.http.get("/api/v1/account")).json()
    refused = await runner.http.put("/api/v1/account/profile", json=change)
    assert_problem(refused, 400)
    assert [mistake["field"] for mistake in refused.json()["errors"]] == list(change)
    assert (await runner.http.get("/api/v1/account")).json() == before


async def test_a_card_shows_who_holds_an_account_and_no_balance(runner: StoryPerson, fixer: StoryPerson) -> None:
    await fixer.http.put("/api/v1/account/profile", json={"faction": "Fixers", "profile_picture": "🦊"})
    answer = await runner.http.get(f"/api/v1/accounts/{fixer.account.lower()}")
    assert answer.json() == {
        "account_number": fixer.account,
        "character_name": fixer.name,
        "faction": "Fixers",
        "profile_picture": "🦊",
    }


@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("NC-0000-ZZZZ", 404),
        ("NC-CASA-0000", 404),
        ("ISSUANCE-LBC", 400),
        ("nobody", 400),
        ("%00", 400),
        ("%ED%A0%80", 400),
        ("%E2%80%AE", 400),
        ("A" * 5000, 400),
    ],
)
async def test_a_card_of_nobody_is_refused(runner: StoryPerson, number: str, status: int) -> None:
    assert_problem(await runner.http.get(f"/api/v1/accounts/{number}"), status, code="unknown_account")


async def test_the_configuration_tells_what_clients_need_before_anybody_signs_in(bank: BankStory) -> None:
    answer = await bank.http.get("/api/v1/config")
    assert answer.json() == {
        "profile": "event",
        "product_name": "NeoBank",
        "theme": "neotropolis",
        "currency": {"code": "LBC", "symbol": "¤", "scale": 2},
        "password_length_min": 6,
        "memo_length_max": 140,
        "factions": ["Netrunners", "Corporate", "Street", "Nomads", "Fixers"],
        "account_number_prefix": "NC",
        "welcome_bonus": 1000,
        "public_url": "",
    }


async def test_an_installation_chooses_its_words(sqlite_database_url: str, tmp_path: Path) -> None:
    chosen = {"PROFILE": "platform", "PRODUCT_NAME": "Bank der Docks", "CURRENCY_SYMBOL": "€$", "ACCOUNT_PREFIX": "DOC"}
    async with opened_bank(sqlite_database_url, tmp_path, **chosen, FACTIONS="One, Two", WELCOME_BONUS="5.5") as bank:
        told = (await bank.http.get("/api/v1/config")).json()
        runner = await bank.person("runner")
        assert runner.account.startswith("DOC-")
        assert await runner.balance() == 5.5
    assert (told["profile"], told["product_name"], told["currency"]["symbol"]) == ("platform", "Bank der Docks", "€$")
    assert (told["factions"], told["account_number_prefix"], told["welcome_bonus"]) == (["One", "Two"], "DOC", 5.5)
    assert told["password_length_min"] == 8


async def test_browsers_learn_with_what_else_people_may_sign_in(sqlite_database_url: str, tmp_path: Path) -> None:
    chosen = {"PUBLIC_URL": "https://bank.test", "GOOGLE_CLIENT_ID": "bank", "PROFILE": "platform"}
    async with opened_bank(sqlite_database_url, tmp_path, **chosen) as bank:
        told = (await bank.http.get("/api/v1/config")).json()
        assert (await bank.http.get("/api/auth/google/offer")).json() == {"isOffered": True}
    assert (told["public_url"], told["factions"]) == ("https://bank.test", []), "a platform has no factions by itself"


async def test_health_is_what_load_balancers_read(bank: BankStory) -> None:
    for path in ("/health", "/health/live"):
        answer = await bank.http.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "healthy", "service": "neobank"})
    ready = await bank.http.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json()["status"] == "ready"
    assert all(ready.json()["checks"].values())


async def test_a_bank_whose_tables_are_old_is_not_ready(sqlite_database_url: str, tmp_path: Path) -> None:
    async with opened_bank(sqlite_database_url, tmp_path) as bank:
        async with bank.database.transaction() as tx:
            await tx.run(text("UPDATE alembic_version_coin SET version_num = '0001'"))
        unready = await bank.http.get("/health/ready")
        assert (unready.status_code, unready.json()["status"]) == (503, "not ready")
        assert unready.json()["checks"]["database"] is False
        assert (await bank.http.get("/health/live")).status_code == 200


async def test_metrics_count_requests_by_method_and_status(bank: BankStory) -> None:
    def count(text: str) -> float:
        lines = [line for line in text.splitlines() if line.startswith("loopbank_http_requests_total{")]
        return sum(float(line.rpartition(" ")[2]) for line in lines if 'method="GET"' in line and '"401"' in line)

    before = (await bank.http.get("/metrics")).text
    for _ in range(3):
        await bank.http.get("/api/v1/account")
    answer = await bank.http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert count(answer.text) - count(before) == 3
    assert "loopbank_ledger_commands_total" in answer.text


async def test_an_unknown_address_of_the_api_is_a_problem_and_not_the_web_app(bank: BankStory) -> None:
    for path in ("/api/v1/nothing", "/api/v1/account/", "/api/", "/internal/nothing", "/health/nothing"):
        answer = await bank.http.get(path)
        assert_problem(answer, 404, code="not_found")


async def test_pages_are_the_web_app_with_a_strict_policy(bank: BankStory) -> None:
    for path in ("/", "/docs", "/statement"):
        answer = await bank.http.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "script-src 'self';" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-cache"
    assert (await bank.http.post("/")).status_code == 405
    assert (await bank.http.get("/assets/nothing.js")).status_code == 404
