"""A new password for whoever was handed a reset slip, or follows a mailed link in the web app."""

from fastapi import APIRouter
from starlette.requests import Request

from loopbank.access import RateLimits, client_key
from loopbank.foundation.http import unhurried
from loopbank.foundation.openapi import refusals
from loopbank.foundation.requests import StrictRoute
from loopbank.identity import schemas
from loopbank.identity.by_mail import Recovery
from loopbank.identity.mail import language_of

_LIMIT = "20/hour"


class SlipRoutes:
    """The route that takes slips."""

    def __init__(self, recovery: Recovery, rate_limits: RateLimits) -> None:
        self._recovery = recovery
        self._rate_limits = rate_limits
        self.router = APIRouter(prefix="/api/v1/auth", tags=["Sign in"], route_class=StrictRoute)
        self.router.add_api_route(
            "/reset-password",
            self.redeem,
            methods=["POST"],
            summary="Choose a new password with a reset slip or link",
            description="A slip is good once, and for a day; a link for an hour. All sessions end.",
            response_model=schemas.MessageAnswer,
            responses=refusals(400, 422, 429),
        )

    @unhurried
    async def redeem(self, request: Request, body: schemas.SlipBody) -> schemas.MessageAnswer:
        """Replace a forgotten password."""
        self._rate_limits.check("slip", _LIMIT, client_key(request))
        await self._recovery.reset(body.slip, body.new_password, language_of(request))
        return schemas.MessageAnswer(message="Your password is changed. Please sign in.")
