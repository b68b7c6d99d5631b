"""The web app as a process of its own (:5003), for where the services run apart."""

import json
from collections.abc import Sequence
from typing import Any

from starlette.types import ASGIApp

import loopbank
from loopbank.entrypoints.all_in_one import ByPath, merged_contract
from loopbank.entrypoints.service import Part, framework_app
from loopbank.entrypoints.web_app import BUILT_BESIDE_SOURCE, WebApp
from loopbank.foundation.health import HealthRoutes
from loopbank.foundation.http import Boundary
from loopbank.foundation.metrics import Metrics
from loopbank.foundation.settings import Installation


def build_web_process(settings: Installation, contracts: Sequence[dict[str, Any]]) -> tuple[ASGIApp, Sequence[Part]]:
    """Build what serves pages and the joined contract; the services' paths belong to others and are not found here."""
    metrics = Metrics()
    health = HealthRoutes(service="web", metrics=metrics, probes={})
    routers = (health.router,)
    own = Boundary(framework_app("web", "Health and metrics.", loopbank.__version__, routers), metrics, routers)
    contract = json.dumps(merged_contract(settings.product_name, *contracts)).encode()
    web = WebApp(settings.web_dir or BUILT_BESIDE_SOURCE)
    return ByPath(own, own, web, contract), (Part(leave=health.leave),)
