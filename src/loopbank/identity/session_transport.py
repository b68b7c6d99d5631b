"""How a refresh token travels: in the body, or for browsers in a cookie that no script can read."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from loopbank.identity.cookies import HostCookie
from loopbank.identity.origins import OwnOrigin
from loopbank.identity.sessions import IDLE_SECONDS_MAX

TRANSPORT_HEADER = "X-Session-Transport"

TRANSPORT_PARAMETER: dict[str, Any] = {
    "name": TRANSPORT_HEADER,
    "in": "header",
    "required": False,
    "description": "`cookie` lets the refresh token travel as a cookie that no script can read, instead of in bodies.",
    "schema": {"type": "string", "enum": ["cookie"]},
    "example": "cookie",
}
"""The header in the published contract."""

_COOKIE = HostCookie("loopbank_refresh", seconds=IDLE_SECONDS_MAX, samesite="strict")


class SessionTransport:
    """Reads and writes the refresh cookie of clients that send `X-Session-Transport: cookie`.

    A page of another site cannot send that header without asking first, and nobody answers it; the Origin check
    stands behind that.
    """

    def __init__(self, public_url: str) -> None:
        self._origin = OwnOrigin(public_url)

    def wants_cookie(self, request: Request) -> bool:
        """Tell whether the client wants its refresh token as a cookie. Raises ForeignOrigin."""
        if request.headers.get(TRANSPORT_HEADER, "").strip().lower() != "cookie":
            return False
        self._origin.refuse_foreign(request)
        return True

    def token(self, request: Request, given: str | None) -> str | None:
        """Give the refresh token: the cookie's for clients that use one, else the body's. Raises ForeignOrigin."""
        return _COOKIE.read(request) if self.wants_cookie(request) else given

    def kept(self, request: Request) -> str | None:
        """Give the refresh token that a browser keeps, when one of our own pages led it here."""
        return _COOKIE.read(request)

    def write(self, request: Request, response: Response, refresh_token: str) -> None:
        """Set the cookie."""
        _COOKIE.write(request, response, refresh_token)

    def erase(self, request: Request, response: Response) -> None:
        """Delete the cookie."""
        _COOKIE.erase(request, response)
