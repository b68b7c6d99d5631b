"""Every screen, on a phone and on a desk: readable by everybody, no wider than the glass, nothing broken."""

import httpx
import pytest
from playwright.async_api import expect

from tests.browser.phone import PATIENCE_SECONDS, PhoneShop

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GUEST_SCREENS = ("/sign-in", "/register", "/setup", "/setup#a-token", "/nowhere")
PERSON_SCREENS = (
    "/",
    "/receive",
    "/send",
    "/statement",
    "/profile",
    "/profile/character",
    "/profile/password",
    "/profile/devices",
    "/nowhere",
)


async def test_guests_can_use_every_screen(phone_shop: PhoneShop, axe_script: str) -> None:
    phone = await phone_shop.open()
    for screen in GUEST_SCREENS:
        await phone.go(screen)
        assert await phone.accessibility_violations(axe_script) == [], screen
        assert await phone.overflow_pixels() == 0, screen


async def test_people_can_use_every_screen(phone_shop: PhoneShop, axe_script: str) -> None:
    phone = await phone_shop.open()
    await phone.register("Runner")
    for screen in PERSON_SCREENS:
        await phone.go(screen)
        await expect(phone.page).to_have_url(phone.base_url + screen)
        await expect(phone.page.locator(".skeleton")).to_have_count(0)
        assert await phone.accessibility_violations(axe_script) == [], screen
        assert await phone.overflow_pixels() == 0, screen


async def test_every_step_of_a_payment_can_be_used(phone_shop: PhoneShop, axe_script: str) -> None:
    runner, fixer = await phone_shop.open(), await phone_shop.open()
    await runner.register("Runner")
    await fixer.register("Fixer")
    await runner.go(f"/send?to={await fixer.account_number()}&amount=1&memo=Noodles")
    for step, button in (("receiver", "Next"), ("amount", "Next"), ("confirm", "Send 1.00 ¤")):
        await expect(runner.page.get_by_role("button", name=button, exact=True)).to_be_enabled()
        assert await runner.accessibility_violations(axe_script) == [], step
        assert await runner.overflow_pixels() == 0, step
        await runner.press(button)
    await runner.sees("Sent")
    assert await runner.accessibility_violations(axe_script) == []
    await fixer.page.get_by_role("button", name="Noodles").click()
    assert await fixer.accessibility_violations(axe_script) == []


async def test_without_a_network_the_last_known_balance_is_marked_as_old(phone_shop: PhoneShop) -> None:
    phone = await phone_shop.open()
    await phone.register("Runner")
    await phone.page.evaluate("navigator.serviceWorker.ready")
    await phone.go("/")
    await phone.sees_balance("1,000.00")
    await phone.page.context.set_offline(True)
    await phone.go("/")
    await phone.sees_balance("1,000.00")
    await phone.sees("As of ")
    await phone.sees("Offline. What you see may be old.")
    await phone.page.context.set_offline(False)
    await phone.sees("Live")
    # The browser itself reports every request that found no network.
    phone.complaints[:] = [line for line in phone.complaints if "ERR_INTERNET_DISCONNECTED" not in line]


async def test_the_api_reference_stays_at_home(phone_shop: PhoneShop) -> None:
    phone = await phone_shop.open()
    await phone.page.goto(f"{phone.base_url}/docs")
    await phone.sees("/api/v1/transactions")
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http:
        contract = (await http.get(f"{phone.base_url}/openapi.json")).json()
    operations = sum(len(methods) for methods in contract["paths"].values())
    await expect(phone.page.locator(".opblock")).to_have_count(operations)
