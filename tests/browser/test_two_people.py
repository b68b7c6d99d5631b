"""The journey this bank exists for: two people on two phones, and coins that arrive while one of them looks."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from tests.browser.phone import PASSWORD, PhoneShop
from tests.support.server import RealServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_coins_arrive_live_on_the_other_phone(phone_shop: PhoneShop) -> None:
    runner, fixer = await phone_shop.open(), await phone_shop.open()
    await runner.register("Runner")
    await fixer.register("Fixer")
    number = await fixer.account_number()

    await runner.follow("Send")
    await runner.fill("Receiver's account number", f"loopbank:{number}?amount=12.50&memo=Two%20stim%20packs")
    await runner.sees("Fixer")
    await runner.press("Next")
    await expect(runner.page.get_by_label("Amount", exact=True)).to_have_value("12.50")
    await runner.press("Next")
    await runner.sees("Balance afterwards: 987.50 ¤")
    await runner.press("Send 12.50 ¤")
    await runner.sees("Sent")
    await expect(runner.page.get_by_test_id("new-balance")).to_have_text("987.50 ¤")

    await fixer.sees_balance("1,012.50")
    await fixer.sees("Two stim packs")
    await fixer.sees("12.50 ¤ from Runner")
    await runner.follow("Done")
    await runner.sees_balance("987.50")


async def test_the_keypad_writes_the_amount_and_the_bank_never_gets_more_than_there_is(phone_shop: PhoneShop) -> None:
    runner, fixer = await phone_shop.open(), await phone_shop.open()
    await runner.register("Runner")
    await fixer.register("Fixer")
    await runner.go(f"/send?to={await fixer.account_number()}")
    await runner.press("Next")
    for key in ("2", "0", "0", "0", "Decimal separator", "0", "1"):
        await runner.press(key)
    await runner.sees("That is more than you have available.")
    await runner.press("Next")
    await expect(runner.page).to_have_url(re.compile("/send/amount$"))
    for _ in range(6):
        await runner.press("Erase last digit")
    await expect(runner.page.get_by_label("Amount", exact=True)).to_have_value("2")
    await runner.press("Next")
    await runner.press("Send 2.00 ¤")
    await fixer.sees_balance("1,002.00")


async def test_a_photo_of_a_code_fills_in_the_payment(phone_shop: PhoneShop, tmp_path: Path) -> None:
    runner, fixer = await phone_shop.open(), await phone_shop.open()
    await runner.register("Runner")
    await fixer.register("Fixer")
    await fixer.follow("Receive")
    await fixer.page.get_by_text("Ask for a certain amount").click()
    await fixer.fill("Amount", "7.25")
    await fixer.fill("Memo (optional)", "Noodles")
    await fixer.sees("Asks for 7.25 ¤")
    photo = tmp_path / "code.png"
    await fixer.page.get_by_role("img", name=re.compile("QR code")).screenshot(path=photo)

    await runner.follow("Send")
    await runner.press("Scan")
    await runner.page.get_by_label("Take or choose a photo").set_input_files(photo)
    await runner.sees("Fixer")
    await runner.press("Next")
    await expect(runner.page.get_by_label("Amount", exact=True)).to_have_value("7.25")
    await expect(runner.page.get_by_label("Memo (optional)", exact=True)).to_have_value("Noodles")
    await runner.press("Next")
    await runner.press("Send 7.25 ¤")
    await fixer.sees("7.25 ¤ from Runner")


async def test_a_lost_answer_does_not_pay_twice(phone_shop: PhoneShop) -> None:
    runner, fixer = await phone_shop.open(), await phone_shop.open()
    await runner.register("Runner")
    await fixer.register("Fixer")
    await runner.go(f"/send?to={await fixer.account_number()}&amount=5")
    await runner.press("Next")
    await runner.press("Next")

    answers_lost = 0

    async def lose_first_answer(route: Route) -> None:
        nonlocal answers_lost
        if answers_lost:
            await route.continue_()
            return
        answers_lost += 1
        await route.fetch()
        await route.abort("connectionreset")

    await runner.page.route("**/api/v1/transactions", lose_first_answer)
    await runner.press("Send 5.00 ¤")
    await runner.sees(re.compile("paid at most once"))
    await runner.press("Try again safely")
    await expect(runner.page.get_by_test_id("new-balance")).to_have_text("995.00 ¤")
    await fixer.sees_balance("1,005.00")
    # The browser itself reports the connection that this test cut.
    runner.complaints[:] = [line for line in runner.complaints if "ERR_CONNECTION_RESET" not in line]


async def test_statement_and_profile_keep_what_happened(phone_shop: PhoneShop) -> None:
    medtech, fixer = await phone_shop.open(), await phone_shop.open()
    await medtech.register("Medtech")
    await fixer.register("Fixer")
    await medtech.go(f"/send?to={await fixer.account_number()}&amount=3.07&memo=Bandages")
    await medtech.press("Next")
    await medtech.press("Next")
    await medtech.press("Send 3.07 ¤")
    await medtech.sees("Sent")

    await medtech.follow("Statement")
    welcome = medtech.page.get_by_role("button", name=re.compile("Welcome bonus"))
    await expect(welcome).to_be_visible()
    await medtech.fill("Search", "banda")
    await expect(welcome).to_be_hidden()
    await medtech.page.get_by_role("button", name=re.compile("Bandages")).click()
    await medtech.sees("996.93 ¤")
    await medtech.press("Close")

    await medtech.follow("Profile")
    await medtech.page.get_by_role("link", name=re.compile("^Character")).click()
    await medtech.page.get_by_label("Faction", exact=True).select_option("Fixers")
    await medtech.press("Save")
    await expect(medtech.page.get_by_role("link", name=re.compile("Character.*Fixers"))).to_be_visible()

    await medtech.press("Sign out")
    await medtech.fill("Character name", "medtech")
    await medtech.fill("Password", PASSWORD)
    await medtech.press("Sign in")
    await medtech.sees_balance("996.93")


async def test_the_set_up_link_makes_the_first_administrator(phone_shop: PhoneShop, real_server: RealServer) -> None:
    desk = await phone_shop.open()
    await desk.set_up(real_server.log)


async def test_a_session_ended_elsewhere_ends_here(phone_shop: PhoneShop) -> None:
    first, second = await phone_shop.open(), await phone_shop.open()
    await first.register("Runner")
    await second.fill("Character name", "Runner")
    await second.fill("Password", PASSWORD)
    await second.press("Sign in")
    await second.sees_balance("1,000.00")

    await first.go("/profile/devices")
    await first.press("Sign out")
    await first.page.get_by_role("dialog").get_by_role("button", name="Sign out", exact=True).click()
    await expect(first.page.get_by_role("dialog")).to_be_hidden()
    await second.sees("Welcome back to the city.")
    # The browser itself reports the refused renewal, which is how the second phone learns of it.
    second.complaints[:] = [line for line in second.complaints if "401" not in line]
