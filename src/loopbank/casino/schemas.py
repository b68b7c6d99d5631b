"""HTTP shapes of the casino."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from loopbank.casino.words import CLIENT_SEED_LENGTH_MAX
from loopbank.foundation.requests import Amount, KnownBody, PlainText

Coin = Annotated[int | float, Field(description="Coins with at most two decimals, exact.", examples=[12.5])]
GameId = Annotated[str, Field(examples=["starlight_smuggler"])]
Hash = Annotated[
    str,
    Field(
        description="Names a configuration: SHA-256 of its canonical text.",
        examples=["61c27805edb9e6e0a3cfa9b6a4b3c1f1f4f7d9f4f6a4a2c1b0d9e8f7a6b5c4d3"],
    ),
]
Commitment = Annotated[
    str,
    Field(
        description="SHA-256 that binds the house to its seed before the player chooses theirs.",
        examples=["5676b004491d98ad23d4624108d180fc91fb15a4d12b8060c00e4fbb69e060ff"],
    ),
]
ServerSeed = Annotated[
    str,
    Field(
        description="The house's seed, in hexadecimal.",
        examples=["000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"],
    ),
]
ClientSeed = Annotated[str, Field(description="The player's seed.", examples=["neon-otter"])]
Symbol = Annotated[str, Field(examples=["💎"])]
Time = Annotated[str, Field(description="RFC 3339, UTC.", examples=["2026-01-31T12:00:00.000000Z"])]
Player = Annotated[str, Field(description="The player's account number.", examples=["NC-7K2M-Q9XD"])]
Stops = Annotated[list[int], Field(description="Where each reel stands, from 0.", examples=[[30, 26, 20, 12, 2]])]
Percentage = Annotated[int | float, Field(description="Return to player in percent.", examples=[95.5])]

_GivenSeed = Annotated[
    PlainText,
    StringConstraints(min_length=1, max_length=CLIENT_SEED_LENGTH_MAX),
    Field(description="The player's seed for the rounds to come.", examples=["neon-otter"]),
]


class SpinBody(KnownBody):
    """A spin. While free spins wait the bet is ignored and the next free spin is shown."""

    bet_amount: (
        Annotated[
            Amount,
            Field(description="The line bet: coins above zero with at most two decimals, read exactly.", examples=[1]),
        ]
        | None
    ) = None
    client_seed: (
        Annotated[
            PlainText,
            StringConstraints(min_length=1, max_length=CLIENT_SEED_LENGTH_MAX),
            Field(description="The player's seed for this round, in place of the epoch's.", examples=["neon-otter"]),
        ]
        | None
    ) = None


class RotateBody(KnownBody):
    """The seed with which the next epoch is played; without one the present seed stays."""

    client_seed: _GivenSeed | None = None
    epoch: (
        Annotated[
            int, Field(ge=1, le=2**53, description="The epoch to end; when it has ended nothing happens.", examples=[1])
        ]
        | None
    ) = None


class WinningLine(BaseModel):
    """A line that won."""

    line: int = Field(description="Its place among the game's lines, from 0.", examples=[1])
    symbol: Symbol
    count: int = Field(description="How many in a row, wilds included, the award asks for.", examples=[3])
    award: int = Field(description="In line bets.", examples=[20])
    win_amount: Coin


class Fairness(BaseModel):
    """What recomputing a spin takes, besides the seed that is revealed later."""

    round_id: int = Field(examples=[42])
    epoch: int = Field(examples=[1])
    nonce: int = Field(description="Counts the paid spins of an epoch from 0.", examples=[17])
    sub: int = Field(description="0 for the paid spin, 1, 2, … for its free spins.", examples=[0])
    client_seed: ClientSeed
    config_hash: Hash
    commitment: Commitment
    stops: Stops


class ReelsAnswer(Fairness):
    """A spin of a game with one line."""

    reels: list[Symbol]
    bet: Coin
    win_multiplier: int = Field(description="The award in bets.", examples=[5])
    win_amount: Coin
    balance: Coin


class GridAnswer(Fairness):
    """A spin of a game with several rows and lines."""

    grid: list[list[Symbol]] = Field(description="Row by row, from the top.")
    bet_per_line: Coin
    total_bet: Coin = Field(description="What this spin cost: 0 for a free spin.", examples=[9])
    win_multiplier: int = Field(description="All lines' awards together, in line bets.", examples=[20])
    win_amount: Coin
    winning_lines: list[WinningLine]
    scatter_count: int = Field(examples=[1])
    bonus_spins_awarded: int = Field(examples=[0])
    free_spins_remaining: int = Field(examples=[0])
    was_free_spin: bool = Field(examples=[False])
    balance: Coin


class GameCard(BaseModel):
    """A game of the house."""

    game: GameId
    title: str = Field(examples=["Starlight Smuggler"])
    path: str = Field(description="The game's name in addresses.", examples=["starlight-smuggler"])
    is_enabled: bool = Field(examples=[True])
    payout_percentage: Percentage
    config_hash: Hash
    min_bet: Coin = Field(description="The lowest line bet.", examples=[0.01])
    max_bet: Coin = Field(description="The highest line bet.", examples=[100])
    max_bet_now: Coin = Field(description="The highest line bet that the house can cover now.", examples=[94.01])
    lines: int = Field(description="A spin costs the line bet times this.", examples=[9])
    reels: int = Field(examples=[5])
    rows: int = Field(examples=[3])


class GamesAnswer(BaseModel):
    """Every game of the house."""

    games: list[GameCard]


class ExactFraction(BaseModel):
    """A fraction in lowest terms, in whole numbers of any length."""

    numerator: int = Field(examples=[19])
    denominator: int = Field(examples=[20])
    text: str = Field(description="The same, for clients whose numbers are too short.", examples=["19/20"])


class Stop(BaseModel):
    """One stop of a reel."""

    symbol: Symbol
    weight: int = Field(description="Its chance is its weight among the reel's total weight.", examples=[31250])


class PayLine(BaseModel):
    """`count` of `symbol`, wilds included, on a line from the first reel on pay `award` line bets."""

    symbol: Symbol
    count: int = Field(examples=[5])
    award: int = Field(examples=[250])


class ScatterRule(BaseModel):
    """`count` or more anywhere in the window of a paid spin give `free_spins`."""

    symbol: str = Field(examples=["🌀"])
    count: int = Field(examples=[3])
    free_spins: int = Field(examples=[5])


class AwardChance(BaseModel):
    """How often one spin pays an award."""

    award: int = Field(description="In line bets, all lines together.", examples=[8])
    probability: float = Field(examples=[0.05])


class ParSheetAnswer(BaseModel):
    """A configuration with everything that recomputing its return takes, and the figures that follow from it."""

    game: GameId
    title: str = Field(examples=["Starlight Smuggler"])
    config_hash: Hash
    dial: int = Field(description="The payout percentage times 10.", examples=[955])
    payout_percentage: Percentage
    exact_return: ExactFraction = Field(description="Return to player over the full cycle, free spins included.")
    hit_rate: float = Field(description="Share of spins that win on a line.", examples=[0.3])
    trigger_rate: float = Field(description="Share of paid spins that give free spins.", examples=[0.02517])
    volatility: float = Field(description="Standard deviation of a round's win per coin bet.", examples=[2.49])
    max_win: int | float = Field(description="The largest win of one spin, in total bets.", examples=[250])
    max_round_award: int = Field(
        description="The largest win of a round with its free spins, in line bets.", examples=[11700]
    )
    symbols: list[Symbol]
    labels: dict[str, str] = Field(description="What the symbols are called.", examples=[{"💎": "Diamond"}])
    reels: list[list[Stop]] = Field(description="The stops of every reel in strip order.")
    rows: int = Field(
        description="Rows of the window; the stop is in the top row, the next stop below it.", examples=[3]
    )
    lines: list[list[int]] = Field(
        description="A line's row on every reel, 0 is the top.", examples=[[[1, 1, 1, 1, 1]]]
    )
    paytable: list[PayLine]
    wild: str | None = Field(description="Stands for every symbol of the paytable.", examples=["🏢"])
    scatter: ScatterRule | None
    awards: list[AwardChance]
    rules: list[str] = Field(examples=[["Lines pay from the first reel on."]])


class SeedState(BaseModel):
    """What the next paid spin is made of."""

    protocol: str = Field(examples=["CHROME-PF/1"])
    player: Player
    epoch: int = Field(examples=[1])
    commitment: Commitment
    client_seed: ClientSeed
    next_nonce: int = Field(examples=[17])
    next_epoch: int = Field(examples=[2])
    next_commitment: Commitment = Field(description="The commitment of the epoch that a rotation begins.")


class RevealedSeed(BaseModel):
    """An epoch that is over; its rounds can be recomputed."""

    epoch: int = Field(examples=[1])
    server_seed: ServerSeed
    commitment: Commitment
    client_seed: ClientSeed


class RotateAnswer(SeedState):
    """The epoch that begins, and the one that ended."""

    revealed: RevealedSeed


class PastSpin(BaseModel):
    """One spin of a round."""

    sub: int = Field(examples=[0])
    stops: Stops
    grid: list[list[Symbol]]
    award: int = Field(description="In line bets.", examples=[20])
    win_amount: Coin
    winning_lines: list[WinningLine]
    scatter_count: int = Field(examples=[1])
    was_free_spin: bool = Field(examples=[False])
    posting_id: int | None = Field(description="The posting that paid it; null when it won nothing.", examples=[42])


class RoundAnswer(BaseModel):
    """A round with the spins shown so far; `stops` is the paid spin's, `awards` every shown spin's."""

    id: int = Field(description="The number of its posting.", examples=[42])
    protocol: str = Field(examples=["CHROME-PF/1"])
    game: GameId
    player: Player
    epoch: int = Field(examples=[1])
    nonce: int = Field(examples=[17])
    sub: int = Field(examples=[0])
    client_seed: ClientSeed
    config_hash: Hash
    commitment: Commitment
    server_seed: ServerSeed | None = Field(description="Null until the epoch is over.")
    bet: Coin = Field(description="The line bet.", examples=[1])
    total_bet: Coin
    stops: Stops
    awards: list[int] = Field(examples=[[20]])
    win_amount: Coin = Field(description="What the spins shown so far won.", examples=[20])
    free_spins_awarded: int = Field(examples=[0])
    free_spins_remaining: int = Field(examples=[0])
    spins: list[PastSpin]
    postings: list[int] = Field(description="The postings that moved its coins.", examples=[[42]])
    created_at: Time


class RoundsAnswer(BaseModel):
    """One page of the own rounds, newest first."""

    rounds: list[RoundAnswer]
    next_cursor: str | None = Field(description="Where the next page begins; null on the last one.", examples=["42"])


class WinView(BaseModel):
    """A large win."""

    character_name: str = Field(examples=["Night Runner"])
    game: GameId
    total_bet: Coin
    win_amount: Coin
    timestamp: Time


class LeaderboardAnswer(BaseModel):
    """The largest wins, largest first."""

    wins: list[WinView]
