"""What stands at the door of every route: who calls, how often, and how their session travels."""

from dataclasses import dataclass

from loopbank.access import Guard, RateLimits
from loopbank.identity.session_transport import SessionTransport


@dataclass(frozen=True, slots=True)
class Doors:
    """The guard, the limits and the transport of one service."""

    guard: Guard
    rate_limits: RateLimits
    transport: SessionTransport
