"""A person's phone: what a hand does on the screens, by the words that are written there."""

import re
from dataclasses import dataclass, field
from typing import Any, Self

from playwright.async_api import Browser, ConsoleMessage, Page, Request, expect

PASSWORD = "chrome-rain-4417"

PATIENCE_SECONDS = 20
"""How long a busy machine may take: these tests are about what happens, not about how fast."""

_AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_ALL_HAS_MOVED_IN = """
Promise.all(document.getAnimations().filter(a => a.effect.getTiming().iterations === 1).map(a => a.finished))
"""
_OWN_SCHEMES = ("data:", "blob:")


@dataclass(frozen=True, slots=True)
class Viewport:
    """The size of a screen in CSS pixels."""

    name: str
    width: int
    height: int
    is_touch: bool


@dataclass  # without slots: playwright hangs names of its own on the object of a bound listener
class Phone:
    """One browser with its own storage, showing the bank."""

    page: Page
    base_url: str
    complaints: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, browser: Browser, base_url: str, viewport: Viewport) -> Self:
        """Take a phone out of its box and open the bank."""
        context = await browser.new_context(
            viewport={"width": viewport.width, "height": viewport.height},
            has_touch=viewport.is_touch,
            locale="en-GB",
        )
        phone = cls(await context.new_page(), base_url)
        phone.page.on("console", phone._hear_console)
        phone.page.on("pageerror", lambda error: phone.complaints.append(f"page error: {error}"))
        phone.page.on("request", phone._watch_request)
        await phone.go("/")
        return phone

    async def go(self, path: str) -> None:
        """Open an address of the bank and wait until its screen stands."""
        await self.page.goto(self.base_url + path)
        await expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    async def press(self, name: str) -> None:
        """Press the button with exactly these words."""
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def follow(self, name: str) -> None:
        """Follow the first link with exactly these words that can be seen."""
        await self.page.get_by_role("link", name=name, exact=True).locator("visible=true").first.click()

    async def fill(self, label: str, text: str) -> None:
        """Write into the field with exactly this label."""
        await self.page.get_by_label(label, exact=True).fill(text)

    async def register(self, name: str) -> None:
        """Open an account from the first screen and wait for the welcome bonus."""
        await self.follow("Open an account")
        # Both screens ask for a character name; only the new one may get it.
        await expect(self.page.get_by_role("heading", name="Open an account")).to_be_visible()
        await self.fill("Character name", name)
        await self.fill("Password", PASSWORD)
        await self.press("Open account")
        await self.sees_balance("1,000.00")
        # From here on nothing that happens is missed.
        await expect(self.page.get_by_text("Live", exact=True)).to_be_visible()

    async def set_up(self, server_log: str) -> None:
        """Become the first administrator, with the link that the server printed."""
        link = re.search(r"/setup#\S+", server_log)
        assert link is not None
        await self.go(link.group())
        await self.fill("Administrator name", "Game Master")
        await self.fill("Password", PASSWORD)
        await self.fill("Repeat password", PASSWORD)
        await self.press("Create administrator")
        await self.sees("Hi, Game Master")

    async def account_number(self) -> str:
        """Read the own account number off the home screen."""
        label = await self.page.get_by_role("button", name=re.compile("^Copy NC-")).get_attribute("aria-label")
        assert label is not None
        return label.removeprefix("Copy ")

    async def sees(self, text: str | re.Pattern[str]) -> None:
        """Wait until a text is on the screen."""
        await expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible()

    async def sees_balance(self, digits: str) -> None:
        """Wait until the home screen shows a balance."""
        await expect(self.page.get_by_test_id("balance")).to_contain_text(digits)

    async def overflow_pixels(self) -> int:
        """Tell by how much the screen is wider than the phone."""
        pixels: int = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return pixels

    async def accessibility_violations(self, axe_script: str) -> list[str]:
        """Let axe look at the screen as it is; one line per finding."""
        # A screen that is still moving in is half transparent, which is not how people read it.
        await self.page.evaluate(_ALL_HAS_MOVED_IN)
        await self.page.evaluate(axe_script)
        result: dict[str, Any] = await self.page.evaluate("rules => axe.run(document, {runOnly: rules})", _AXE_RULES)
        return [
            f"{violation['id']} ({violation['impact']}): {node['target']}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]

    def _hear_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console {message.type}: {message.text} ({message.location['url']})")

    def _watch_request(self, request: Request) -> None:
        if not request.url.startswith((self.base_url, *_OWN_SCHEMES)):
            self.complaints.append(f"a request left the origin: {request.url}")


class PhoneShop:
    """Opens browsers without a past and gathers what went wrong in them."""

    def __init__(self, browser: Browser, base_url: str, viewport: Viewport) -> None:
        self._browser = browser
        self._base_url = base_url
        self._viewport = viewport
        self._phones: list[Phone] = []

    @property
    def complaints(self) -> list[str]:
        """Console errors, broken pages and requests to other origins, of all phones."""
        return [complaint for phone in self._phones for complaint in phone.complaints]

    async def open(self) -> Phone:
        """Open a phone on which nobody has ever signed in."""
        phone = await Phone.open(self._browser, self._base_url, self._viewport)
        self._phones.append(phone)
        return phone
