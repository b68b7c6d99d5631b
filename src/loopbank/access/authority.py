"""The Authentication Service as other services reach it: its keys and its revocations over HTTP."""

import httpx

from loopbank.access.principals import Role
from loopbank.access.revocations import Revocation, RevocationKind, RevocationPage
from loopbank.access.service_tokens import ServiceAuth, ServiceTokens
from loopbank.access.verification import JwksDocument
from loopbank.foundation.clock import Instant

_SECONDS_MAX = 5.0


class Authority:
    """Asks the Authentication Service; `http` carries its base address (or its ASGI app, in one process)."""

    def __init__(self, http: httpx.AsyncClient, tokens: ServiceTokens) -> None:
        self._http = http
        self._auth = ServiceAuth(tokens)

    async def fetch_keys(self) -> JwksDocument:
        """Give the published key set. Raises httpx.HTTPError or ValueError."""
        response = await self._http.get("/.well-known/jwks.json", timeout=_SECONDS_MAX)
        document: JwksDocument = response.raise_for_status().json()
        return document

    async def fetch_revocations(self, cursor: int) -> RevocationPage:
        """Give what happened after the cursor. Raises httpx.HTTPError or ValueError."""
        response = await self._http.get(
            "/internal/revocations", params={"since": cursor}, auth=self._auth, timeout=_SECONDS_MAX
        )
        page = response.raise_for_status().json()
        try:
            revocations = tuple(_revocation(**entry) for entry in page["revocations"])
            return RevocationPage(int(page["cursor"]), revocations, bool(page["is_last"]))
        except (KeyError, TypeError) as error:
            raise ValueError("This is not a page of revocations.") from error


def _revocation(*, kind: str, subject: str, role: str | None, ends_at: int) -> Revocation:
    return Revocation(RevocationKind(kind), subject, Role[role] if role else None, Instant(ends_at))
