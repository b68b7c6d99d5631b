"""The product answers the same, however it is run; and one half of it lives while the other is away."""

import re
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest

from tests.support.postgres import PostgresServer
from tests.system.journey import PASSWORD, shown, walk
from tests.system.topologies import Running, one_process, services_apart

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]  # a dozen processes start here

WALLET_FIELDS = ("account_number", "faction", "profile_picture", "free_spins", "balance", "available", "held")


def test_every_way_of_running_the_bank_answers_the_same(
    sqlite_database_url: str, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    with one_process(sqlite_database_url, tmp_path / "sqlite") as running:
        expected = shown(walk(running))
    for name, topology in (("together", one_process), ("apart", services_apart)):
        database_url = postgres_server.create_database()
        with topology(database_url, tmp_path / name) as running:
            assert shown(walk(running)) == expected, name
        postgres_server.drop_database(database_url)


@pytest.fixture(scope="module")
def apart(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Two services and a worker that tests may stop and start again."""
    database_url = postgres_server.create_database()
    with services_apart(database_url, tmp_path_factory.mktemp("apart")) as running:
        yield running
    postgres_server.drop_database(database_url)


def test_people_register_and_sign_in_while_the_coin_service_is_away(apart: Running) -> None:
    body = {"character_name": "Night Runner", "password": PASSWORD, "faction": "Netrunners"}
    with apart.client() as http:
        apart.coin.stop()
        registered = http.post("/api/v1/auth/register", json=body)
        assert registered.status_code == 201
        signed_in = http.post("/api/v1/auth/login", json=body)
        for answer in (registered, signed_in):
            user = answer.json()["user"]
            assert user["character_name"] == "Night Runner"
            assert {user[name] for name in WALLET_FIELDS} == {None}
        headers = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
        assert http.get("/api/v1/account", headers=headers).status_code == 502
        assert http.get("/api/v1/auth/sessions", headers=headers).status_code == 200

        apart.coin.start()
        account = _patiently(http, headers).json()["account"]
        assert (account["balance"], account["faction"]) == (1000, "Netrunners")
        again = http.post("/api/v1/auth/login", json=body).json()["user"]
        assert {name: again[name] for name in WALLET_FIELDS} == {name: account[name] for name in WALLET_FIELDS}


def test_payments_go_on_while_the_authentication_service_is_away(apart: Running) -> None:
    with apart.client() as http:
        tokens, accounts = [], []
        for name in ("Day Runner", "Day Fixer"):
            body = {"character_name": name, "password": PASSWORD}
            http.post("/api/v1/auth/register", json=body).raise_for_status()
            signed_in = http.post("/api/v1/auth/login", json=body).json()
            tokens.append(signed_in["access_token"])
            accounts.append(signed_in["user"]["account_number"])
        headers = {"Authorization": f"Bearer {tokens[0]}"}
        assert _patiently(http, headers).status_code == 200
        apart.auth.stop()
        paid = http.post("/api/v1/transactions", json={"to_account": accounts[1], "amount": 5}, headers=headers)
        assert (paid.status_code, paid.json()["new_balance"]) == (201, 995)
        apart.auth.start()


def test_a_client_rests_in_both_services_while_its_owner_may_have_none(apart: Running) -> None:
    link = re.search(r"/setup#(\S+)", apart.auth.log)
    assert link is not None
    with apart.client() as http:
        chief = {"character_name": "Game Master", "password": PASSWORD}
        http.post("/api/v1/auth/setup", json={**chief, "token": link.group(1)}).raise_for_status()
        (_, keeper), (account, owner) = (_signed_in(http, name) for name in ("Game Master", "Night Keeper"))
        _patiently(http, keeper)
        toggle = f"/api/v1/admin/users/{account}/toggle-admin"
        http.post(toggle, headers=keeper).raise_for_status()
        token = {"Authorization": f"Bearer {_connected(http, owner)}"}
        _until(http, token, 200)
        http.post(toggle, headers=keeper).raise_for_status()
        _until(http, token, 401)
        http.post(toggle, headers=keeper).raise_for_status()
        _until(http, token, 200)


def _signed_in(http: httpx.Client, name: str) -> tuple[str, dict[str, str]]:
    """Sign somebody in who joins unless they have; gives their account and their header."""
    body = {"character_name": name, "password": PASSWORD}
    http.post("/api/v1/auth/register", json=body)
    answer = http.post("/api/v1/auth/login", json=body).json()
    return answer["user"]["account_number"], {"Authorization": f"Bearer {answer['access_token']}"}


def _connected(http: httpx.Client, owner: dict[str, str]) -> str:
    """Register a client that sees coins and connect its owner's browser to it; gives the client's access token."""
    back = "http://127.0.0.1/back"
    registered = {"name": "Shop", "redirectUris": [back], "scopes": ["coins:read"], "requirePkce": False}
    made = http.post("/api/developer/clients", json=registered, headers=owner).raise_for_status().json()["client"]
    asked = {"client_id": made["id"], "redirect_uri": back, "response_type": "code", "scope": "coins:read"}
    http.post("/oauth/browser", headers=owner).raise_for_status()
    page = http.get("/oauth/authorize", params=asked).text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    form = {name: unescape(value) for name, value in fields.items()}
    answer = http.post("/oauth/consent", data={**form, "decision": "allow"})
    code = httpx.URL(answer.headers["location"]).params["code"]
    exchange = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
    tokens = http.post("/oauth/token", data=exchange, auth=(made["id"], made["clientSecret"])).raise_for_status().json()
    return str(tokens["access_token"])


def _until(http: httpx.Client, partner: dict[str, str], status: int) -> None:
    """Wait, five seconds at most, until both services answer a partner with a status."""
    deadline = time.monotonic() + 5
    for path in ("/api/wallets/me", "/oauth/userinfo"):
        expected = 403 if status == 200 and path == "/oauth/userinfo" else status
        while (answer := http.get(path, headers=partner)).status_code != expected:
            assert time.monotonic() < deadline, (path, answer.text)
            time.sleep(0.1)


def _patiently(http: httpx.Client, headers: dict[str, str]) -> httpx.Response:
    """Ask for the account until the Coin Service knows whom it may let in; it looks every two seconds."""
    deadline = time.monotonic() + 15
    while (answer := http.get("/api/v1/account", headers=headers)).status_code in (502, 503):
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)
    return answer
