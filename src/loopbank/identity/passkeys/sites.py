"""The site that passkeys belong to: the bank's own host, over HTTPS or on the machine itself."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request

from loopbank.identity.errors import PasskeysNeedHttps

_LOCAL_HOST = "localhost"


@dataclass(frozen=True, slots=True)
class Site:
    """A relying party: its id (a host name) and the origin of its pages."""

    id: str
    origin: str


def site_of(request: Request, public_url: str) -> Site:
    """Give the site: the public address, or on an installation without one the host that was asked.

    Raises PasskeysNeedHttps.
    """
    try:
        parts = urlsplit(public_url or f"{request.scope['scheme']}://{request.headers.get('host', '')}")
    except ValueError as error:
        raise PasskeysNeedHttps from error
    host = parts.hostname or ""
    is_name = any(letter.isalpha() for letter in host) and ":" not in host
    if not is_name or (parts.scheme != "https" and host != _LOCAL_HOST):
        raise PasskeysNeedHttps
    return Site(host, f"{parts.scheme}://{parts.netloc.lower()}")
