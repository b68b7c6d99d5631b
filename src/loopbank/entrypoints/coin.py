"""The Coin Service (:5001): the bank over the ledger."""

import httpx

import loopbank
from loopbank.access import (
    Authority,
    Guard,
    RateLimits,
    Revocations,
    ServiceTokens,
    TokenVerifier,
    token_issuer,
)
from loopbank.bank import Bank, BankTerms
from loopbank.bank.event_routes import EventRoutes
from loopbank.bank.internal_routes import InternalRoutes
from loopbank.bank.stream_routes import StreamRoutes, event_view, platform_view
from loopbank.coins import SCALE
from loopbank.entrypoints.casino import build_casino, casino_routers
from loopbank.entrypoints.contract import Contract
from loopbank.entrypoints.desks import build_desks
from loopbank.entrypoints.readiness import DatabaseReadiness
from loopbank.entrypoints.service import Part, Service, contract_of, framework_app
from loopbank.foundation.clock import system_clock
from loopbank.foundation.database import Database
from loopbank.foundation.health import HealthRoutes
from loopbank.foundation.http import Boundary
from loopbank.foundation.ids import new_account_number
from loopbank.foundation.metrics import Metrics
from loopbank.foundation.settings import Installation
from loopbank.ledger import AccountCode, Ledger

_DESCRIPTION = "Accounts, payments and live updates of a closed-loop currency."


def bank_terms(settings: Installation) -> BankTerms:
    """Give the bank's part of the settings."""
    return BankTerms(
        product_name=settings.product_name,
        profile=settings.profile.value,
        theme=settings.theme,
        currency_code=settings.currency_code,
        currency_symbol=settings.currency_symbol,
        currency_scale=SCALE,
        account_prefix=settings.account_prefix,
        house_account=AccountCode(settings.house_account),
        bank_account=AccountCode(settings.bank_account),
        house_start=settings.house_start,
        welcome_bonus=settings.welcome_bonus,
        factions=settings.factions,
        password_length_min=settings.password_length_min,
        transfers_per_minute=settings.transfers_per_minute,
        public_url=settings.public_url,
        house_underwriting=settings.house_underwriting,
    )


def build_bank(settings: Installation, database: Database, metrics: Metrics) -> Bank:
    """Build the bank on a database."""
    ledger = Ledger(database, system_clock, metrics)
    return Bank(database, ledger, bank_terms(settings), system_clock, new_account_number)


def build_coin_service(
    settings: Installation, bank: Bank, metrics: Metrics, auth_http: httpx.AsyncClient, rate_limits: RateLimits
) -> Service:
    """Build the service over a bank; `auth_http` reaches the Authentication Service."""
    clock = system_clock
    tokens = ServiceTokens(secret_key=settings.secret_key, clock=clock)
    authority = Authority(auth_http, tokens)
    revocations = Revocations(fetch=authority.fetch_revocations, clock=clock)
    verifier = TokenVerifier(fetch_keys=authority.fetch_keys, issuer=token_issuer(settings.public_url), clock=clock)
    guard = Guard(verifier, revocations)
    desks = build_desks(settings, bank, guard, auth_http, rate_limits)

    async def has_room() -> bool:
        return not bank.is_overloaded

    health = HealthRoutes(
        service="neobank" if settings.is_event else "coin",
        metrics=metrics,
        probes={"database": DatabaseReadiness(bank.database, settings.database_url), "queue": has_room},
    )
    routers = (
        EventRoutes(bank, guard, rate_limits).router,
        StreamRoutes(bank, guard, path="/api/v1/stream", view=event_view).router,
        StreamRoutes(bank, guard, path="/api/stream", view=platform_view).router,
        *casino_routers(settings, build_casino(settings, bank), guard, rate_limits),
        InternalRoutes(bank, tokens).router,
        health.router,
    )
    title = f"{settings.product_name}: Coin Service"
    documented = (*routers, *desks.documented)
    routers = (*routers, *desks.served)
    app = framework_app(title, _DESCRIPTION, loopbank.__version__, routers)

    def contract() -> Contract:
        return contract_of(framework_app(title, _DESCRIPTION, loopbank.__version__, documented))

    async def start() -> None:
        await bank.start()
        await revocations.start()
        await desks.part.start()

    async def stop() -> None:
        await desks.part.stop()
        await revocations.stop()
        await bank.close()

    return Service(Boundary(app, metrics, routers), contract, Part(start, stop, bank.live.end_streams, health.leave))
