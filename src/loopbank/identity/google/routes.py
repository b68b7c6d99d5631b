"""Sign in with Google over HTTP: browsers leave for the provider and come back to the web app."""

import json
from functools import partial
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from loopbank.access import client_key
from loopbank.foundation.errors import Refusal
from loopbank.foundation.http import unhurried
from loopbank.foundation.openapi import refusals
from loopbank.foundation.requests import CamelAnswer, CamelBody, FaceRoute, PlainText
from loopbank.foundation.seals import Seal, SealBroken
from loopbank.identity.admission import StepUp
from loopbank.identity.cookies import HostCookie
from loopbank.identity.devices import place_of
from loopbank.identity.doors import Doors
from loopbank.identity.errors import OutsideNotOffered, OutsideSignInRefused
from loopbank.identity.google.provider import Attempt
from loopbank.identity.google.sign_in import Journey, OutsideSignIn
from loopbank.identity.mail import language_of
from loopbank.identity.password_change import PasswordChange
from loopbank.identity.personal_routes import add_personal
from loopbank.identity.platform_schemas import DoneAnswer
from loopbank.identity.schemas import Password

_LIMIT = "30/minute"
_CONTEXT = "journey"
_TEXT_MAX = 1_000

_OWN_SITES = ("same-origin", "none")
"""Where a browser may say that it comes from: our own pages, or nowhere. Some older ones do not say."""

# The provider's page sends the browser back by a link, which a strict cookie would not follow.
_COOKIE = HostCookie("loopbank_journey", seconds=600, samesite="lax")

_OWN_SCREEN = r"^(/([^/\\\s]\S*)?)?$"
"""A path of the web app: what begins with two slashes, or with a backslash, is another host's."""

_Then = Annotated[
    PlainText,
    Query(
        alias="continue",
        max_length=2_000,
        pattern=_OWN_SCREEN,
        description="The screen of the web app where the person goes on.",
        examples=["/statement"],
    ),
]
_Given = Annotated[str, Query(max_length=_TEXT_MAX, examples=["4/0AX4XfWh"])]


class LinkAccountBody(CamelBody):
    """One's own password."""

    password: Password


class DepartureAnswer(CamelAnswer):
    """Where the browser goes to link the account."""

    authorization_url: str = Field(examples=["https://accounts.google.com/o/oauth2/v2/auth?client_id=bank"])


class OfferAnswer(CamelAnswer):
    """Whether people may sign in with Google here."""

    is_offered: bool = Field(examples=[True])


class LinkedAnswer(CamelAnswer):
    """The addresses of the accounts that are linked to one's own."""

    addresses: list[str] = Field(examples=[["runner@example.org"]])


class GoogleRoutes:
    """Routes under /api/auth/google; all but the first refuse where no client is set."""

    def __init__(self, outside: OutsideSignIn | None, passwords: PasswordChange, doors: Doors, *, seal: Seal) -> None:
        self._offered = outside
        self._passwords = passwords
        self._guard = doors.guard
        self._rate_limits = doors.rate_limits
        self._transport = doors.transport
        self._seal = seal
        self.router = APIRouter(prefix="/api/auth/google", tags=["Sign in with Google"], route_class=FaceRoute)
        self.router.add_api_route(
            "/offer",
            self.tell_offer,
            methods=["GET"],
            summary="Tell whether people may sign in with Google",
            response_model=OfferAnswer,
        )
        for path, endpoint, summary in (
            ("", self.depart, "Go to Google to sign in"),
            ("/callback", self.arrive, "Come back from Google"),
        ):
            self.router.add_api_route(
                path,
                endpoint,
                methods=["GET"],
                status_code=303,
                summary=summary,
                response_class=Response,
                responses={303: {"description": "On to Google, or back to the web app."}, **refusals(400, 404, 429)},
            )
        add = partial(add_personal, self.router)
        add("GET /account", self.show, "Show the linked account", LinkedAnswer, 404)
        add("POST /link", self.link, "Begin to link an account", DepartureAnswer, 400, 404, 429)
        add("POST /unlink", self.unlink, "Take the linked account away", DoneAnswer, 400, 404, 429)

    async def tell_offer(self) -> OfferAnswer:
        """Tell whether this installation is known to Google."""
        return OfferAnswer(is_offered=self._offered is not None)

    async def depart(self, request: Request, then: _Then = "") -> Response:
        """Send the browser to Google; a cookie that no script can read knows what it shall come back with.

        Google may let somebody pass without a question, so nobody leaves by a link of another site: it leads to the
        sign-in, where the person presses the button themselves.
        """
        outside = self._outside()
        if request.headers.get("sec-fetch-site", "none") not in _OWN_SITES:
            return RedirectResponse(_sign_in(then), 303)
        self._rate_limits.check("outside", _LIMIT, client_key(request))
        url, journey = await outside.depart(then=then, former=self._transport.kept(request))
        response = RedirectResponse(url, 303)
        self._remember(request, response, journey)
        return response

    async def arrive(self, request: Request, code: _Given = "", state: _Given = "", error: _Given = "") -> Response:
        """Take the browser back, and send it on to the web app, signed in or with the reason why not."""
        outside = self._outside()
        self._rate_limits.check("outside", _LIMIT, client_key(request))
        then = ""
        try:
            journey = self._journey(request, state)
            then = journey.then
            if error or not code:
                raise OutsideSignInRefused
            outcome = await outside.arrive(journey, code, place_of(request), language_of(request))
        except Refusal as refusal:
            return self._back(request, f"{_sign_in(then)}#refused={quote(refusal.code)}")
        if outcome is None:
            return self._back(request, "/security#linked")
        if isinstance(outcome, StepUp):
            return self._back(request, f"{_sign_in(then)}#challenge={quote(outcome.challenge)}")
        response = self._back(request, then or "/")
        self._transport.write(request, response, outcome.refresh_token)
        return response

    async def show(self, request: Request) -> LinkedAnswer:
        """Show with which account one may sign in."""
        principal = await self._guard.person(request)
        return LinkedAnswer(addresses=await self._outside().addresses(principal.person_id))

    @unhurried
    async def link(self, request: Request, response: Response, body: LinkAccountBody) -> DepartureAnswer:
        """Link an account at Google to one's own, proving the password."""
        principal = await self._guard.person(request)
        outside = self._outside()
        self._rate_limits.check("link-account", _LIMIT, principal.person_id)
        await self._passwords.prove(principal, body.password)
        url, journey = await outside.depart(principal.person_id)
        self._remember(request, response, journey)
        return DepartureAnswer(authorization_url=url)

    @unhurried
    async def unlink(self, request: Request, body: LinkAccountBody) -> DoneAnswer:
        """Sign in with Google no more, proving the password."""
        principal = await self._guard.person(request)
        outside = self._outside()
        self._rate_limits.check("link-account", _LIMIT, principal.person_id)
        await self._passwords.prove(principal, body.password)
        await outside.unlink(principal.person_id, language_of(request))
        return DoneAnswer(message="The account is not linked any more.")

    def _outside(self) -> OutsideSignIn:
        if self._offered is None:
            raise OutsideNotOffered
        return self._offered

    def _remember(self, request: Request, response: Response, journey: Journey) -> None:
        attempt = journey.attempt
        told = [attempt.state, attempt.nonce, attempt.verifier, journey.person_id, journey.then, journey.former]
        _COOKIE.write(request, response, self._seal.close(json.dumps(told).encode(), _CONTEXT))

    def _journey(self, request: Request, state: str) -> Journey:
        """Give the journey that this browser left for. Raises OutsideSignInRefused."""
        try:
            told = json.loads(self._seal.open(_COOKIE.read(request) or "", _CONTEXT))
        except SealBroken as error:
            raise OutsideSignInRefused from error
        journey = Journey(Attempt(*told[:3]), *told[3:])
        if journey.attempt.state != state:
            raise OutsideSignInRefused
        return journey

    def _back(self, request: Request, path: str) -> Response:
        response = RedirectResponse(path, 303)
        _COOKIE.erase(request, response)
        return response


def _sign_in(then: str) -> str:
    """Give the address of the sign-in, from where the person goes on as they wanted."""
    return f"/sign-in?continue={quote(then, safe='')}" if then else "/sign-in"
