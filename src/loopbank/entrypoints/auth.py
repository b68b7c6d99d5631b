"""The Authentication Service (:5000): people, sessions and tokens."""

import os

import httpx
from fastapi import FastAPI

import loopbank
from loopbank.access import RateLimits, ServiceTokens
from loopbank.entrypoints.readiness import DatabaseReadiness
from loopbank.entrypoints.service import Part, Service, contract_of, framework_app
from loopbank.foundation.clock import system_clock
from loopbank.foundation.database import Database
from loopbank.foundation.health import HealthRoutes
from loopbank.foundation.http import Boundary
from loopbank.foundation.metrics import Metrics
from loopbank.foundation.settings import Installation
from loopbank.identity import HttpHolders, IdentityService, build_identity

_DESCRIPTION = "People sign in once, and every product trusts it."


def build_people(
    settings: Installation, database: Database, coin_http: httpx.AsyncClient, rate_limits: RateLimits
) -> IdentityService:
    """Build the people's side on a database; `coin_http` reaches the Coin Service."""
    tokens = ServiceTokens(secret_key=settings.secret_key, clock=system_clock)
    return build_identity(
        database=database,
        installation=settings,
        clock=system_clock,
        holders=HttpHolders(coin_http, tokens),
        rate_limits=rate_limits,
        cores=os.cpu_count() or 1,
    )


def build_auth_service(
    settings: Installation, database: Database, metrics: Metrics, coin_http: httpx.AsyncClient, rate_limits: RateLimits
) -> Service:
    """Build the service; `coin_http` reaches the Coin Service."""
    identity = build_people(settings, database, coin_http, rate_limits)
    queue = metrics.gauge("loopbank_login_queue_people", "People who wait for the check of a password.")
    queue.set_function(lambda: identity.login_queue)
    probes = {"database": DatabaseReadiness(database, settings.database_url)}
    health = HealthRoutes(service="auth", metrics=metrics, probes=probes)
    routers = (*identity.routers, health.router)

    def framework() -> FastAPI:
        title = f"{settings.product_name}: Authentication Service"
        return framework_app(title, _DESCRIPTION, loopbank.__version__, routers)

    part = Part(identity.start, identity.stop, leave=health.leave)
    return Service(Boundary(framework(), metrics, routers), lambda: contract_of(framework()), part)
