"""The Coin Service's side of a person: account number, faction, picture and balance."""

from dataclasses import dataclass
from typing import Protocol

import httpx
import structlog

from loopbank.access import ServiceAuth, ServiceTokens
from loopbank.identity.people import Person

_SECONDS_MAX = 3.0

log = structlog.get_logger("loopbank.identity")


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderView:
    """What the Coin Service tells of a person; amounts are coins as JSON numbers, exact to two decimals."""

    account_number: str
    faction: str | None
    profile_picture: str | None
    balance: int | float
    available: int | float
    held: int | float
    free_spins: int


class Holders(Protocol):
    """Asks the Coin Service about people; None when it does not answer or does not know them."""

    async def open(self, person: Person, faction: str | None) -> HolderView | None:
        """Open the person's holder and wallet unless they exist."""

    async def view(self, person_id: str) -> HolderView | None:
        """Look at the person's holder and wallet."""


class HttpHolders:
    """`Holders` over the Coin Service's internal routes; `http` carries its base address (or its ASGI app)."""

    def __init__(self, http: httpx.AsyncClient, tokens: ServiceTokens) -> None:
        self._http = http
        self._auth = ServiceAuth(tokens)

    async def open(self, person: Person, faction: str | None) -> HolderView | None:
        """Open the person's holder and wallet unless they exist."""
        body = {
            "person_id": person.id,
            "display_name": person.name,
            "faction": faction,
            "joined_at": person.created_at,
        }
        return await self._ask(self._http.build_request("POST", "/internal/holders", json=body, timeout=_SECONDS_MAX))

    async def view(self, person_id: str) -> HolderView | None:
        """Look at the person's holder and wallet."""
        return await self._ask(self._http.build_request("GET", f"/internal/holders/{person_id}", timeout=_SECONDS_MAX))

    async def _ask(self, request: httpx.Request) -> HolderView | None:
        """Send one question; people sign in and register also while the Coin Service is away."""
        try:
            response = await self._http.send(request, auth=self._auth)
            if response.status_code == httpx.codes.NOT_FOUND:
                return None
            given = response.raise_for_status().json()
            return HolderView(**{name: given[name] for name in HolderView.__slots__})
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            log.warning("the Coin Service did not answer", path=request.url.path, reason=repr(error))
            return None
