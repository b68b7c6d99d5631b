"""Which pages are the bank's own, as browsers tell with every form and script."""

from urllib.parse import urlsplit

from starlette.requests import Request

from loopbank.identity.errors import ForeignOrigin


class OwnOrigin:
    """Knows the bank's own pages: those of the address that was asked, and those of its public address."""

    def __init__(self, public_url: str) -> None:
        self._own_host = urlsplit(public_url).netloc.lower()

    def refuse_foreign(self, request: Request) -> None:
        """Refuse what another site's page sends; programs send no origin. Raises ForeignOrigin."""
        origin = request.headers.get("origin")
        if origin is None:
            return
        # An origin is scheme://host[:port] and nothing else, so what follows the scheme is compared as it is.
        host = origin.partition("://")[2].lower()
        if not host or host not in (request.headers.get("host", "").lower(), self._own_host):
            raise ForeignOrigin
