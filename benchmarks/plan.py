"""What the bench asks of the load generator and what it gets back: one JSON document each way."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Paying:
    """Transfers over `connections` keep-alive connections: one after the other, or `per_second` over all of them."""

    connections: int
    per_second: float = 0.0
    is_hot: bool = False
    """Whether everybody pays the first player."""
    receivers: int = 0
    """How many of the players are paid; 0 means all of them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """GET requests of one path over `connections` connections, by one player after the other."""

    connections: int
    path: str


@dataclass(frozen=True, slots=True)
class Posting:
    """POST requests of one path over `connections` connections, each under an idempotency key, player after player."""

    connections: int
    path: str
    body: str
    """The same in every request, but for `{account}`, which becomes the player's account number."""
    wanted: int = 201
    api_key: str = ""
    """Who asks; without one the player asks."""


@dataclass(frozen=True, slots=True)
class LoginStorm:
    """`count` sign-ins that arrive at the same moment, when the warm-up is over."""

    count: int
    names: tuple[str, ...]
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One round."""

    ports: tuple[int, ...]
    players: tuple[tuple[str, str], ...]
    """Access token and account number of everybody who takes part."""
    seconds: float
    warm_up_seconds: float
    paying: Paying | None = None
    reading: Reading | None = None
    posting: Posting | None = None
    storm: LoginStorm | None = None
    streams: int = 0
    """How many of the players hold a live stream open for the whole round."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds."""

    p50: float
    p99: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one round gave; only what happened after the warm-up counts."""

    per_second: float
    latency: Latency
    live: Latency | None
    """From a transfer's answer to its arrival on the receiver's stream."""
    logins: dict[str, int] = field(default_factory=dict)
    """Sign-ins by the status of their answer."""
    client_microseconds: float
    """The load generator's own processor time for one request."""
