"""The game master's night: coins made and moved, mistakes taken back, programs let in and shut out."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Route, expect

from tests.browser.conftest import PHONE
from tests.browser.phone import PASSWORD, PATIENCE_SECONDS, Phone, PhoneShop, Viewport
from tests.support.server import RealServer
from tests.support.servers import ServerStarter

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DESK_SCREENS = (
    "/desk",
    "/desk/money",
    "/desk/money/mint",
    "/desk/money/burn",
    "/desk/money/payout",
    "/desk/money/move",
    "/desk/money/prizes",
    "/desk/people",
    "/desk/people/{account}",
    "/desk/people/{account}/adjust",
    "/desk/factions",
    "/desk/factions/Netrunners/credit",
    "/desk/transactions",
    "/desk/audit",
    "/desk/keys",
    "/desk/keys/new",
    "/developer",
    "/developer/keys",
    "/developer/webhooks",
    "/developer/webhooks/new",
)


@pytest.fixture
def server(sqlite_database_url: str, start_server: ServerStarter) -> RealServer:
    """A bank on SQLite: what happens to coins on either database is proven without a browser."""
    return start_server(sqlite_database_url)


@pytest.fixture
async def http(server: RealServer) -> AsyncIterator[httpx.AsyncClient]:
    """People and programs that need no screen."""
    async with httpx.AsyncClient(base_url=server.base_url, timeout=PATIENCE_SECONDS) as client:
        yield client


@pytest.fixture
def shop(browser: Browser, server: RealServer, built_web_app: Path, viewport: Viewport) -> Iterator[PhoneShop]:
    """Hands out phones (or desks) for this bank."""
    opened = PhoneShop(browser, server.base_url, viewport)
    yield opened
    assert opened.complaints == []


@pytest.fixture
async def master(shop: PhoneShop, server: RealServer) -> Phone:
    """The game master, who became one with the set-up link."""
    phone = await shop.open()
    await phone.set_up(server.log)
    return phone


class Player:
    """Somebody with an account and no screen."""

    def __init__(self, http: httpx.AsyncClient, name: str, token: str, account: str) -> None:
        self._http = http
        self.name = name
        self._headers = {"Authorization": f"Bearer {token}"}
        self.account = account

    @classmethod
    async def join(cls, http: httpx.AsyncClient, name: str, faction: str = "") -> "Player":
        """Register and sign in."""
        body = {"character_name": name, "password": PASSWORD}
        (await http.post("/api/v1/auth/register", json={**body, "faction": faction})).raise_for_status()
        token = (await http.post("/api/v1/auth/login", json=body)).raise_for_status().json()["access_token"]
        shown = (await http.get("/api/v1/account", headers={"Authorization": f"Bearer {token}"})).json()
        return cls(http, name, token, shown["account"]["account_number"])

    async def pay(self, receiver: "Player", amount: float, memo: str) -> None:
        """Pay somebody."""
        body = {"to_account": receiver.account, "amount": amount, "memo": memo}
        (await self._http.post("/api/v1/transactions", json=body, headers=self._headers)).raise_for_status()

    async def balance(self) -> float:
        """Ask the bank for the balance."""
        shown = (await self._http.get("/api/v1/account", headers=self._headers)).raise_for_status().json()
        balance: float = shown["account"]["balance"]
        return balance


async def mint_for_rewards(master: Phone, amount: str) -> None:
    await master.go("/desk/money/mint")
    await master.page.get_by_label("For", exact=True).select_option("REWARD")
    await master.fill("Amount", amount)
    await master.fill("Reason", "Season prizes")
    await master.press("Next")
    await master.sees(f"{amount}.00 ¤ come into circulation and go to Treasury Reward.")
    await master.press("Mint")
    await expect(master.page.get_by_role("heading", name="Minted")).to_be_visible()


async def test_coins_are_minted_paid_as_prizes_adjusted_and_given_back(master: Phone, http: httpx.AsyncClient) -> None:
    runner, fixer = await Player.join(http, "Runner"), await Player.join(http, "Fixer")
    await runner.pay(fixer, 12.5, "Two stim packs")
    await mint_for_rewards(master, "500")

    await master.go("/desk/money/prizes")
    await master.fill("List", f"{runner.account},50,First\nNC-0000-ZZZZ,5\n{fixer.account},25.50")
    await master.press("Check the list")
    await master.sees("One row must be corrected before anything can be paid.")
    await expect(master.page.get_by_role("button", name="Pay 3 prizes")).to_be_disabled()
    await master.press("Change the list")
    await master.fill("List", f"{runner.account},50,First\n{fixer.account};25,50")
    await master.press("Check the list")
    await master.sees("Every row is fine.")
    await master.press("Pay 2 prizes")
    await master.press("Pay the list")
    await master.sees("The list is paid")
    await master.sees("424.50 ¤")

    await master.go("/desk/people")
    await master.fill("Search", "fix")
    await master.page.get_by_role("link", name=re.compile("Fixer")).click()
    await master.follow("Adjust balance")
    await master.page.get_by_text("Take", exact=True).click()
    await master.fill("Amount", "3")
    await master.fill("Reason", "A fine")
    await master.press("Next")
    await master.sees("Fixer loses 3.00 ¤ and then holds 1,035.00 ¤.")
    await master.press("Take")
    await master.sees("Balance adjusted")

    await master.go(f"/desk/transactions?account={runner.account}")
    await master.page.get_by_role("button", name=re.compile("Two stim packs")).click()
    await master.press("Give back")
    await master.page.get_by_text("A part", exact=True).click()
    await master.fill("Amount", "2.50")
    await master.fill("Reason", "One was empty")
    await master.press("Next")
    await master.sees("2.50 ¤ go from Fixer back to Runner.")
    await master.page.get_by_role("dialog").last.get_by_role("button", name="Give back").click()
    await master.sees("Given back")
    assert (await runner.balance(), await fixer.balance()) == (1040, 1032.5)

    await master.go("/desk")
    await expect(master.page.get_by_test_id("circulating")).to_have_text("103,497.00 ¤")
    await master.sees("Every coin is accounted for.")
    await master.sees("The books add up")


async def test_a_faction_is_credited_a_key_lives_and_dies_and_everybody_is_exported(
    master: Phone, http: httpx.AsyncClient
) -> None:
    runner, fixer = await Player.join(http, "Runner", "Netrunners"), await Player.join(http, "Fixer", "Netrunners")
    await master.go("/desk/factions")
    await master.follow("Credit all Netrunners")
    await master.fill("Amount for each", "10.25")
    await master.fill("Reason", "Relief")
    await master.press("Next")
    await master.sees("2 people get 10.25 ¤ each, 20.50 ¤ together.")
    await master.press("Credit faction")
    await master.sees("Netrunners is credited")
    assert (await runner.balance(), await fixer.balance()) == (1010.25, 1010.25)

    await master.go("/desk/keys")
    await master.follow("Make a key")
    await master.fill("Name", "Bar terminal")
    await master.fill("Spend limit per day", "100")
    await master.press("Make a key")
    headers = {"X-API-Key": await master.page.get_by_test_id("secret").inner_text()}
    path = f"/api/v1/external/account/{runner.account}/balance"
    assert (await http.get(path, headers=headers)).json()["balance"] == 1010.25
    await master.follow("I have saved it")
    await master.sees("100.00 ¤ per day")
    await master.press("Revoke Bar terminal")
    await master.page.get_by_role("dialog").get_by_role("button", name="Revoke", exact=True).click()
    await master.sees("No keys yet")
    assert (await http.get(path, headers=headers)).status_code == httpx.codes.UNAUTHORIZED

    await master.go("/desk/people")
    async with master.page.expect_download() as download:
        await master.press("Export people (CSV)")
    file = await (await download.value).path()
    table = await asyncio.to_thread(file.read_text)
    assert f"Runner,{runner.account},1010.25,Netrunners,no," in table
    await master.go("/desk/audit")
    await master.sees("Exported")


@pytest.mark.parametrize("viewport", [PHONE], ids=["phone"], indirect=True)
async def test_a_lost_answer_does_not_mint_twice(master: Phone, http: httpx.AsyncClient) -> None:
    keys: list[str | None] = []

    async def lose_first_answer(route: Route) -> None:
        keys.append(await route.request.header_value("Idempotency-Key"))
        if len(keys) > 1:
            await route.continue_()
            return
        await route.fetch()
        await route.abort("connectionreset")

    await master.page.route("**/api/admin/mint", lose_first_answer)
    await mint_for_rewards(master, "70")
    await master.sees("70.00 ¤")
    assert len(keys) == 2
    assert keys[0] == keys[1]
    await master.go("/desk")
    # The house, the welcome bonus of the game master, and these coins once.
    await expect(master.page.get_by_test_id("circulating")).to_have_text("101,070.00 ¤")
    # The browser itself reports the connection that this test cut.
    master.complaints[:] = [line for line in master.complaints if "ERR_CONNECTION_RESET" not in line]


@pytest.mark.parametrize("viewport", [PHONE], ids=["phone"], indirect=True)
async def test_a_forgotten_password_is_chosen_anew_with_a_code_from_the_desk(
    master: Phone, shop: PhoneShop, http: httpx.AsyncClient
) -> None:
    runner = await Player.join(http, "Runner")
    await master.go(f"/desk/people/{runner.account}")
    await master.press("Reset password")
    await master.press("Show a one-time code")
    await expect(master.page.get_by_role("img", name=re.compile("QR code"))).to_be_visible()
    link = await master.page.get_by_text(re.compile("/reset#")).inner_text()
    phone = await shop.open()
    await phone.go(link.removeprefix(phone.base_url))
    await phone.fill("New password", "velvet-static-9120")
    await phone.fill("Repeat password", "velvet-static-9120")
    await phone.press("Save password")
    await phone.fill("Character name", "Runner")
    await phone.fill("Password", "velvet-static-9120")
    await phone.press("Sign in")
    await phone.sees_balance("1,000.00")
    await phone.go("/desk")
    await phone.sees("For staff only")


async def test_staff_can_use_every_screen(master: Phone, http: httpx.AsyncClient, axe_script: str) -> None:
    runner = await Player.join(http, "Runner", "Netrunners")
    for screen in DESK_SCREENS:
        await master.go(screen.format(account=runner.account))
        await expect(master.page.locator(".skeleton")).to_have_count(0)
        assert await master.accessibility_violations(axe_script) == [], screen
        assert await master.overflow_pixels() == 0, screen
