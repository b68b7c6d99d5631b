"""Cookies that no script can read."""

from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

_HOST_PREFIX = "__Host-"


class HostCookie:
    """One cookie of the bank's host.

    Over HTTPS its name says that no other host of the same domain has set it. Over plain HTTP it has another name,
    because browsers demand HTTPS for that one. `samesite` is `strict`, or `lax` where links of other sites carry it.
    """

    def __init__(self, name: str, *, seconds: int, samesite: Literal["lax", "strict"]) -> None:
        self._name = name
        self._seconds = seconds
        self._samesite = samesite

    def read(self, request: Request) -> str | None:
        """Give the cookie's value, if the browser has it."""
        return request.cookies.get(self._full_name(request))

    def write(self, request: Request, response: Response, value: str) -> None:
        """Set the cookie."""
        response.set_cookie(
            self._full_name(request),
            value,
            max_age=self._seconds,
            path="/",
            secure=_is_https(request),
            httponly=True,
            samesite=self._samesite,
        )

    def erase(self, request: Request, response: Response) -> None:
        """Delete the cookie."""
        response.delete_cookie(
            self._full_name(request), path="/", secure=_is_https(request), httponly=True, samesite=self._samesite
        )

    def _full_name(self, request: Request) -> str:
        return _HOST_PREFIX + self._name if _is_https(request) else self._name


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"
