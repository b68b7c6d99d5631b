"""Webhooks over HTTP: developers handle their own, staff all of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request

from loopbank.access import Guard, RateLimits, Role
from loopbank.events.webhooks import Webhooks
from loopbank.foundation import pages
from loopbank.foundation.openapi import refusals, signed_in
from loopbank.foundation.requests import PlainText, StrictRoute
from loopbank.partners import schemas
from loopbank.partners.schemas import attempt_view, delivery_view, webhook_view

_SENDING_LIMIT = "30/minute"
_Id = Annotated[
    PlainText, Path(max_length=64, description="A webhook's id.", examples=["wh_4b4f6f5e3d594c399a666f7a0f2f9c11"])
]
_Delivery = Annotated[int, Path(ge=1, le=2**53 - 1, description="An attempt's number.", examples=[7])]


class WebhookRoutes:
    """Routes under /api/developer/webhooks."""

    def __init__(self, webhooks: Webhooks, guard: Guard, rate_limits: RateLimits) -> None:
        self._webhooks = webhooks
        self._guard = guard
        self._rate_limits = rate_limits
        self.router = APIRouter(prefix="/api/developer/webhooks", route_class=StrictRoute, tags=["Webhooks"])
        for method, path, endpoint, summary, answer in (
            ("POST", "", self.create, "Be told of events", schemas.WebhookSecretAnswer),
            ("GET", "", self.list, "Webhooks", schemas.WebhooksAnswer),
            ("GET", "/{webhook_id}", self.look, "A webhook", schemas.WebhookAnswer),
            ("PATCH", "/{webhook_id}", self.change, "Change a webhook", schemas.WebhookAnswer),
            ("DELETE", "/{webhook_id}", self.delete, "Delete a webhook", schemas.DeletedAnswer),
            ("POST", "/{webhook_id}/rotate-secret", self.rotate, "A new secret", schemas.WebhookSecretAnswer),
            ("POST", "/{webhook_id}/test", self.try_out, "Send a test event", schemas.AttemptAnswer),
            ("GET", "/{webhook_id}/deliveries", self.deliveries, "The delivery log", schemas.DeliveriesAnswer),
            (
                "POST",
                "/{webhook_id}/deliveries/{delivery_id}/redeliver",
                self.redeliver,
                "Tell an event once more",
                schemas.AttemptAnswer,
            ),
        ):
            self.router.add_api_route(
                path,
                endpoint,
                methods=[method],
                status_code=201 if (method, path) == ("POST", "") else 200,
                summary=summary,
                response_model=answer,
                responses=refusals(400, 401, 403, 404, 422, 429),
                openapi_extra=signed_in(),
            )

    async def create(self, request: Request, body: schemas.WebhookBody) -> dict[str, Any]:
        """Have an address told of events from now on; the secret is shown only in this answer."""
        maker = await self._guard.at_least(request, Role.DEVELOPER)
        hook, secret = await self._webhooks.create(
            maker.person_id, url=body.url, events=body.events, description=body.description
        )
        message = "Webhook created. Its secret is shown only this once."
        return {"message": message, "webhook": {**webhook_view(hook), "secret": secret}}

    async def list(self, request: Request) -> dict[str, Any]:
        """List webhooks: one's own, or for staff all of them."""
        return {"webhooks": [webhook_view(hook) for hook in await self._webhooks.list(await self._owner(request))]}

    async def look(self, request: Request, webhook_id: _Id) -> dict[str, Any]:
        """Look at a webhook."""
        return {"webhook": webhook_view(await self._webhooks.find(await self._owner(request), webhook_id))}

    async def change(self, request: Request, webhook_id: _Id, body: schemas.WebhookChangeBody) -> dict[str, Any]:
        """Change address, events or description, or stop and go on; what was missed while stopped is told then."""
        changes = body.model_dump(exclude_none=True)
        return {"webhook": webhook_view(await self._webhooks.change(await self._owner(request), webhook_id, changes))}

    async def delete(self, request: Request, webhook_id: _Id) -> dict[str, str]:
        """Delete a webhook and its delivery log."""
        await self._webhooks.delete(await self._owner(request), webhook_id)
        return {"message": "Webhook deleted"}

    async def rotate(self, request: Request, webhook_id: _Id) -> dict[str, Any]:
        """Give a webhook a new secret; for a day the old one signs too."""
        hook, secret = await self._webhooks.rotate_secret(await self._owner(request), webhook_id)
        message = "The secret is new, and shown only this once. The old one is good for another day."
        return {"message": message, "webhook": {**webhook_view(hook), "secret": secret}}

    async def try_out(self, request: Request, webhook_id: _Id) -> dict[str, Any]:
        """Send a test event now and give what came of it."""
        owner = await self._sending(request)
        return attempt_view(await self._webhooks.try_out(owner, webhook_id))

    async def deliveries(
        self, request: Request, webhook_id: _Id, limit: pages.Limit = 50, cursor: pages.Cursor = None
    ) -> dict[str, Any]:
        """List attempts, the newest first."""
        owner = await self._owner(request)
        before = pages.read_cursor(cursor)
        found = await self._webhooks.deliveries(owner, webhook_id, before=before, limit=limit + 1)
        shown = found[:limit]
        return {
            "deliveries": [delivery_view(delivery) for delivery in shown],
            "nextCursor": str(shown[-1].id) if len(found) > limit else None,
        }

    async def redeliver(self, request: Request, webhook_id: _Id, delivery_id: _Delivery) -> dict[str, Any]:
        """Tell an event once more, now, whatever came of it before."""
        owner = await self._sending(request)
        return attempt_view(await self._webhooks.redeliver(owner, webhook_id, delivery_id))

    async def _owner(self, request: Request) -> str | None:
        """Give whose webhooks the caller handles; None for all."""
        person = await self._guard.at_least(request, Role.DEVELOPER)
        return None if person.is_admin else person.person_id

    async def _sending(self, request: Request) -> str | None:
        person = await self._guard.at_least(request, Role.DEVELOPER)
        self._rate_limits.check("webhook sending", _SENDING_LIMIT, person.person_id)
        return None if person.is_admin else person.person_id
