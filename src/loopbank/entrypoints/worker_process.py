"""The worker as a process of its own: what it does, and a door for its health and metrics."""

from collections.abc import Sequence

from starlette.types import ASGIApp

import loopbank
from loopbank.entrypoints.coin import build_bank
from loopbank.entrypoints.readiness import DatabaseReadiness
from loopbank.entrypoints.service import Part, framework_app
from loopbank.entrypoints.worker import build_worker
from loopbank.foundation.database import Database
from loopbank.foundation.health import HealthRoutes
from loopbank.foundation.http import Boundary
from loopbank.foundation.metrics import Metrics
from loopbank.foundation.settings import Installation


def build_worker_process(settings: Installation, database: Database) -> tuple[ASGIApp, Sequence[Part]]:
    """Build the app that tells how the worker is, and its parts in the order in which they start."""
    metrics = Metrics()
    bank = build_bank(settings, database, metrics)
    probes = {"database": DatabaseReadiness(database, settings.database_url)}
    health = HealthRoutes(service="worker", metrics=metrics, probes=probes)
    app = framework_app(
        f"{settings.product_name}: worker", "Health and metrics.", loopbank.__version__, (health.router,)
    )
    books = Part(bank.start, bank.close, leave=health.leave)
    worker = build_worker(settings, database, bank, metrics)
    return Boundary(app, metrics, (health.router,)), (books, worker, Part(stop=database.close))
