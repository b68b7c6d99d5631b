"""The page on which an app lets people sign out here as well (OpenID Connect RP-Initiated Logout 1.0).

The person is always asked: the app's request is a link like any other, and following a link signs nobody out.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from loopbank.foundation.requests import StrictRoute
from loopbank.identity.oauth import contract
from loopbank.identity.oauth.browsers import BROWSER_COOKIE
from loopbank.identity.oauth.clients import Clients
from loopbank.identity.oauth.errors import UnusableAuthorization
from loopbank.identity.oauth.front import Front
from loopbank.identity.oauth.model import Client
from loopbank.identity.oauth.pages import go_to
from loopbank.identity.oauth.parameters import Parameters, parse_query, query_of
from loopbank.identity.oauth.redirects import is_registered, with_query
from loopbank.identity.oauth.tokens import ID_TOKEN_TYPE, TokenMint

LOGOUT = "/oauth/logout"
_CONFIRM = "/oauth/logout/confirm"


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """Where the person goes afterwards; nowhere when the app did not say."""

    location: str | None


class LogoutRoutes:
    """Asks whether somebody wants to sign out, and does it."""

    def __init__(self, *, front: Front, clients: Clients, mint: TokenMint) -> None:
        self._front = front
        self._clients = clients
        self._mint = mint
        self.router = APIRouter(tags=["Sign in to apps"], route_class=StrictRoute)
        add = self.router.add_api_route
        add(
            LOGOUT,
            self.ask,
            methods=["GET"],
            summary="Let a person sign out",
            response_class=Response,
            responses=contract.page(400),
            openapi_extra={"parameters": contract.LOGOUT_PARAMETERS},
        )
        add(LOGOUT, self.ask_by_form, methods=["POST"], include_in_schema=False)
        add(_CONFIRM, self.sign_out, methods=["POST"], include_in_schema=False)

    async def ask(self, request: Request) -> Response:
        """Ask whether the person wants to sign out."""
        return await self._front.shown(request, self._ask(request))

    async def ask_by_form(self, request: Request) -> Response:
        """Take a request that came as a form; it goes on as an address, because other sites' forms carry no cookie."""
        body = (await request.body()).decode("utf-8", "replace")
        return go_to(f"{LOGOUT}?{urlencode(parse_qsl(body, keep_blank_values=True))}")

    async def sign_out(self, request: Request) -> Response:
        """Sign the person out."""
        return await self._front.shown(request, self._sign_out(request))

    async def _ask(self, request: Request) -> Response:
        query = query_of(request)
        asked = await self._read(parse_query(query))
        here = await self._front.browsers.current(request)
        if here is None:
            return self._done(request, asked)
        return self._front.pages.show(request, "sign_out.html", "sign_out", name=here.browser.person.name, query=query)

    async def _sign_out(self, request: Request) -> Response:
        form = await self._front.own_form(request)
        asked = await self._read(parse_query(form.get("request") or ""))
        here = await self._front.browsers.current(request)
        if here is not None:
            await self._front.browsers.end(here)
        response = self._done(request, asked)
        BROWSER_COOKIE.erase(request, response)
        return response

    def _done(self, request: Request, asked: LogoutRequest) -> Response:
        if asked.location is not None:
            return go_to(asked.location)
        return self._front.pages.tell(request, "signed_out", "signed_out_text")

    async def _read(self, parameters: Parameters) -> LogoutRequest:
        """Read a request. Raises UnusableAuthorization: what is not sure is shown and goes nowhere."""
        client = await self._client(parameters)
        location = parameters.get("post_logout_redirect_uri")
        if location is None:
            return LogoutRequest(None)
        if client is None or not is_registered(location, client.post_logout_redirect_uris):
            raise UnusableAuthorization("The app wants you to go on at an address that it did not register.")
        return LogoutRequest(with_query(location, {"state": parameters.get("state")}))

    async def _client(self, parameters: Parameters) -> Client | None:
        client_id, hint = parameters.get("client_id"), parameters.get("id_token_hint")
        if hint is not None:
            read = await self._mint.read(hint)
            if read is None or read.type != ID_TOKEN_TYPE:
                raise UnusableAuthorization("The app shows a sign-in that is not one of ours.")
            hinted = str(read.claims["aud"])
            if client_id not in (None, hinted):
                raise UnusableAuthorization("The app shows the sign-in of another app.")
            client_id = hinted
        return None if client_id is None else await self._clients.find(client_id)
