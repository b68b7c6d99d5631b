"""The product answers the same, however it is run; and one half of it lives while the other is away."""

import time
from collections.abc import Iterator
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


def _patiently(http: httpx.Client, headers: dict[str, str]) -> httpx.Response:
    """Ask for the account until the Coin Service knows whom it may let in; it looks every two seconds."""
    deadline = time.monotonic() + 15
    while (answer := http.get("/api/v1/account", headers=headers)).status_code in (502, 503):
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)
    return answer
