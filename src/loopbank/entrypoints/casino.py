"""The casino as the Coin Service and the worker build it."""

from fastapi import APIRouter

from loopbank.access import Guard, RateLimits
from loopbank.bank import Bank
from loopbank.casino import Casino, shipped_games
from loopbank.casino.admin_routes import CasinoAdminRoutes
from loopbank.casino.care_routes import CareRoutes
from loopbank.casino.event_routes import CasinoRoutes
from loopbank.foundation.clock import system_clock
from loopbank.foundation.settings import Installation
from loopbank.ledger import AccountCode


def build_casino(settings: Installation, bank: Bank) -> Casino:
    """Build the casino over a bank."""
    return Casino(
        bank,
        house_account=AccountCode(settings.house_account),
        secret_key=settings.secret_key,
        games=shipped_games(),
        clock=system_clock,
    )


def casino_routers(
    settings: Installation, casino: Casino, guard: Guard, rate_limits: RateLimits
) -> tuple[APIRouter, ...]:
    """Give the casino's routers; its administration has a second, unpublished address in the event profile."""
    admin = [CasinoAdminRoutes(casino, guard, system_clock, prefix="/api/v1/admin").router]
    if settings.is_event:
        admin.append(CasinoAdminRoutes(casino, guard, system_clock, prefix="/api/admin", is_published=False).router)
    return (
        CasinoRoutes(casino, guard, rate_limits, system_clock).router,
        CareRoutes(casino, guard, system_clock).router,
        *admin,
    )
