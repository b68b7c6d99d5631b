"""HTTP shapes of the casino's administration."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from loopbank.casino.schemas import Coin, ExactFraction, GameId, Hash, Percentage, Time
from loopbank.foundation.requests import KnownBody

_TENTHS = 10
_PERCENT_DIGITS_MAX = 12


def parse_dial(value: object) -> int:
    """Read a percentage, as a number or as text, into tenths of a percent. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str) or len(str(value)) > _PERCENT_DIGITS_MAX:
        raise ValueError("The payout percentage must be a number.")
    try:
        tenths = Decimal(value) * _TENTHS
    except InvalidOperation as error:
        raise ValueError("The payout percentage must be a number.") from error
    if not tenths.is_finite() or tenths != tenths.to_integral_value():
        raise ValueError("The payout percentage moves in steps of 0.1.")
    return int(tenths)


class ConfigBody(KnownBody):
    """How a game is to be set; what is left out stays."""

    is_enabled: Annotated[bool, Field(strict=True, examples=[True])] | None = None
    payout_percentage: (
        Annotated[
            Any,
            BeforeValidator(parse_dial, json_schema_input_type=float | str),
            Field(description="50.0 to 150.0 in steps of 0.1.", examples=[95.5]),
        ]
        | None
    ) = None


class ConfigView(BaseModel):
    """How a game is set."""

    game_name: GameId
    title: str = Field(examples=["Starlight Smuggler"])
    is_enabled: bool = Field(examples=[True])
    payout_percentage: Percentage
    config_hash: Hash
    updated_at: Time


class ConfigsAnswer(BaseModel):
    """How all games are set."""

    games: list[ConfigView]


class ConfigAnswer(BaseModel):
    """How a game is set now."""

    message: str = Field(examples=["Casino configuration updated"])
    config: ConfigView


class ForecastAnswer(BaseModel):
    """What a setting of the dial means for a night of so many rounds of one total bet."""

    game: GameId
    payout_percentage: Percentage
    config_hash: Hash
    exact_return: ExactFraction
    hit_rate: float = Field(examples=[0.3])
    volatility: float = Field(examples=[2.49])
    rounds: int = Field(examples=[2000])
    bet_amount: Coin = Field(description="The total bet of a round.", examples=[9])
    confidence: float = Field(examples=[0.99])
    expected_result: Coin = Field(description="What the house can expect to win.", examples=[900])
    result_low: Coin
    result_high: Coin
    risk_of_ruin: float = Field(description="The chance that the house loses all it has.", examples=[0.001])
    recommended_max_bet: Coin = Field(description="The largest total bet with a risk of ruin of at most 1 %.")
    house_available: Coin = Field(description="What the house can lose.", examples=[1100000])


class GameStatistics(BaseModel):
    """Actual against promised return; null where nobody played."""

    game: GameId
    rounds: int = Field(examples=[2000])
    total_bet: Coin
    total_won: Coin
    house_result: Coin
    actual_return: float | None = Field(examples=[0.948])
    expected_return: float | None = Field(examples=[0.95])
    band_low: float | None = Field(description="99 of 100 times the return is above this.", examples=[0.9])
    band_high: float | None = Field(examples=[1.0])
    is_within_band: bool = Field(examples=[True])


class StatisticsAnswer(BaseModel):
    """What was played, and how the house stands."""

    games: list[GameStatistics]
    house_account: str = Field(examples=["NC-CASA-0000"])
    house_balance: Coin
    house_held: Coin = Field(description="Free spins' wins that wait.", examples=[0])
    house_available: Coin = Field(description="What the house can lose, underwriting included.", examples=[1100000])
    house_floor: Coin = Field(description="How far down the house may go.", examples=[-1000000])
