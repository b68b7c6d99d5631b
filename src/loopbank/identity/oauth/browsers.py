"""Browsers in which somebody is signed in to the provider's own pages.

The web app keeps its session in a cookie that other sites' links do not carry (docs/adr/0013). People come to the
provider by such links, so its pages have a cookie of their own: it names a session and can do nothing but show these
pages as that person.
"""

from dataclasses import dataclass

from starlette.requests import Request

from loopbank.access import Principal
from loopbank.foundation.clock import Clock
from loopbank.foundation.database import Database
from loopbank.foundation.ids import new_secret
from loopbank.identity.cookies import HostCookie
from loopbank.identity.oauth import store
from loopbank.identity.oauth.model import Browser
from loopbank.identity.people import Person, Session
from loopbank.identity.sessions import IDLE_SECONDS_MAX, Sessions
from loopbank.identity.tokens import token_hash

BY_PASSWORD = "pwd"  # noqa: S105 -- a means of authentication (RFC 8176), not a password
BY_THE_APP = "user"

BROWSER_COOKIE = HostCookie("loopbank_browser", seconds=IDLE_SECONDS_MAX, samesite="lax")
"""Links of other sites carry it, their forms and scripts do not."""


@dataclass(frozen=True, slots=True)
class SignedInBrowser:
    """A browser, and the cookie's value that stands for it."""

    browser: Browser
    cookie: str


class Browsers:
    """Knows the browsers by their cookies."""

    def __init__(self, *, database: Database, sessions: Sessions, clock: Clock) -> None:
        self._database = database
        self._sessions = sessions
        self._clock = clock

    async def current(self, request: Request) -> SignedInBrowser | None:
        """Give the browser that a request comes from, when somebody is signed in there."""
        cookie = BROWSER_COOKIE.read(request)
        if not cookie:
            return None
        async with self._database.reading() as tx:
            browser = await store.find_browser(tx, token_hash(cookie), now=self._clock())
        return None if browser is None else SignedInBrowser(browser, cookie)

    async def remember(
        self, person: Person, session: Session, amr: str, *, former: SignedInBrowser | None
    ) -> SignedInBrowser:
        """Remember that somebody has just signed in; the same person stays in the session they had in this browser.

        What hangs on that session lives on, and the one just opened ends again. Somebody else's session ends.
        """
        now = self._clock()
        session_id, ends_at = session.id, session.ends_at
        if former is not None and former.browser.person.id == person.id:
            session_id, ends_at = former.browser.session_id, former.browser.session_ends_at
            await self._sessions.sign_out(session.id)
        elif former is not None:
            await self._sessions.sign_out(former.browser.session_id)
        made = SignedInBrowser(Browser(person, session_id, ends_at, now, amr), new_secret())
        async with self._database.transaction() as tx:
            if former is not None:
                await store.delete_browser(tx, token_hash(former.cookie))
            await store.insert_browser(tx, token_hash(made.cookie), made.browser)
        return made

    async def adopt(self, principal: Principal) -> str | None:
        """Give a cookie for the session of somebody who is signed in to the web app; None when it has just ended."""
        cookie = new_secret()
        async with self._database.transaction() as tx:
            session = await store.find_session(tx, principal.session_id, now=self._clock())
            person = await store.lock_person(tx, principal.person_id)
            if session is None or person is None:
                return None
            browser = Browser(person, session.id, session.ends_at, session.created_at, BY_THE_APP)
            await store.insert_browser(tx, token_hash(cookie), browser)
        return cookie

    async def end(self, signed_in: SignedInBrowser) -> None:
        """End the session of a browser, and everything that hangs on it."""
        await self._sessions.sign_out(signed_in.browser.session_id)
