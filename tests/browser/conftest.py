"""The real web app in a real Chromium, against the real server."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.phone import PATIENCE_SECONDS, PhoneShop, Viewport
from tests.support.server import RealServer

_WEB = Path(__file__).parents[2] / "web"
_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

PHONE = Viewport("phone", width=390, height=844, is_touch=True)
DESK = Viewport("desk", width=1280, height=800, is_touch=False)


@pytest.fixture(scope="session", autouse=True)
def patience() -> None:
    """Let a busy machine take its time."""
    expect.set_options(timeout=PATIENCE_SECONDS * 1_000)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is; without one there is nothing to drive."""
    named = os.environ.get("LOOPBANK_TEST_CHROMIUM")
    path = named or next(filter(None, map(shutil.which, _CHROMIUM_NAMES)), None)
    if path is None:
        pytest.skip("No Chromium on this machine: install Debian's `chromium` or set LOOPBANK_TEST_CHROMIUM.")
    return path


@pytest.fixture(scope="session")
def built_web_app() -> Path:
    """The folder of the built app, which the server serves."""
    dist = _WEB / "dist"
    if not (dist / "index.html").exists():
        pytest.skip("The web app is not built: run `make setup`.")
    return dist


@pytest.fixture(scope="session")
def axe_script() -> str:
    """The accessibility checker's code, to run inside a page."""
    path = _WEB / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        pytest.skip("axe-core is not installed: run `make setup`.")
    return path.read_text()


@pytest.fixture(params=[PHONE, DESK], ids=lambda viewport: str(viewport.name))
def viewport(request: pytest.FixtureRequest) -> Viewport:
    """A screen; a test that asks for it runs on a phone and on a desk."""
    chosen: Viewport = request.param
    return chosen


@pytest.fixture
def database_url(viewport: Viewport, request: pytest.FixtureRequest) -> str:
    """An event's phones meet SQLite and a company's desks PostgreSQL; each journey meets both once."""
    url: str = request.getfixturevalue("sqlite_database_url" if viewport is PHONE else "postgres_database_url")
    return url


@pytest.fixture(scope="module")
async def browser(chromium_path: str, anyio_backend: str) -> AsyncIterator[Browser]:
    """A running Chromium."""
    async with async_playwright() as playwright:
        # Chromium's own sandbox needs rights that containers withhold; only our own pages are opened.
        running = await playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield running
        await running.close()


@pytest.fixture
def phone_shop(
    browser: Browser, real_server: RealServer, built_web_app: Path, viewport: Viewport
) -> Iterator[PhoneShop]:
    """Hands out phones (or desks) that are strangers to each other."""
    shop = PhoneShop(browser, real_server.base_url, viewport)
    yield shop
    assert shop.complaints == []
