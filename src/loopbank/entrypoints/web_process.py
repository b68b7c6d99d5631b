"""The web app as a process of its own (:5003), for where the services run apart."""

from collections.abc import Callable, Iterable, Sequence

from starlette.types import ASGIApp

import loopbank
from loopbank.entrypoints.all_in_one import ByPath
from loopbank.entrypoints.contract import Contract, JoinedContract
from loopbank.entrypoints.service import Part, framework_app
from loopbank.entrypoints.web_app import BUILT_BESIDE_SOURCE, WebApp
from loopbank.foundation.health import HealthRoutes
from loopbank.foundation.http import Boundary
from loopbank.foundation.metrics import Metrics
from loopbank.foundation.settings import Installation


def build_web_process(
    settings: Installation, contracts: Callable[[], Iterable[Contract]]
) -> tuple[ASGIApp, Sequence[Part]]:
    """Build what serves pages and the joined contract; the services' paths belong to others and are not found here."""
    metrics = Metrics()
    health = HealthRoutes(service="web", metrics=metrics, probes={})
    routers = (health.router,)
    own = Boundary(framework_app("web", "Health and metrics.", loopbank.__version__, routers), metrics, routers)
    web = WebApp(settings.web_dir or BUILT_BESIDE_SOURCE)
    return ByPath(own, own, web, JoinedContract(settings.product_name, contracts)), (Part(leave=health.leave),)
