"""The endpoints that programs call: tokens, userinfo, introspection, revocation, devices, discovery."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from loopbank.access import InvalidToken, RateLimits, bearer_token, client_key
from loopbank.identity.oauth import contract, schemas
from loopbank.identity.oauth.addresses import Issuers
from loopbank.identity.oauth.clients import Clients
from loopbank.identity.oauth.devices import DEVICE_SECONDS_MAX, POLL_SECONDS, Devices
from loopbank.identity.oauth.discovery import discovery_document
from loopbank.identity.oauth.errors import InvalidAccessToken, InvalidClient, OAuthRefusal
from loopbank.identity.oauth.inspection import Inspection
from loopbank.identity.oauth.model import Client
from loopbank.identity.oauth.parameters import FORM, Parameters, read_parameters
from loopbank.identity.oauth.redemption import Redemption

DEVICE_PAGE = "/oauth/device"

_TOKEN_LIMIT = "600/minute"  # noqa: S105 -- a rate limit
_DEVICE_LIMIT = "30/minute"
_DISCOVERY_CACHE_CONTROL = "public, max-age=3600"


class OAuthRoute(APIRoute):
    """A route whose refusals are the protocol's own."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the framework's handler."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except OAuthRefusal as refusal:
                return refusal_answer(refusal)

        return handle


def refusal_answer(refusal: OAuthRefusal) -> Response:
    """Write a refusal as RFC 6749, section 5.2, and RFC 6750, section 3, want it."""
    headers = {}
    if refusal.challenge is not None:
        headers["WWW-Authenticate"] = f'{refusal.challenge} realm="loopbank"'
        if refusal.challenge == "Bearer":
            headers["WWW-Authenticate"] += f', error="{refusal.code}"'
    body = {"error": refusal.code, "error_description": refusal.detail}
    return JSONResponse(body, refusal.status, headers)


class ProtocolRoutes:
    """The protocol's endpoints."""

    def __init__(
        self,
        *,
        clients: Clients,
        redemption: Redemption,
        devices: Devices,
        inspection: Inspection,
        rate_limits: RateLimits,
        issuers: Issuers,
    ) -> None:
        self._clients = clients
        self._redemption = redemption
        self._devices = devices
        self._inspection = inspection
        self._rate_limits = rate_limits
        self._issuers = issuers
        self.router = APIRouter(tags=["Sign in to apps"], route_class=OAuthRoute)
        self._add_client_routes()
        self._add_reading()

    def _add_client_routes(self) -> None:
        tokens = dict[str, Any](
            summary="Get tokens",
            description="For a code, a refresh token, a device code or the client's own credentials.",
            response_model=schemas.TokensAnswer,
            responses=contract.refusals(400, 401, also=(429,)),
            openapi_extra=contract.body(schemas.TokenBody),
        )
        add = self.router.add_api_route
        add("/oauth/token", self.token, methods=["POST"], **tokens)
        add("/api/oauth/token", self.token, methods=["POST"], **tokens)
        add(
            "/oauth/introspect",
            self.introspect,
            methods=["POST"],
            summary="Ask whether a token of one's own is active",
            response_model=schemas.IntrospectionAnswer,
            responses=contract.refusals(400, 401, also=(429,)),
            openapi_extra=contract.body(schemas.TokenNamedBody),
        )
        add(
            "/oauth/revoke",
            self.revoke,
            methods=["POST"],
            summary="Withdraw a token of one's own, with all that came from the same sign-in",
            response_model=schemas.NothingAnswer,
            responses=contract.refusals(400, 401, also=(429,)),
            openapi_extra=contract.body(schemas.TokenNamedBody),
        )
        add(
            "/oauth/device_authorization",
            self.authorize_device,
            methods=["POST"],
            summary="Ask to be let in, for a device without a browser",
            response_model=schemas.DeviceAnswer,
            responses=contract.refusals(400, 401, also=(429,)),
            openapi_extra=contract.body(schemas.DeviceBody),
        )

    def _add_reading(self) -> None:
        add = self.router.add_api_route
        for method in ("GET", "POST"):
            add(
                "/oauth/userinfo",
                self.userinfo,
                methods=[method],
                summary="Tell a program of the person who signed in to it",
                response_model=schemas.UserinfoAnswer,
                response_model_exclude_unset=True,
                responses=contract.refusals(401, 403, *((400,) if method == "POST" else ())),
                openapi_extra=contract.userinfo(with_body=method == "POST"),
            )
        for path in ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"):
            add(
                path,
                self.discovery,
                methods=["GET"],
                summary="Describe the provider",
                response_model=schemas.DiscoveryAnswer,
                responses=contract.plain_refusals(404),
            )

    async def token(self, request: Request) -> Response:
        """Give tokens to a client."""
        client, parameters = await self._client(request)
        tokens = await self._redemption.tokens(client, parameters, self._issuers.of(request))
        given = {name: getattr(tokens, name) for name in tokens.__slots__ if getattr(tokens, name) is not None}
        return JSONResponse({**given, "token_type": "Bearer"})

    async def introspect(self, request: Request) -> Response:
        """Tell a client of a token that it was given (RFC 7662)."""
        client, parameters = await self._client(request)
        if client.is_public:
            raise InvalidClient
        return JSONResponse(await self._inspection.introspect(client, parameters.require("token")))

    async def revoke(self, request: Request) -> Response:
        """Withdraw a token that a client was given (RFC 7009)."""
        client, parameters = await self._client(request)
        await self._inspection.revoke(client, parameters.require("token"))
        return JSONResponse({})

    async def authorize_device(self, request: Request) -> Response:
        """Give a device its codes (RFC 8628)."""
        client, parameters = await self._client(request)
        self._rate_limits.check("device authorization", _DEVICE_LIMIT, client_key(request))
        made = await self._devices.ask(client, parameters)
        page = f"{self._issuers.of(request)}{DEVICE_PAGE}"
        return JSONResponse(
            {
                "device_code": made.device_code,
                "user_code": made.user_code,
                "verification_uri": page,
                "verification_uri_complete": f"{page}?user_code={made.user_code}",
                "expires_in": DEVICE_SECONDS_MAX,
                "interval": POLL_SECONDS,
            }
        )

    async def codes_for_device(self, request: Request) -> Response:
        """Give a device its codes where a person would find the page: some devices know that address alone."""
        try:
            return await self.authorize_device(request)
        except OAuthRefusal as refusal:
            return refusal_answer(refusal)

    async def userinfo(self, request: Request) -> Response:
        """Tell what the token's scopes allow (OpenID Connect Core, 5.3)."""
        return JSONResponse(await self._inspection.userinfo(await _shown_token(request)))

    async def discovery(self, request: Request) -> Response:
        """Describe endpoints and abilities."""
        document = discovery_document(self._issuers.of(request))
        return JSONResponse(document, headers={"Cache-Control": _DISCOVERY_CACHE_CONTROL})

    async def _client(self, request: Request) -> tuple[Client, Parameters]:
        parameters = await read_parameters(request)
        self._rate_limits.check("oauth", _TOKEN_LIMIT, client_key(request))
        return await self._clients.recognise(request.headers.get("authorization"), parameters), parameters


async def _shown_token(request: Request) -> str:
    """Give the access token of the header, or of a form (RFC 6750, 2.1 and 2.2). Raises InvalidAccessToken."""
    if "authorization" in request.headers:
        try:
            return bearer_token(request)
        except InvalidToken as error:
            raise InvalidAccessToken from error
    is_form = request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM
    token = (await read_parameters(request)).get("access_token") if request.method == "POST" and is_form else None
    if token is None:
        raise InvalidAccessToken
    return token
