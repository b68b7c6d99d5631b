"""The developers' console of clients, and the apps that a person is connected to."""

from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as PathParameter
from starlette.requests import Request

from loopbank.access import Guard, RateLimits, Role
from loopbank.foundation.openapi import refusals, signed_in
from loopbank.foundation.requests import PlainText, StrictRoute
from loopbank.identity.oauth import schemas
from loopbank.identity.oauth.clients import Clients, Registration
from loopbank.identity.oauth.errors import UnacceptableClient
from loopbank.identity.oauth.families import Families
from loopbank.identity.oauth.model import GrantType
from loopbank.identity.oauth.scopes import SCOPES

_CREATE_LIMIT = "30/hour"

ClientId = Annotated[
    PlainText,
    PathParameter(max_length=100, description="A client.", examples=["client_4b4f6f5e3d594c399a666f7a0f2f9c11"]),
]
AppId = Annotated[
    PlainText,
    PathParameter(max_length=100, description="A connection.", examples=["4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11"]),
]


class ClientRoutes:
    """Routes under /api/developer/clients."""

    def __init__(self, clients: Clients, guard: Guard, rate_limits: RateLimits) -> None:
        self._clients = clients
        self._guard = guard
        self._rate_limits = rate_limits
        self.router = APIRouter(prefix="/api/developer/clients", tags=["Developers"], route_class=StrictRoute)
        self._add_registering()
        self._add_changing()

    def _add_registering(self) -> None:
        add = self.router.add_api_route
        add(
            "",
            self.list,
            methods=["GET"],
            summary="List one's own clients",
            description="Administrators see everybody's.",
            response_model=schemas.ClientsAnswer,
            responses=refusals(401, 403),
            openapi_extra=signed_in(),
        )
        add(
            "",
            self.create,
            methods=["POST"],
            status_code=201,
            summary="Register a client",
            description="The secret is shown in this answer and never again.",
            response_model=schemas.NewClientAnswer,
            responses=refusals(400, 401, 403, 422, 429),
            openapi_extra=signed_in(),
        )

    def _add_changing(self) -> None:
        add = self.router.add_api_route
        add(
            "/{client_id}",
            self.change,
            methods=["PUT"],
            summary="Change what is registered of a client",
            response_model=schemas.ClientAnswer,
            responses=refusals(400, 401, 403, 404, 422),
            openapi_extra=signed_in(),
        )
        add(
            "/{client_id}/secret",
            self.rotate_secret,
            methods=["POST"],
            summary="Give a client a new secret",
            description="The old one opens nothing from then on.",
            response_model=schemas.NewClientAnswer,
            responses=refusals(401, 403, 404, 422),
            openapi_extra=signed_in(),
        )
        add(
            "/{client_id}",
            self.delete,
            methods=["DELETE"],
            summary="Delete a client",
            description="Everything that people granted it ends within seconds.",
            response_model=schemas.DoneAnswer,
            responses=refusals(401, 403, 404, 422),
            openapi_extra=signed_in(),
        )

    async def list(self, request: Request) -> schemas.ClientsAnswer:
        """Show the clients that a developer may change."""
        developer = await self._guard.at_least(request, Role.DEVELOPER)
        clients = await self._clients.list(developer)
        return schemas.ClientsAnswer(clients=[schemas.listed_client_view(listed) for listed in clients])

    async def create(self, request: Request, body: schemas.NewClientBody) -> schemas.NewClientAnswer:
        """Register a client."""
        developer = await self._guard.at_least(request, Role.DEVELOPER)
        self._rate_limits.check("client", _CREATE_LIMIT, developer.person_id)
        new = await self._clients.register(developer, _registration(body), is_public=body.is_public)
        message = "The client is registered." if new.secret is None else "Keep the secret: it is shown only now."
        return schemas.NewClientAnswer(message=message, client=schemas.new_client_view(new))

    async def change(self, request: Request, client_id: ClientId, body: schemas.ClientTerms) -> schemas.ClientAnswer:
        """Change a client."""
        developer = await self._guard.at_least(request, Role.DEVELOPER)
        client = await self._clients.change(developer, client_id, _registration(body))
        view = schemas.ClientView(**schemas.client_view(client))
        return schemas.ClientAnswer(message="The client is changed.", client=view)

    async def rotate_secret(self, request: Request, client_id: ClientId) -> schemas.NewClientAnswer:
        """Replace a client's secret."""
        developer = await self._guard.at_least(request, Role.DEVELOPER)
        new = await self._clients.rotate_secret(developer, client_id)
        return schemas.NewClientAnswer(
            message="Keep the secret: it is shown only now.", client=schemas.new_client_view(new)
        )

    async def delete(self, request: Request, client_id: ClientId) -> schemas.DoneAnswer:
        """Delete a client."""
        developer = await self._guard.at_least(request, Role.DEVELOPER)
        await self._clients.delete(developer, client_id)
        return schemas.DoneAnswer(message="The client is deleted.")


class AppRoutes:
    """Routes under /api/auth/connected-apps."""

    def __init__(self, families: Families, guard: Guard) -> None:
        self._families = families
        self._guard = guard
        self.router = APIRouter(prefix="/api/auth/connected-apps", tags=["Connected apps"], route_class=StrictRoute)
        self.router.add_api_route(
            "",
            self.list,
            methods=["GET"],
            summary="List the apps that one is connected to",
            response_model=schemas.AppsAnswer,
            responses=refusals(401),
            openapi_extra=signed_in(),
        )
        self.router.add_api_route(
            "/{app_id}",
            self.disconnect,
            methods=["DELETE"],
            summary="Disconnect from an app",
            description="What it was granted ends within seconds.",
            response_model=schemas.DoneAnswer,
            responses=refusals(401, 404, 422),
            openapi_extra=signed_in(),
        )

    async def list(self, request: Request) -> schemas.AppsAnswer:
        """Show a person what they granted to whom."""
        principal = await self._guard.person(request)
        connections = await self._families.connections(principal.person_id)
        return schemas.AppsAnswer(apps=[schemas.app_view(connection) for connection in connections])

    async def disconnect(self, request: Request, app_id: AppId) -> schemas.DoneAnswer:
        """Withdraw what a person granted."""
        principal = await self._guard.person(request)
        await self._families.disconnect(principal.person_id, app_id)
        return schemas.DoneAnswer(message="You are disconnected from the app.")


def _registration(body: schemas.ClientTerms) -> Registration:
    """Read what a developer says of a client. Raises UnacceptableClient."""
    unknown = [scope for scope in body.scopes if scope not in SCOPES]
    if unknown:
        raise UnacceptableClient("scopes", f"There is no such scope. Known are: {', '.join(SCOPES)}.")
    try:
        grant_types = frozenset(GrantType(name) for name in body.grant_types)
    except ValueError:
        kinds = ", ".join(kind.value for kind in GrantType)
        raise UnacceptableClient("grantTypes", f"There is no such grant type. Known are: {kinds}.") from None
    return Registration(
        name=body.name,
        redirect_uris=tuple(dict.fromkeys(body.redirect_uris)),
        post_logout_redirect_uris=tuple(dict.fromkeys(body.post_logout_redirect_uris)),
        scopes=frozenset(body.scopes),
        grant_types=grant_types,
        requires_pkce=body.require_pkce,
    )
