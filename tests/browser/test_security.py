"""Ways in beside the password, and who may go in at all: codes of an app, passkeys, a platform's administration."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyotp
import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.phone import PASSWORD, PATIENCE_SECONDS, Phone, PhoneShop, Viewport
from tests.support.server import RealServer
from tests.support.servers import ServerStarter

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_EFFECTIVE_SECONDS_MAX = 8.0
_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}

on_a_phone = pytest.mark.parametrize("viewport", [PHONE], ids=["phone"], indirect=True)
on_a_desk = pytest.mark.parametrize("viewport", [DESK], ids=["desk"], indirect=True)


@pytest.fixture
def profile() -> str:
    """The profile of the bank; a platform where a test says so."""
    return "event"


@pytest.fixture
def server(sqlite_database_url: str, start_server: ServerStarter, profile: str) -> RealServer:
    """A bank without a public address: whatever its visitors call it is its name."""
    return start_server(sqlite_database_url, profile=profile, environment={"LOOPBANK_PUBLIC_URL": ""})


@pytest.fixture
def shop(browser: Browser, server: RealServer, built_web_app: Path, viewport: Viewport) -> Iterator[PhoneShop]:
    """Hands out phones (or desks) that call the bank by a name, because passkeys belong to names."""
    opened = PhoneShop(browser, server.base_url.replace("127.0.0.1", "localhost"), viewport)
    yield opened
    assert opened.complaints == []


async def assert_usable(phone: Phone, axe_script: str) -> None:
    await expect(phone.page.locator(".skeleton")).to_have_count(0)
    assert await phone.accessibility_violations(axe_script) == [], phone.page.url
    assert await phone.overflow_pixels() == 0, phone.page.url


async def sign_in(phone: Phone) -> None:
    await phone.fill("Character name", "Runner")
    await phone.fill("Password", PASSWORD)
    await phone.press("Sign in")


async def give_a_fingerprint_reader(page: Page) -> None:
    devices = await page.context.new_cdp_session(page)
    await devices.send("WebAuthn.enable")
    await devices.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})


@on_a_phone
async def test_an_authenticator_app_is_added_and_asked_for(shop: PhoneShop, axe_script: str) -> None:
    runner = await shop.open()
    await runner.register("Runner")
    await runner.follow("Profile")
    await runner.follow("Security")
    await runner.sees("with the password")
    await assert_usable(runner, axe_script)

    await runner.follow("Add an app")
    await runner.fill("Current password", PASSWORD)
    await runner.press("Next")
    await expect(runner.page.get_by_role("img", name="QR code for your authenticator app")).to_be_visible()
    await assert_usable(runner, axe_script)
    app = pyotp.TOTP((await runner.page.get_by_test_id("secret").inner_text()).replace(" ", ""))
    await runner.fill("Code of the app", app.now())
    await runner.press("Turn on")
    shown = runner.page.get_by_test_id("recovery-codes").get_by_role("listitem")
    await expect(shown).to_have_count(10)
    codes = await shown.all_inner_texts()
    await assert_usable(runner, axe_script)
    await runner.follow("I have saved them")
    await runner.sees("10 recovery codes left.")

    await runner.go("/profile")
    await runner.press("Sign out")
    await sign_in(runner)
    # The code of this half minute is used up: it confirmed the app.
    await runner.fill("Code of your authenticator app", app.at(int(time.time()), counter_offset=1))
    await runner.press("Sign in")
    await runner.sees_balance("1,000.00")

    await runner.go("/profile")
    await runner.press("Sign out")
    await sign_in(runner)
    await runner.press("Use a recovery code")
    await runner.fill("Recovery code", codes[0])
    await runner.press("Sign in")
    await runner.sees_balance("1,000.00")
    await runner.go("/security")
    await runner.sees("9 recovery codes left.")
    await runner.sees("Recovery code used")


@on_a_phone
async def test_a_passkey_signs_in_without_a_password(shop: PhoneShop, axe_script: str) -> None:
    runner = await shop.open()
    await give_a_fingerprint_reader(runner.page)
    await runner.register("Runner")
    await runner.go("/security")
    await runner.press("Add a passkey")
    await assert_usable(runner, axe_script)
    await runner.fill("Name", "My phone")
    await runner.fill("Current password", PASSWORD)
    await runner.press("Make the passkey")
    await runner.sees("not used yet")

    await runner.go("/profile")
    await runner.press("Sign out")
    await assert_usable(runner, axe_script)
    await runner.press("Sign in with a passkey")
    await runner.sees_balance("1,000.00")
    await runner.go("/security")
    await runner.sees("with a passkey")
    await runner.press("Remove the passkey My phone")
    await runner.fill("Current password", PASSWORD)
    await runner.press("Remove the passkey")
    await runner.sees("Passkey removed")
    await expect(runner.page.get_by_text("Last used")).to_have_count(0)


async def until_answered(http: httpx.AsyncClient, token: str, *, status: int) -> httpx.Response:
    """Ask who somebody is until the answer has a status, as long as a change may take to reach everybody."""
    deadline = time.monotonic() + _EFFECTIVE_SECONDS_MAX
    while True:
        answer = await http.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})
        if answer.status_code == status:
            return answer
        assert time.monotonic() < deadline, answer.text
        await asyncio.sleep(0.2)


@on_a_desk
@pytest.mark.parametrize("profile", ["platform"])
async def test_an_administrator_gives_a_role_reads_a_letter_and_removes_somebody(
    shop: PhoneShop, server: RealServer, axe_script: str
) -> None:
    async with httpx.AsyncClient(base_url=server.base_url, timeout=PATIENCE_SECONDS) as http:
        body = {"email": "runner@example.org", "password": PASSWORD, "fullName": "A Night Runner"}
        token = (await http.post("/api/auth/register", json=body)).raise_for_status().json()["token"]
        master = await shop.open()
        await master.set_up(server.log)

        await master.go("/desk/members")
        await master.sees("2 people")
        await assert_usable(master, axe_script)
        await master.fill("Search", "runner@")
        await master.sees("One person")
        await master.page.get_by_role("link", name="A Night Runner").click()
        await master.press("Change role")
        await master.page.get_by_role("dialog").get_by_text("Registers apps, keys and webhooks.").click()
        await assert_usable(master, axe_script)
        await master.page.get_by_role("dialog").get_by_role("button", name="Change role").click()
        await master.sees("A Night Runner: Developer")
        assert (await until_answered(http, token, status=200)).json()["user"]["role"] == "DEVELOPER"

        await master.go("/desk/letters")
        await master.press("Read")
        await expect(master.page.get_by_test_id("letter")).to_contain_text("/verify")
        await assert_usable(master, axe_script)
        await master.go("/desk/security")
        await master.sees("Signed in · Game Master")
        await assert_usable(master, axe_script)

        await master.go("/desk/members")
        await master.page.get_by_role("link", name="A Night Runner").click()
        await assert_usable(master, axe_script)
        await master.press("Remove for ever")
        dialog = master.page.get_by_role("dialog")
        await dialog.get_by_role("textbox").fill("somebody else")
        await dialog.get_by_role("button", name="Remove for ever").click()
        await master.sees("Type exactly runner@example.org.")
        await dialog.get_by_role("textbox").fill("runner@example.org")
        await dialog.get_by_role("button", name="Remove for ever").click()
        await master.sees("Deleted user")
        await until_answered(http, token, status=401)
        again = await http.post("/api/auth/login", json={"email": body["email"], "password": PASSWORD})
        assert again.status_code == httpx.codes.UNAUTHORIZED
