"""Under which address the provider speaks: the configured one or, in a private network, the one that was asked."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request

from loopbank.identity.oauth.errors import NoPublicAddress

_OWN_NAMES = (".localhost", ".local", ".internal", ".test")


class Issuers:
    """Gives the issuer of what the provider says (OpenID Connect Core, 2; RFC 9207).

    Without a public address it is the address of the request, so that an app on the same machine or in the same
    private network works as it is. A name that the whole world could claim is never taken from a request.
    """

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url.rstrip("/")

    def of(self, request: Request) -> str:
        """Give the issuer, without a slash at its end. Raises NoPublicAddress."""
        if self._public_url:
            return self._public_url
        if not _is_private(request.url.hostname or ""):
            raise NoPublicAddress
        asked = urlsplit(str(request.base_url))
        return f"{asked.scheme}://{asked.netloc}"


def _is_private(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return f".{host}".lower().endswith(_OWN_NAMES)
    return address.is_private or address.is_loopback
