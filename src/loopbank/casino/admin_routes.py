"""The casino's administration: the dial, what it would mean, and what was played. ADMIN or above."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from loopbank.access import Actor, Guard, Role
from loopbank.casino import admin_schemas as schemas
from loopbank.casino import views
from loopbank.casino.admin_schemas import parse_dial
from loopbank.casino.core import Game
from loopbank.casino.errors import BetOutOfRange, SettingRefused
from loopbank.casino.service import Casino
from loopbank.coins import COINS_MAX, Coins, InvalidAmount, parse_amount
from loopbank.foundation.clock import Clock, Instant, later
from loopbank.foundation.openapi import refusals, signed_in
from loopbank.foundation.requests import FaceRoute

_ROUNDS_MAX = 1_000_000
_ROUNDS_OF_A_NIGHT = 2_000

_GameName = Annotated[
    str, Path(description="A game, with dashes or underscores.", max_length=64, examples=["starlight_smuggler"])
]
_Payout = Annotated[
    str | None,
    Query(description="Percent; the present setting when left out.", max_length=12, examples=["95.5"]),
]
_Rounds = Annotated[int, Query(description="How many rounds the night has.", ge=1, le=_ROUNDS_MAX, examples=[2_000])]
_Bet = Annotated[str, Query(description="The total bet of a round.", max_length=20, examples=["9"])]
_Hours = Annotated[
    int | None, Query(description="How far back; from the beginning.", ge=1, le=24 * 3_650, examples=[24])
]


class CasinoAdminRoutes:
    """Routes under /api/v1/admin/casino, or another prefix."""

    def __init__(self, casino: Casino, guard: Guard, clock: Clock, *, prefix: str, is_published: bool = True) -> None:
        self._casino = casino
        self._guard = guard
        self._clock = clock
        self.router = APIRouter(
            prefix=f"{prefix}/casino",
            route_class=FaceRoute,
            tags=["Casino administration"],
            include_in_schema=is_published,
        )
        for path, endpoint, method, summary, answer, errors in (
            ("/config", self.configs, "GET", "How the games are set", schemas.ConfigsAnswer, ()),
            (
                "/config/{game}",
                self.configure,
                "PUT",
                "Open or close a game, or move its dial",
                schemas.ConfigAnswer,
                (400, 404, 413, 415),
            ),
            (
                "/config/{game}/forecast",
                self.forecast,
                "GET",
                "What a setting of the dial means for a night",
                schemas.ForecastAnswer,
                (400, 404),
            ),
            (
                "/statistics",
                self.statistics,
                "GET",
                "Actual return against the promised one",
                schemas.StatisticsAnswer,
                (400,),
            ),
        ):
            self.router.add_api_route(
                path,
                endpoint,
                methods=[method],
                summary=summary,
                response_model=answer,
                responses=refusals(401, 403, *errors),
                openapi_extra=signed_in(),
            )

    async def configs(self, request: Request) -> dict[str, Any]:
        """Give every game's setting."""
        await self._guard.at_least(request, Role.ADMIN)
        configurations = self._casino.configurations
        return {
            "games": [
                views.config_view(await configurations.setting(game), game) for game in configurations.games.values()
            ]
        }

    async def configure(self, request: Request, game: _GameName, body: schemas.ConfigBody) -> dict[str, Any]:
        """Set a game. Rounds that begin afterwards are played with it; the change stands in the audit log."""
        principal = await self._guard.at_least(request, Role.ADMIN)
        chosen = self._game(game)
        setting = await self._casino.configurations.change(
            chosen,
            Actor(principal.person_id, principal.name),
            dial=body.payout_percentage,
            is_enabled=body.is_enabled,
        )
        return {"message": "Casino configuration updated", "config": views.config_view(setting, chosen)}

    async def forecast(
        self,
        request: Request,
        game: _GameName,
        payout_percentage: _Payout = None,
        rounds: _Rounds = _ROUNDS_OF_A_NIGHT,
        bet_amount: _Bet = "10",
    ) -> Response:
        """Give the band of the house's result, its risk of ruin and the largest bet it can stand."""
        await self._guard.at_least(request, Role.ADMIN)
        chosen, total_bet = self._game(game), _total_bet(bet_amount)
        outlook = await self._casino.statistics.outlook(
            chosen, dial=_dial(payout_percentage), rounds=rounds, total_bet=total_bet
        )
        # The fraction's numbers are longer than 64 bits, which the usual serialiser does not write.
        return Response(
            json.dumps(views.forecast_view(outlook, chosen, rounds, total_bet), ensure_ascii=False),
            media_type="application/json",
        )

    async def statistics(self, request: Request, hours: _Hours = None) -> dict[str, Any]:
        """Give every game's rounds, its return, the band in which it should lie, and how the house stands."""
        await self._guard.at_least(request, Role.ADMIN)
        since = later(self._clock(), -hours * 3_600) if hours else Instant(0)
        house = self._casino.house
        return views.statistics_view(await self._casino.statistics.tallies(since), house.account, await house.balance())

    def _game(self, name: str) -> Game:
        return self._casino.configurations.game(name)


def _dial(text: str | None) -> int | None:
    try:
        return None if text is None else parse_dial(text)
    except ValueError as error:
        raise SettingRefused(str(error)) from error


def _total_bet(text: str) -> Coins:
    try:
        return parse_amount(text)
    except InvalidAmount as error:
        raise BetOutOfRange(Coins(1), COINS_MAX) from error
