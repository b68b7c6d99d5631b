"""The guides' programs, run exactly as they are printed, as processes of their own against the real server."""

import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from authlib.integrations.requests_client import OAuth2Session

from loopbank_client import Bank, KeyReused, Prize
from tests.clients.installed import CALLBACK, Installation
from tests.integrating.cutting_proxy import CuttingProxy, Fate
from tests.integrating.town import Citizen, Town
from tests.support.source_tree import ROOT

GUIDES = ROOT / "docs" / "integrating"
PROGRAMS = GUIDES / "programs"
VERIFIER = "a-verifier-of-forty-three-letters-or-more-0123456789"


def run(program: str, *words: str, address: str, **environment: str) -> list[str]:
    """Run a program and give the lines that it prints."""
    done = subprocess.run(
        [sys.executable, PROGRAMS / program, *words],
        env={**os.environ, "LOOPBANK_URL": address, **environment},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def new_name(word: str) -> str:
    return f"{word}-{uuid4().hex[:8]}"


@pytest.mark.parametrize("program", sorted(PROGRAMS.glob("*.py")), ids=lambda path: path.name)
def test_a_guide_prints_its_program_as_it_is(program: Path) -> None:
    guide = (GUIDES / f"{program.stem.replace('_', '-')}.md").read_text()
    assert f"```python\n{program.read_text()}```\n" in guide


def test_the_terminals_program_pays_as_it_is_printed(
    town: Town, runner: Citizen, medtech: Citizen, tmp_path: Path
) -> None:
    (printed,) = re.findall(r"```python\n(.*?)```", (GUIDES / "terminal.md").read_text(), flags=re.DOTALL)
    for shown, real in (
        ("https://bank.example", town.address),
        ("lb_live_…", town.api_key("write")),
        ("NC-4R8T-ZP1C", runner.account),
        ("NC-7K2M-Q9XD", medtech.account),
    ):
        assert shown in printed
        printed = printed.replace(shown, real)
    (tmp_path / "main.py").write_text(printed)
    (tmp_path / "ca.der").write_bytes(b"")
    before = town.chief.account_balance(medtech.account)
    module = {"PYTHONPATH": str(ROOT / "clients" / "micropython")}
    done = subprocess.run(
        [sys.executable, "main.py"], cwd=tmp_path, env=module, capture_output=True, text=True, check=True
    )
    assert "is_paid=True" in done.stdout
    assert town.chief.account_balance(medtech.account) == before + Decimal("12.5")


def test_a_course_is_rewarded_once_per_learner_also_when_the_network_breaks(
    town: Town, proxy: CuttingProxy, runner: Citizen, medtech: Citizen
) -> None:
    town.chief.mint(100, treasury="COURSE", reason="A term")
    key, course = town.api_key("admin", spendLimitPerDay=100), new_name("course")
    proxy.foretell([Fate.CUT_AFTER, Fate.CUT_BEFORE])
    learners = (runner.id, medtech.id)
    first = run("course_platform.py", course, *learners, address=proxy.address, LOOPBANK_API_KEY=key)
    again = run("course_platform.py", course, *learners, address=town.address, LOOPBANK_API_KEY=key)
    assert first == again
    assert [line.split(", ")[0] for line in first] == [f"{learner} got 25 coins" for learner in learners]
    for learner in learners:
        rewards = [one.amount for one in town.chief.history(user=learner) if one.reason == f"Course: {course}"]
        assert rewards == [25]


def test_a_shop_takes_what_it_delivers_and_refunds_out_of_the_payment(
    town: Town, proxy: CuttingProxy, runner: Citizen, medtech: Citizen
) -> None:
    order = new_name("order")
    before = [town.chief.balance(user=one.id).available for one in (runner, medtech)]
    selling = {"LOOPBANK_API_KEY": town.api_key("write"), "SHOP": medtech.id, "STOCK": "tea,cake"}
    basket = ("tea=3.50", "cake=4.00", "map=12.00")
    proxy.foretell([Fate.CUT_AFTER, Fate.CUT_AFTER])
    (sold,) = run("shop.py", "sell", order, runner.id, *basket, address=proxy.address, **selling)
    assert sold.startswith(f"{order}: 7.5 paid for 2 items, transaction ")
    assert run("shop.py", "sell", order, runner.id, *basket, address=town.address, **selling) == [sold]
    refunding = {"LOOPBANK_API_KEY": town.api_key("admin")}
    for _ in range(2):
        words = ("refund", order, sold.split()[-1], "cake=4.00")
        assert run("shop.py", *words, address=town.address, **refunding) == [f"{order}: 4.00 refunded"]
    after = [town.chief.balance(user=one.id).available for one in (runner, medtech)]
    assert (after[0] - before[0], after[1] - before[1]) == (Decimal("-3.50"), Decimal("3.50"))
    nothing = run("shop.py", "sell", new_name("order"), runner.id, "map=12", address=town.address, **selling)
    assert nothing[0].endswith("nothing was there, nothing was paid")
    assert town.chief.balance(user=runner.id).available == after[0]
    (poor,) = run("shop.py", "sell", new_name("order"), runner.id, "tower=9999999", address=town.address, **selling)
    assert poor.endswith("the buyer has less than 9999999")


def test_a_tournament_pays_its_prize_list_once_and_as_a_whole(town: Town, runner: Citizen, medtech: Citizen) -> None:
    cup, key = new_name("cup"), town.api_key("admin")
    before = town.chief.treasury("REWARD").balance
    for _ in range(2):
        lines = run(
            "tournament.py", "enter", cup, "5.00", runner.id, medtech.id, address=town.address, LOOPBANK_API_KEY=key
        )
        assert lines == [f"{runner.id} is in", f"{medtech.id} is in"]
    assert town.chief.treasury("REWARD").balance == before + 10
    (poor,) = run(
        "tournament.py",
        "enter",
        cup,
        "9999999",
        runner.id,
        address=town.address,
        LOOPBANK_API_KEY=town.api_key("admin"),
    )
    assert poor == f"{runner.id} cannot pay the fee"
    prizes = (f"{runner.id}=7.50", f"{medtech.id}=2.50")
    for _ in range(2):
        (paid,) = run("tournament.py", "finish", cup, *prizes, address=town.address, LOOPBANK_API_KEY=key)
        assert paid == f"2 prizes paid; {before.normalize():f} left"
    with Bank(town.address, api_key=key) as bank, pytest.raises(KeyReused):
        bank.pay_prizes([Prize(to_user=runner.id, amount=1)], treasury="REWARD", key=f"{cup}:prizes")


def test_a_community_tips_within_a_keys_limit(town: Town, runner: Citizen, medtech: Citizen) -> None:
    key = town.api_key("write", allowedAccounts=[runner.id], spendLimitPerDay=3)
    _tip_up_to_three(town, medtech, LOOPBANK_API_KEY=key, FAN=runner.id)


async def test_a_community_tips_within_what_the_person_granted(town: Town, medtech: Citizen) -> None:
    token = await _granted_token(town, limit="3")
    _tip_up_to_three(town, medtech, TOKEN=token)


def _tip_up_to_three(town: Town, author: Citizen, **proof: str) -> None:
    before = town.chief.balance(user=author.id).balance
    clicks = [new_name("click") for _ in range(3)]
    tips = [f"{click}={author.id}=1.00" for click in clicks]
    for _ in range(2):
        lines = run("community.py", *tips, address=town.address, **proof)
        assert lines == [f"{click} 1.00 is paid" for click in clicks]
    (more,) = run("community.py", f"{new_name('click')}={author.id}=0.01", address=town.address, **proof)
    assert more.endswith("is more than is left of the limit")
    assert town.chief.balance(user=author.id).balance == before + 3


async def _granted_token(town: Town, *, limit: str) -> str:
    """Go with a person through the pages on which they grant a program to spend up to a limit."""
    async with httpx.AsyncClient(base_url=town.address, timeout=30) as http:
        body = {"character_name": "Runner", "password": town.password}
        (await http.post("/api/v1/auth/register", json=body)).raise_for_status()
    installed = Installation(town.admin, town.address, town.password)
    registered, browser = installed.register(), installed.browser()
    client = OAuth2Session(
        registered["id"],
        registered["clientSecret"],
        scope="openid coins:read coins:spend",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
    )
    with client:
        async with browser.http:
            url, _ = client.create_authorization_url(f"{town.address}/oauth/authorize", code_verifier=VERIFIER)
            arrived = await installed.go_through(browser, url, spend_limit=limit)
        token = client.fetch_token(
            f"{town.address}/oauth/token", authorization_response=arrived.url, code_verifier=VERIFIER
        )
    return str(token["access_token"])
