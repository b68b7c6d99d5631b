"""HTTP shapes of what players set for themselves."""

from typing import Annotated

from pydantic import BaseModel, Field

from loopbank.casino.schemas import Coin, Time
from loopbank.foundation.requests import Amount, StrictBody


class LimitsBody(StrictBody):
    """Limits to change; null takes one away. Tighter ones count at once, looser ones in 24 hours."""

    spend_per_day: Annotated[Amount, Field(description="Coins bet in 24 hours.", examples=[500])] | None = None
    loss_per_day: Annotated[Amount, Field(description="Coins lost in 24 hours.", examples=[200])] | None = None
    session_minutes: (
        Annotated[int, Field(ge=1, le=1_440, description="Minutes without a pause.", examples=[60])] | None
    ) = None


class BreakBody(StrictBody):
    """A break from betting. It can be made longer, not shorter."""

    minutes: Annotated[int, Field(ge=15, le=7 * 24 * 60, examples=[60])]


class ExclusionBody(StrictBody):
    """Exclusion from betting that nobody can lift; without days it is for ever."""

    days: Annotated[int, Field(ge=1, le=3_650, examples=[30])] | None = None


class LimitView(BaseModel):
    """One limit, and what it will be."""

    value: Coin | None
    next_value: Coin | None = Field(description="What it will be; only with `next_at`.")
    next_at: Time | None


class SessionView(BaseModel):
    """The session that goes on: play without a pause of 15 minutes."""

    began_at: Time
    minutes: int = Field(examples=[35])
    rounds: int = Field(examples=[120])
    bet: Coin
    won: Coin
    net: Coin = Field(description="Won less bet.", examples=[-20])


class CareAnswer(BaseModel):
    """What a player has chosen for themselves, and where they stand."""

    spend_per_day: LimitView
    loss_per_day: LimitView
    session_minutes: LimitView
    break_until: Time | None
    excluded_until: Time | None = Field(description="Year 2255 means for ever.")
    spent: Coin = Field(description="Bet in the last 24 hours.", examples=[120])
    lost: Coin = Field(description="Lost in the last 24 hours.", examples=[20])
    session: SessionView | None
