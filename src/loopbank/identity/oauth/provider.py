"""The provider put together: everything it needs is handed in, its routes are its face."""

from dataclasses import dataclass

from fastapi import APIRouter

from loopbank.access import Guard, RateLimits, Revocations, TokenVerifier, token_issuer
from loopbank.foundation.clock import Clock
from loopbank.foundation.database import Database
from loopbank.foundation.keys import derive_key
from loopbank.foundation.settings import Installation
from loopbank.identity.keys import KeyRing
from loopbank.identity.oauth.addresses import Issuers
from loopbank.identity.oauth.authorization import Authorization
from loopbank.identity.oauth.authorize_routes import AuthorizeRoutes
from loopbank.identity.oauth.browsers import Browsers
from loopbank.identity.oauth.client_routes import AppRoutes, ClientRoutes
from loopbank.identity.oauth.clients import Clients
from loopbank.identity.oauth.consent import Consent
from loopbank.identity.oauth.device_routes import DeviceRoutes
from loopbank.identity.oauth.devices import Devices
from loopbank.identity.oauth.families import Families
from loopbank.identity.oauth.front import Front
from loopbank.identity.oauth.inspection import Inspection
from loopbank.identity.oauth.logout_routes import LogoutRoutes
from loopbank.identity.oauth.pages import Pages
from loopbank.identity.oauth.redemption import Redemption
from loopbank.identity.oauth.routes import ProtocolRoutes
from loopbank.identity.oauth.tokens import TokenMint
from loopbank.identity.origins import OwnOrigin
from loopbank.identity.sessions import Sessions
from loopbank.identity.sign_in import SignIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What of the Authentication Service the provider stands on."""

    database: Database
    installation: Installation
    clock: Clock
    keys: KeyRing
    sessions: Sessions
    sign_in: SignIn
    revocations: Revocations
    guard: Guard
    rate_limits: RateLimits


class Provider:
    """The OAuth 2.1 and OpenID Connect provider of one process."""

    def __init__(self, around: Surroundings) -> None:
        database, clock, sessions = around.database, around.clock, around.sessions
        public_url = around.installation.public_url
        issuer = token_issuer(public_url)
        self._issuers = Issuers(public_url)
        self._mint = TokenMint(keys=around.keys, issuer=issuer, clock=clock)
        self._families = Families(database=database, sessions=sessions, clock=clock)
        self._clients = Clients(
            database=database,
            sessions=sessions,
            clock=clock,
            takes_plain_http=not public_url.startswith("https:"),
        )
        self._devices = Devices(
            database=database,
            families=self._families,
            sessions=sessions,
            code_key=derive_key(around.installation.secret_key, "user-code"),
            clock=clock,
        )
        self._authorization = Authorization(
            database=database,
            clients=self._clients,
            families=self._families,
            mint=self._mint,
            clock=clock,
        )
        protocol = self._protocol(around)
        self.routers: tuple[APIRouter, ...] = (
            protocol.router,
            *self._pages(around, protocol),
            *self._consoles(around),
        )

    async def forget_ended(self) -> int:
        """Delete what ended a week ago, some thousand rows at a time; gives how many went."""
        return await self._families.forget_ended()

    def _protocol(self, around: Surroundings) -> ProtocolRoutes:
        issuer = token_issuer(around.installation.public_url)
        return ProtocolRoutes(
            clients=self._clients,
            redemption=Redemption(
                database=around.database,
                families=self._families,
                devices=self._devices,
                mint=self._mint,
                clock=around.clock,
            ),
            devices=self._devices,
            inspection=Inspection(
                database=around.database,
                verifier=TokenVerifier(fetch_keys=around.keys.document, issuer=issuer, clock=around.clock),
                revocations=around.revocations,
                families=self._families,
                mint=self._mint,
                clock=around.clock,
            ),
            rate_limits=around.rate_limits,
            issuers=self._issuers,
        )

    def _pages(self, around: Surroundings, protocol: ProtocolRoutes) -> tuple[APIRouter, ...]:
        installation = around.installation
        front = Front(
            pages=Pages(
                product_name=installation.product_name,
                theme=installation.theme,
                signs_in_by_mail=not installation.is_event,
            ),
            browsers=Browsers(database=around.database, sessions=around.sessions, clock=around.clock),
            sign_in=around.sign_in,
            origin=OwnOrigin(installation.public_url),
            rate_limits=around.rate_limits,
        )
        consent = Consent(front, self._families)
        return (
            AuthorizeRoutes(
                front=front,
                consent=consent,
                authorization=self._authorization,
                issuers=self._issuers,
                guard=around.guard,
            ).router,
            DeviceRoutes(front=front, consent=consent, devices=self._devices, protocol=protocol).router,
            LogoutRoutes(front=front, clients=self._clients, mint=self._mint).router,
        )

    def _consoles(self, around: Surroundings) -> tuple[APIRouter, ...]:
        return (
            ClientRoutes(self._clients, around.guard, around.rate_limits).router,
            AppRoutes(self._families, around.guard).router,
        )
