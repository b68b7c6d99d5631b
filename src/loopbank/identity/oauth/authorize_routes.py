"""The pages on which people sign in to an app and agree to what it asks for (RFC 6749, 4.1)."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from loopbank.access import Guard
from loopbank.foundation.http import unhurried
from loopbank.foundation.openapi import refusals, signed_in
from loopbank.foundation.requests import StrictRoute
from loopbank.identity.oauth import contract, schemas
from loopbank.identity.oauth.addresses import Issuers
from loopbank.identity.oauth.authorization import Authorization, AuthorizationRequest
from loopbank.identity.oauth.browsers import BROWSER_COOKIE
from loopbank.identity.oauth.consent import Consent, Question
from loopbank.identity.oauth.errors import AccessDenied, InvalidAccessToken
from loopbank.identity.oauth.front import ASKED_ONCE, AUTHORIZE, Front, asked_again, asked_once
from loopbank.identity.oauth.pages import go_to
from loopbank.identity.oauth.parameters import parse_query, query_of

_CONSENT = "/oauth/consent"


class AuthorizeRoutes:
    """Asks people on behalf of apps, and sends them back with the answer.

    Everything an app asks for stays in the address until it is answered, so nothing is kept for those who never answer.
    """

    def __init__(
        self, *, front: Front, consent: Consent, authorization: Authorization, issuers: Issuers, guard: Guard
    ) -> None:
        self._front = front
        self._consent = consent
        self._authorization = authorization
        self._issuers = issuers
        self._guard = guard
        self.router = APIRouter(tags=["Sign in to apps"], route_class=StrictRoute)
        add = self.router.add_api_route
        add(
            AUTHORIZE,
            self.authorize,
            methods=["GET"],
            summary="Let a person sign in to an app",
            description="The person's browser comes here; the answer goes to the app's registered address.",
            response_class=Response,
            responses=contract.page(400),
            openapi_extra={"parameters": contract.AUTHORIZATION_PARAMETERS},
        )
        add(AUTHORIZE, self.authorize_by_form, methods=["POST"], include_in_schema=False)
        add("/oauth/sign-in", self.sign_in, methods=["POST"], include_in_schema=False)
        add(_CONSENT, self.decide, methods=["POST"], include_in_schema=False)
        add("/oauth/pages.css", self.style, methods=["GET"], include_in_schema=False)
        add(
            "/oauth/browser",
            self.adopt,
            methods=["POST"],
            summary="Let the pages for apps know this browser",
            description="For the web app: gives the browser a cookie with which apps' sign-ins need no password.",
            response_model=schemas.DoneAnswer,
            responses=refusals(401, 403),
            openapi_extra=signed_in(),
        )

    async def authorize(self, request: Request) -> Response:
        """Answer an app's request, or ask the person what it still needs."""
        return await self._front.shown(request, self._go_on(request, query_of(request)))

    async def authorize_by_form(self, request: Request) -> Response:
        """Take a request that came as a form; it goes on as an address, because other sites' forms carry no cookie."""
        return await self._front.shown(request, _as_address(request, AUTHORIZE))

    @unhurried
    async def sign_in(self, request: Request) -> Response:
        """Sign a person in and go on."""
        return await self._front.shown(request, self._front.sign_in(request))

    async def decide(self, request: Request) -> Response:
        """Take what the person says to an app's request."""
        return await self._front.shown(request, self._decide(request))

    async def style(self) -> Response:
        """Give the pages' stylesheet."""
        return self._front.pages.style()

    async def adopt(self, request: Request, response: Response) -> schemas.DoneAnswer:
        """Give a browser whose web app is signed in the cookie of these pages."""
        principal = await self._guard.person(request)
        self._front.refuse_foreign(request)
        cookie = await self._front.browsers.adopt(principal)
        if cookie is None:
            raise InvalidAccessToken
        BROWSER_COOKIE.write(request, response, cookie)
        return schemas.DoneAnswer(message="This browser is known to the pages for apps.")

    async def _go_on(self, request: Request, query: str) -> Response:
        asked = await self._authorization.read(parse_query(query), self._issuers.of(request))
        here = await self._front.browsers.current(request)
        if here is None or self._authorization.needs_sign_in(asked, here.browser):
            return self._sign_in_page(request, asked, query)
        grant = await self._authorization.standing_grant(asked, here.browser)
        if grant is not None:
            return go_to(await self._authorization.repeat(asked, here.browser, grant))
        return await self._consent.page(request, _question(asked, query), here.browser)

    async def _decide(self, request: Request) -> Response:
        form = await self._front.own_form(request)
        query = form.require("request")
        asked = await self._authorization.read(parse_query(query), self._issuers.of(request))
        here = await self._front.browsers.current(request)
        if here is None or self._authorization.needs_sign_in(asked, here.browser):
            return self._sign_in_page(request, asked, query)
        question = _question(asked, query)
        answer = self._consent.answer(question, form, here.browser)
        if answer is None:
            return await self._consent.page(request, question, here.browser, is_wrong=True)
        if not answer.is_allowed:
            return go_to(self._authorization.refused(asked, AccessDenied()))
        return go_to(await self._authorization.allow(asked, here.browser, spend_limit=answer.spend_limit))

    def _sign_in_page(self, request: Request, asked: AuthorizationRequest, query: str) -> Response:
        self._authorization.needs_sign_in(asked, None)
        # In the web app nobody signs in anew who is signed in there, so it is no way for an app that asks for that.
        is_anew = bool(asked.prompts & ASKED_ONCE)
        return self._front.sign_in_page(
            request,
            f"{AUTHORIZE}?{asked_once(query)}",
            elsewhere="" if is_anew else f"{AUTHORIZE}?{query}",
            client=asked.client.name,
            name=asked.login_hint,
            locales=asked.locales,
        )


def _question(asked: AuthorizationRequest, query: str) -> Question:
    return Question(
        client=asked.client,
        scopes=asked.scopes,
        action=_CONSENT,
        carried=("request", query),
        someone_else=f"{AUTHORIZE}?{asked_again(query)}",
        locales=asked.locales,
    )


async def _as_address(request: Request, path: str) -> Response:
    body: Any = await request.body()
    return go_to(f"{path}?{urlencode(parse_qsl(body.decode('utf-8', 'replace'), keep_blank_values=True))}")
