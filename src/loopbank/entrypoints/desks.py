"""The Coin Service's part for staff, programs and devices: the platform face, the desk, keys and the external API."""

from dataclasses import dataclass

import httpx
from fastapi import APIRouter

from loopbank.access import ApiKeys, AuditLog, Callers, Guard, RateLimits, ServiceTokens
from loopbank.bank import Bank, People
from loopbank.bank.admin_routes import AdminRoutes
from loopbank.bank.desk_routes import DeskRoutes
from loopbank.bank.hold_routes import HoldRoutes
from loopbank.bank.import_routes import ImportRoutes
from loopbank.bank.key_routes import KeyRoutes, TerminalKeyRoutes
from loopbank.bank.overview_routes import OverviewRoutes
from loopbank.bank.platform_routes import CoinRoutes
from loopbank.entrypoints.service import Part
from loopbank.entrypoints.webhooks import build_webhook_routes
from loopbank.foundation.clock import system_clock
from loopbank.foundation.settings import Installation
from loopbank.terminals.external_routes import ExternalRoutes


@dataclass(frozen=True, slots=True)
class Desks:
    """What is served, what the contract shows, and what begins and ends with it."""

    served: tuple[APIRouter, ...]
    documented: tuple[APIRouter, ...]
    part: Part


def build_desks(
    settings: Installation, bank: Bank, guard: Guard, auth_http: httpx.AsyncClient, rate_limits: RateLimits
) -> Desks:
    """Build the desks of a bank.

    What stands under /api/admin follows the profile; the contract shows the platform's, whose only place it is.
    """
    keys = ApiKeys(bank.database, system_clock)
    callers = Callers(guard, keys, rate_limits, key_limit=f"{settings.key_requests_per_minute}/minute")
    parties = bank.parties
    audit_log = AuditLog(bank.database)
    people = People(auth_http, ServiceTokens(secret_key=settings.secret_key, clock=system_clock))

    def staff(prefix: str) -> tuple[APIRouter, ...]:
        return (
            AdminRoutes(bank, guard, people, audit_log, prefix=prefix).router,
            TerminalKeyRoutes(keys, guard, prefix=prefix).router,
        )

    webhook_router, webhooks = build_webhook_routes(settings, bank, guard, rate_limits)
    everywhere = (
        CoinRoutes(bank, callers, parties, rate_limits).router,
        HoldRoutes(bank, callers, parties, system_clock).router,
        DeskRoutes(bank, callers, parties).router,
        ImportRoutes(bank, callers).router,
        ExternalRoutes(bank, callers).router,
        *staff("/api/v1/admin"),
        KeyRoutes(keys, guard, bank.holders, prefix="/api/developer").router,
        webhook_router,
    )
    platform = (
        OverviewRoutes(bank, guard, audit_log).router,
        KeyRoutes(keys, guard, bank.holders, prefix="/api/admin").router,
    )

    async def start() -> None:
        keys.start()

    async def stop() -> None:
        await webhooks.stop()
        await keys.stop()

    served = (*everywhere, *(staff("/api/admin") if settings.is_event else platform))
    return Desks(served, (*everywhere, *platform), Part(start, stop))
