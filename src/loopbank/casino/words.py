"""The casino's own words: who plays, what is stored of a round, what a player is told."""

from dataclasses import dataclass
from enum import StrEnum

from loopbank.coins import Coins
from loopbank.foundation.clock import Instant
from loopbank.ledger import AccountCode, HoldId, PostingId

CLIENT_SEED_LENGTH_MAX = 64
SPINS_PER_EPOCH_MAX = 1_000
"""Paid spins after which an epoch's seed is revealed by itself."""

CYCLE_SECONDS_MAX = 24 * 3_600
"""How long free spins wait for their player; then they are settled."""


class RoundKind(StrEnum):
    """What the casino calls its postings and their lines."""

    ROUND = "casino_round"
    BET = "casino_bet"
    WIN = "casino_win"


@dataclass(frozen=True, slots=True)
class Player:
    """A person at a game: the account they play from, and the credential that speaks for them."""

    person_id: str
    account: AccountCode
    credential: str


@dataclass(frozen=True, slots=True)
class Epoch:
    """A server seed that was committed to. It is prepared, then plays with a player's seed, then is revealed."""

    player: AccountCode
    epoch: int
    commitment: str
    sealed_seed: str
    client_seed: str | None
    begun_at: Instant | None
    server_seed: str | None
    revealed_at: Instant | None


@dataclass(frozen=True, slots=True)
class StoredRound:
    """A round as it was paid. `stops` and `awards` have an entry per spin, the paid one first."""

    id: PostingId
    player: AccountCode
    epoch: int
    nonce: int
    game: str
    config_hash: str
    client_seed: str
    bet: Coins
    total_bet: Coins
    win: Coins
    free_win: Coins
    free_spins: int
    hold_id: HoldId | None
    stops: tuple[tuple[int, ...], ...]
    awards: tuple[int, ...]
    request_key: str | None
    created_at: Instant


@dataclass(frozen=True, slots=True)
class Reveal:
    """A free spin that was shown (or settled) and paid."""

    round_id: PostingId
    sub: int
    posting_id: PostingId | None
    request_key: str | None
    revealed_at: Instant


@dataclass(frozen=True, slots=True)
class Seat:
    """All that stands before a player's next spin at a game, read in one statement.

    `repeated_…` is the spin that the request's key named before; no `config_hash` means that the game never opened.
    """

    epoch: int
    commitment: str
    sealed_seed: str
    client_seed: str
    nonce: int
    break_until: Instant
    excluded_until: Instant
    has_limits: bool
    trigger_id: PostingId | None
    trigger_revealed: int
    trigger_free_spins: int
    repeated_round: PostingId | None
    repeated_sub: int
    is_enabled: bool
    config_hash: str | None

    @property
    def has_free_spins(self) -> bool:
        """Tell whether free spins wait."""
        return self.trigger_id is not None and self.trigger_revealed < self.trigger_free_spins
