"""What all of the provider's pages have in common: who is in front of them, and how refusals look to people."""

from collections.abc import Awaitable
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from loopbank.access import RateLimits, client_key
from loopbank.foundation.errors import Refusal
from loopbank.identity.admission import BY_TWO_FACTORS, StepUp
from loopbank.identity.devices import place_of
from loopbank.identity.errors import SecondFactorRefused, WrongCredentials
from loopbank.identity.mail import language_of
from loopbank.identity.oauth.authorization import RedirectedRefusal
from loopbank.identity.oauth.browsers import BROWSER_COOKIE, BY_PASSWORD, Browsers, SignedInBrowser
from loopbank.identity.oauth.errors import InvalidRequest
from loopbank.identity.oauth.pages import Pages, go_to
from loopbank.identity.oauth.parameters import Parameters, read_parameters
from loopbank.identity.origins import OwnOrigin
from loopbank.identity.sessions import SignedIn
from loopbank.identity.sign_in import SignIn

AUTHORIZE = "/oauth/authorize"
DEVICE = "/oauth/device"

_GOING_ON = (f"{AUTHORIZE}?", f"{DEVICE}?")
"""Where a sign-in may go on: to our own pages and nowhere else."""

_SIGN_IN_LIMIT = "10/minute"
ASKED_ONCE = {"login", "select_account"}
"""Prompts that want the person to sign in anew."""


class Front:
    """Signs people in to the provider's pages and shows them why something is refused."""

    def __init__(
        self, *, pages: Pages, browsers: Browsers, sign_in: SignIn, origin: OwnOrigin, rate_limits: RateLimits
    ) -> None:
        self.pages = pages
        self.browsers = browsers
        self._sign_in = sign_in
        self._origin = origin
        self._rate_limits = rate_limits

    async def shown(self, request: Request, work: Awaitable[Response]) -> Response:
        """Give the answer of some work, or the page that says why it is refused."""
        try:
            return await work
        except RedirectedRefusal as refusal:
            return go_to(refusal.location)
        except Refusal as refusal:
            return self.pages.tell(request, "refused", refusal.detail, status=refusal.status, headers=refusal.headers)

    async def own_form(self, request: Request) -> Parameters:
        """Read a form that one of our own pages sent. Raises ForeignOrigin."""
        self.refuse_foreign(request)
        return await read_parameters(request)

    def refuse_foreign(self, request: Request) -> None:
        """Refuse what another site's page sends. Raises ForeignOrigin."""
        self._origin.refuse_foreign(request)

    def sign_in_page(
        self,
        request: Request,
        then: str,
        *,
        elsewhere: str = "",
        client: str = "",
        name: str = "",
        locales: str | None = None,
    ) -> Response:
        """Ask who somebody is; `then` is where they go on, `elsewhere` where after the web app's other ways in."""
        return self.pages.show(
            request,
            "sign_in.html",
            "sign_in",
            locales=locales,
            then=then,
            elsewhere=elsewhere,
            client=client,
            name=name,
            mistake=None,
        )

    async def sign_in(self, request: Request) -> Response:
        """Sign somebody in and send them on."""
        form = await self.own_form(request)
        then, name = form.require("then"), form.get("name") or ""
        elsewhere = form.get("elsewhere") or ""
        if not then.startswith(_GOING_ON) or not (elsewhere or then).startswith(_GOING_ON):
            raise InvalidRequest("A sign-in goes on at one of our own pages.")
        self._rate_limits.check("login", _SIGN_IN_LIMIT, client_key(request))
        challenge = form.get("challenge")
        if challenge is not None:
            return await self._step_up(request, then, challenge, form.get("code") or "")
        try:
            outcome = await self._sign_in.sign_in(name, form.get("password") or "", place_of(request))
        except WrongCredentials:
            mistake = self.pages.say(request, "wrong")
            return self.pages.show(
                request,
                "sign_in.html",
                "sign_in",
                status=401,
                then=then,
                elsewhere=elsewhere,
                client="",
                name=name,
                mistake=mistake,
            )
        if isinstance(outcome, StepUp):
            return self._code_page(request, then, outcome.challenge)
        return await self._let_in(request, then, outcome, BY_PASSWORD)

    async def _step_up(self, request: Request, then: str, challenge: str, code: str) -> Response:
        """Take the code of somebody's authenticator app, after the password."""
        try:
            signed_in = await self._sign_in.step_up(challenge, code, place_of(request), language_of(request))
        except SecondFactorRefused:
            return self._code_page(request, then, challenge, mistake=self.pages.say(request, "wrong"))
        return await self._let_in(request, then, signed_in, BY_TWO_FACTORS)

    def _code_page(self, request: Request, then: str, challenge: str, mistake: str | None = None) -> Response:
        status = 200 if mistake is None else 401
        return self.pages.show(
            request, "second_factor.html", "sign_in", status=status, then=then, challenge=challenge, mistake=mistake
        )

    async def _let_in(self, request: Request, then: str, signed_in: SignedIn, amr: str) -> Response:
        former = await self.browsers.current(request)
        remembered = await self.browsers.remember(signed_in.person, signed_in.session, amr, former=former)
        response = go_to(then)
        BROWSER_COOKIE.write(request, response, remembered.cookie)
        return response

    def limit_guesses(self, name: str, limit: str, request: Request, signed_in: SignedInBrowser) -> None:
        """Count what a person tries, and what is tried from where they are. Raises TooManyRequests."""
        self._rate_limits.check(name, limit, signed_in.browser.person.id)
        self._rate_limits.check(name, limit, client_key(request))


def asked_once(query: str) -> str:
    """Give a request's query as it goes on once the person has signed in: without what has been done by then."""
    pairs = []
    for name, value in parse_qsl(query, keep_blank_values=True):
        left = " ".join(prompt for prompt in value.split() if prompt not in ASKED_ONCE) if name == "prompt" else value
        if name != "max_age" and (name != "prompt" or left):
            pairs.append((name, left))
    return urlencode(pairs)


def asked_again(query: str) -> str:
    """Give a request's query with which somebody else may sign in."""
    pairs = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name != "prompt"]
    return urlencode([*pairs, ("prompt", "select_account")])
