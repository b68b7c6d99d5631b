"""The journey of the casino: a player spins and proves it, the game master moves the dial, all on real screens."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.browser.phone import PASSWORD, PATIENCE_SECONDS, Phone, PhoneShop, Viewport
from tests.support.server import RealServer
from tests.support.servers import ServerStarter

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_STARLIGHT = "/api/v1/casino/starlight-smuggler/spin"
_SPINS_UNTIL_TRIGGER_MAX = 1_500
"""Free spins come once in 39.73 spins: the chance of none in so many is 4e-17."""


@pytest.fixture
def casino(sqlite_database_url: str, start_server: ServerStarter) -> RealServer:
    """A bank that lets one person spin as fast as a test does; one database is enough for what screens show."""
    return start_server(sqlite_database_url, environment={"LOOPBANK_RATE_LIMITS": "false"})


@pytest.fixture
def shop(browser: Browser, casino: RealServer, built_web_app: Path, viewport: Viewport) -> Iterator[PhoneShop]:
    """Hands out phones (or desks) of the casino's guests."""
    opened = PhoneShop(browser, casino.base_url, viewport)
    yield opened
    assert opened.complaints == []


async def test_a_player_spins_both_games_and_proves_a_round(
    shop: PhoneShop, casino: RealServer, axe_script: str, tmp_path: Path
) -> None:
    runner = await shop.open()
    await runner.register("Runner")
    await runner.follow("Casino")
    await runner.sees("True return today")
    await _fits_everybody(runner, axe_script)

    await runner.page.get_by_role("link", name=re.compile("Glitch Grid")).click()
    await _spin(runner, "Spin")
    await _fits_everybody(runner, axe_script)

    _play_until_free_spins(casino.base_url, "Runner")
    await runner.go("/casino/games/starlight-smuggler")
    await runner.sees("5 free spins left")
    await _spin(runner, "Free spin")
    await runner.sees("4 free spins left")
    await _fits_everybody(runner, axe_script)
    _play(casino.base_url, "Runner", spins=4)
    await runner.go("/casino/games/starlight-smuggler")
    await _spin(runner, "Spin")

    await runner.go("/casino/rounds")
    await runner.page.get_by_role("link", name=re.compile("with 5 free spins")).first.click()
    await runner.press("Reveal and verify")
    await expect(runner.page.get_by_test_id("verdict")).to_have_text(re.compile("everything is right"))
    await runner.sees("Free spin 5")
    await _fits_everybody(runner, axe_script)
    async with runner.page.expect_download() as saving:
        await runner.press("Save this page’s proof")  # noqa: RUF001 -- the app writes an apostrophe
    proof = tmp_path / "proof.json"
    await (await saving.value).save_as(proof)

    stranger = await shop.open()
    await stranger.page.evaluate("navigator.serviceWorker.ready")
    await stranger.go("/casino/verify")
    await stranger.page.context.set_offline(True)
    await stranger.page.get_by_label("Choose a proof file").set_input_files(proof)
    await expect(stranger.page.get_by_test_id("verdict")).to_have_text(re.compile("everything is right"))
    forged = proof.read_text().replace('"free_spins_awarded": 5', '"free_spins_awarded": 4')
    proof.write_text(forged)
    await stranger.page.get_by_label("Choose a proof file").set_input_files(proof)
    await expect(stranger.page.get_by_test_id("verdict")).to_have_text(re.compile("something differs"))
    await _fits_everybody(stranger, axe_script)


async def test_the_game_master_moves_the_dial_and_players_see_it(
    shop: PhoneShop, casino: RealServer, axe_script: str
) -> None:
    link = re.search(r"/setup#\S+", casino.log)
    assert link is not None
    desk, runner = await shop.open(), await shop.open()
    await desk.go(link.group())
    await desk.fill("Administrator name", "Game Master")
    await desk.fill("Password", PASSWORD)
    await desk.fill("Repeat password", PASSWORD)
    await desk.press("Create administrator")
    await desk.sees("Hi, Game Master")

    await desk.go("/desk/casino")
    await desk.sees("House result to expect")
    await desk.page.get_by_label("New setting").fill("1043")
    await desk.sees("Above 100% the house pays more than it takes.")
    await _fits_everybody(desk, axe_script)
    await desk.press("Move the dial to 104.3%")
    dialog = desk.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("from 95.0% to 104.3%")
    await dialog.get_by_role("button", name="Move the dial to 104.3%").click()
    await expect(desk.page.get_by_test_id("dial-now")).to_have_text("104.3%")

    await runner.register("Runner")
    await runner.go("/casino/games/glitch-grid/par-sheet")
    await runner.sees(re.compile(r"^104\.(29999|30000)\d+%$"))
    for screen in ("/casino/fairness", "/casino/care", "/casino/games/starlight-smuggler/par-sheet"):
        await runner.go(screen)
        await expect(runner.page.locator(".skeleton")).to_have_count(0)
        await _fits_everybody(runner, axe_script)

    await runner.go("/casino/care")
    await runner.press("Take a break")
    await runner.page.get_by_role("dialog").get_by_role("button", name="Take a break").click()
    await expect(runner.page.get_by_role("dialog")).to_be_hidden()
    await runner.go("/casino/games/glitch-grid")
    await runner.sees(re.compile("You are taking a break until"))
    await expect(runner.page.get_by_role("button", name="Spin", exact=True)).to_be_disabled()


async def _spin(phone: Phone, button: str) -> None:
    """Press the button and wait until the reels stand and it can be pressed again."""
    await phone.press(button)
    await phone.sees(re.compile("^Check round"))
    await expect(phone.page.locator("button.spin")).not_to_have_attribute("aria-disabled", "true")


async def _fits_everybody(phone: Phone, axe_script: str) -> None:
    assert await phone.accessibility_violations(axe_script) == []
    assert await phone.overflow_pixels() == 0


def _play_until_free_spins(base_url: str, name: str) -> None:
    with httpx.Client(base_url=base_url, headers=_signed_in(base_url, name), timeout=PATIENCE_SECONDS) as client:
        for _ in range(_SPINS_UNTIL_TRIGGER_MAX):
            if _spin_by_api(client)["bonus_spins_awarded"] == 5:
                return
    raise AssertionError("no free spins")


def _play(base_url: str, name: str, *, spins: int) -> None:
    with httpx.Client(base_url=base_url, headers=_signed_in(base_url, name), timeout=PATIENCE_SECONDS) as client:
        for _ in range(spins):
            _spin_by_api(client)


def _spin_by_api(client: httpx.Client) -> dict[str, int]:
    answer = client.post(_STARLIGHT, json={"bet_amount": 0.01}, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code == httpx.codes.OK, answer.text
    shown: dict[str, int] = answer.json()
    return shown


def _signed_in(base_url: str, name: str) -> dict[str, str]:
    who = {"character_name": name, "password": PASSWORD}
    answer = httpx.post(f"{base_url}/api/v1/auth/login", json=who, timeout=PATIENCE_SECONDS)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
