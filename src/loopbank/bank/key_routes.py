"""API keys over HTTP: the platform face's (staff and developers) and the event face's (staff)."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel
from starlette.requests import Request

from loopbank.access import (
    EVERY_ACCOUNT,
    ApiKeys,
    Guard,
    KeyPermission,
    KeyTerms,
    Role,
    UnacceptableKeyTerms,
    highest_permission,
)
from loopbank.bank import admin_schemas, key_schemas
from loopbank.bank.admin_schemas import terminal_key_view
from loopbank.bank.holders import Holders
from loopbank.bank.key_schemas import key_view
from loopbank.foundation.clock import Instant, from_rfc3339
from loopbank.foundation.openapi import refusals, signed_in
from loopbank.foundation.requests import FaceRoute, PlainText

_KeyId = Annotated[PlainText, Path(max_length=64, description="A key's id.", examples=["key_4b4f6f5e3d594c399a666f7a"])]
_Endpoint = tuple[Callable[..., Awaitable[dict[str, Any]]], type[BaseModel]]
_PERMISSIONS = {permission.name.lower() for permission in KeyPermission}


class KeyRoutes:
    """Keys of the platform face; staff see all of them, developers their own."""

    def __init__(self, keys: ApiKeys, guard: Guard, holders: Holders, *, prefix: str) -> None:
        self._keys = keys
        self._guard = guard
        self._holders = holders
        self.router = _key_router(
            f"{prefix}/api-keys",
            "API keys",
            (self.create, key_schemas.KeyMadeAnswer),
            (self.list, key_schemas.KeysAnswer),
            (self.revoke, key_schemas.MessageAnswer),
        )

    async def create(self, request: Request, body: key_schemas.KeyBody) -> dict[str, Any]:
        """Make a key that does no more than its maker may; it is shown only in this answer."""
        maker = await self._guard.at_least(request, Role.DEVELOPER)
        own = {maker.person_id, await self._holders.number_of(maker.person_id, maker.name)}
        terms = KeyTerms(
            name=body.name,
            permission=highest_permission(body.permissions),
            allowed_accounts=tuple(body.allowed_accounts or ()),
            expires_at=_expiry(body.expires_at),
            spend_limit_per_day=body.spend_limit_per_day,
        )
        made = await self._keys.create(maker, terms, own_accounts=own)
        message = "API key created. It is shown only this once."
        return {"message": message, "apiKey": {**key_view(made.key), "key": made.text}}

    async def list(self, request: Request) -> dict[str, Any]:
        """List keys with when they were last used and how often."""
        reader = await self._guard.at_least(request, Role.DEVELOPER)
        return {"apiKeys": [key_view(key) for key in await self._keys.list(reader)]}

    async def revoke(self, request: Request, key_id: _KeyId) -> dict[str, str]:
        """Withdraw a key for ever."""
        actor = await self._guard.at_least(request, Role.DEVELOPER)
        await self._keys.revoke(actor, key_id)
        return {"message": "API key revoked"}


class TerminalKeyRoutes:
    """Keys of the event face, for terminals: they charge whoever stands before them."""

    def __init__(self, keys: ApiKeys, guard: Guard, *, prefix: str) -> None:
        self._keys = keys
        self._guard = guard
        self.router = _key_router(
            f"{prefix}/api-keys",
            "Administration",
            (self.create, admin_schemas.TerminalKeyMadeAnswer),
            (self.list, admin_schemas.TerminalKeysAnswer),
            (self.revoke, admin_schemas.MessageAnswer),
        )

    async def create(self, request: Request, body: admin_schemas.TerminalKeyBody) -> dict[str, Any]:
        """Make a key that may charge every account; it is shown only in this answer."""
        maker = await self._guard.at_least(request, Role.ADMIN)
        terms = KeyTerms(
            name=body.description, permission=_permission(body.permissions), allowed_accounts=(EVERY_ACCOUNT,)
        )
        made = await self._keys.create(maker, terms, own_accounts=())
        return {"message": "API key created", "api_key": terminal_key_view(made.key, made.text)}

    async def list(self, request: Request) -> dict[str, Any]:
        """List keys, masked, with when they were last used and how often."""
        reader = await self._guard.at_least(request, Role.ADMIN)
        return {"api_keys": [terminal_key_view(key) for key in await self._keys.list(reader)]}

    async def revoke(self, request: Request, key_id: _KeyId) -> dict[str, str]:
        """Withdraw a key for ever."""
        actor = await self._guard.at_least(request, Role.ADMIN)
        key = await self._keys.revoke(actor, key_id)
        return {"message": f"API key {key.name} revoked"}


def _key_router(prefix: str, tag: str, create: _Endpoint, listing: _Endpoint, revoke: _Endpoint) -> APIRouter:
    """Give the three routes that keys have on either face; an endpoint comes with the shape of its answer."""
    router = APIRouter(prefix=prefix, route_class=FaceRoute, tags=[tag])
    for (endpoint, answer), method, path, status, summary, errors in (
        (create, "POST", "", 201, "Make an API key", (400, 401, 403)),
        (listing, "GET", "", 200, "API keys", (401, 403)),
        (revoke, "DELETE", "/{key_id}", 200, "Revoke an API key", (400, 401, 403, 404)),
    ):
        router.add_api_route(
            path,
            endpoint,
            methods=[method],
            status_code=status,
            summary=summary,
            response_model=answer,
            responses=refusals(*errors),
            openapi_extra=signed_in(),
        )
    return router


def _expiry(text: str | None) -> Instant | None:
    if text is None:
        return None
    try:
        return from_rfc3339(text)
    except (ValueError, OverflowError) as error:
        raise UnacceptableKeyTerms("expiresAt", "expiresAt must be an RFC 3339 time or date.") from error


def _permission(given: Sequence[str] | str | None) -> KeyPermission:
    """Read the permissions of a terminal's key, a list or comma-separated; WRITE when nothing is said."""
    names = given.split(",") if isinstance(given, str) else given or ["write"]
    wanted = [name.strip().lower() for name in names]
    if not set(wanted) <= _PERMISSIONS:
        raise UnacceptableKeyTerms("permissions", "The permissions are read, write and admin.")
    return highest_permission(wanted)
