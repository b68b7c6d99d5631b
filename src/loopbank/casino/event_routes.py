"""The casino's part of the event face: spins, games, proofs and history."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from loopbank.access import Guard, RateLimits
from loopbank.bank import InvalidCursor, check_key
from loopbank.casino import schemas, views
from loopbank.casino.core import Game, coverable_bet, measure
from loopbank.casino.play import Asked
from loopbank.casino.service import Casino
from loopbank.foundation.answers import JsonAnswer
from loopbank.foundation.clock import Clock, later
from loopbank.foundation.http import LeanEndpoint, lean
from loopbank.foundation.openapi import MONEY_HEADERS, refusals, signed_in
from loopbank.foundation.requests import FaceRoute, read_body

_SPIN_LIMIT = "30/minute"
_LARGEST_WINS = 20
_WEEK_HOURS = 7 * 24

_GameName = Annotated[
    str,
    Path(description="A game, with dashes or underscores.", max_length=64, examples=["starlight-smuggler"]),
]
_ConfigHash = Annotated[
    str | None, Query(description="A configuration that was in play before.", max_length=64, examples=[None])
]
_RoundId = Annotated[int, Path(description="A round's id.", ge=1, le=2**62, examples=[42])]
_Limit = Annotated[int, Query(ge=1, le=100, examples=[20])]
_Cursor = Annotated[str | None, Query(description="`next_cursor` of the page before.", examples=["42"])]
_Game = Annotated[str | None, Query(description="Of one game only.", max_length=64, examples=["glitch_grid"])]
_Hours = Annotated[int, Query(description="How far back.", ge=1, le=24 * 365, examples=[24])]

_SPIN_EXAMPLE = {"bet_amount": 1, "client_seed": "neon-otter"}
_SPIN_REFUSALS = (400, 401, 403, 409, 413, 415, 422, 429)


class CasinoRoutes:
    """Routes under /api/v1/casino."""

    def __init__(self, casino: Casino, guard: Guard, rate_limits: RateLimits, clock: Clock) -> None:
        self._casino = casino
        self._guard = guard
        self._rate_limits = rate_limits
        self._clock = clock
        self.router = APIRouter(prefix="/api/v1/casino", route_class=FaceRoute, tags=["Casino"])
        for game in casino.configurations.games.values():
            self._add_spin(game)
        self._add_public()
        self._add_own()

    def _add_spin(self, game: Game) -> None:
        self.router.add_api_route(
            f"/{game.id.replace('_', '-')}/spin",
            self._spin_endpoint(game),
            methods=["POST"],
            summary=f"Play {game.title}, or show the next free spin",
            operation_id=f"spin_{game.id}",
            response_model=schemas.ReelsAnswer if views.is_plain(game) else schemas.GridAnswer,
            responses={200: {"headers": MONEY_HEADERS}, **refusals(*_SPIN_REFUSALS)},
            openapi_extra=signed_in(lean_body=schemas.SpinBody, example=_SPIN_EXAMPLE, moves_money=True),
        )

    def _add_public(self) -> None:
        for path, endpoint, summary, answer, errors in (
            ("/games", self.games, "The games of the house", schemas.GamesAnswer, ()),
            (
                "/games/{game}/par-sheet",
                self.par_sheet,
                "A configuration's reels, pays and exact return",
                schemas.ParSheetAnswer,
                (400, 404),
            ),
            (
                "/leaderboard",
                self.leaderboard,
                "The largest wins",
                schemas.LeaderboardAnswer,
                (400, 404),
            ),
        ):
            self.router.add_api_route(
                path, endpoint, methods=["GET"], summary=summary, response_model=answer, responses=refusals(*errors)
            )

    def _add_own(self) -> None:
        add, extra = self.router.add_api_route, signed_in()
        for path, endpoint, summary, answer, errors in (
            ("/fairness", self.fairness, "What the next spin is made of", schemas.SeedState, (401,)),
            ("/rounds", self.rounds, "The own rounds", schemas.RoundsAnswer, (400, 401, 404)),
            ("/rounds/{round_id}", self.round, "One own round", schemas.RoundAnswer, (400, 401, 404)),
        ):
            add(
                path,
                endpoint,
                methods=["GET"],
                summary=summary,
                response_model=answer,
                responses=refusals(*errors),
                openapi_extra=extra,
            )
        add(
            "/fairness/rotate",
            self.rotate,
            methods=["POST"],
            summary="Reveal the house's seed and begin a new epoch with one's own",
            response_model=schemas.RotateAnswer,
            responses=refusals(400, 401, 404, 409, 413, 415, 429),
            openapi_extra=extra,
        )

    def _spin_endpoint(self, game: Game) -> LeanEndpoint:
        @lean
        async def spin(request: Request) -> Response:
            principal = await self._guard.person(request)
            self._rate_limits.check("spin", _SPIN_LIMIT, principal.person_id)
            body = await read_body(request, schemas.SpinBody)
            key = request.headers.get("idempotency-key")
            if key is not None:
                check_key(key)
            asked = Asked(game, body.bet_amount, body.client_seed, key)
            shown = await self._casino.table.spin(await self._casino.player(principal), asked)
            headers = {} if key is None else {"Idempotency-Key": key}
            if shown.is_replay:
                headers["Idempotent-Replayed"] = "true"
            return JsonAnswer(views.spin_view(shown, game), 200, headers)

        spin.__doc__ = f"Play one round of {game.title}; free spins that wait are shown one by one and cost nothing."
        endpoint: LeanEndpoint = spin
        return endpoint

    async def games(self) -> dict[str, Any]:
        """Give every game: open or closed, its payout percentage, its bets."""
        configurations = self._casino.configurations
        available = await self._casino.house.available()
        shown = []
        for game in configurations.games.values():
            setting = await configurations.setting(game)
            measures = measure(await configurations.by_hash(setting.config_hash))
            shown.append(views.game_view(game, setting, coverable_bet(measures, available)))
        return {"games": shown}

    async def par_sheet(self, game: _GameName, config_hash: _ConfigHash = None) -> Response:
        """Give the configuration in play, or the one with a hash: enough to recompute every figure in it.

        The hash is SHA-256 of the JSON text, in UTF-8 without spaces and with sorted names, of the fields dial, game,
        lines, paytable, reels, rows, scatter, symbols and wild.
        """
        configurations = self._casino.configurations
        known = configurations.game(game)
        if config_hash is None:
            configuration = await configurations.in_play(known)
        else:
            configuration = await configurations.by_hash_of(known, config_hash)
        # The fraction's numbers are longer than 64 bits, which the usual serialiser does not write.
        return Response(
            json.dumps(views.par_sheet_view(configuration, known), ensure_ascii=False),
            media_type="application/json",
        )

    async def leaderboard(self, game: _Game = None, hours: _Hours = _WEEK_HOURS) -> dict[str, Any]:
        """Give the largest wins of the last hours, with the names of those who won."""
        since = later(self._clock(), -hours * 3_600)
        only = None if game is None else self._casino.configurations.game(game)
        wins = await self._casino.statistics.largest_wins(since, only, _LARGEST_WINS)
        names = await self._casino.names_of([win.player for win in wins])
        return {"wins": [views.win_view(win, names) for win in wins]}

    async def fairness(self, request: Request) -> dict[str, Any]:
        """Give the commitment in force, the player's seed, and the commitment of the epoch that comes next."""
        player = await self._casino.player(await self._guard.person(request))
        current, prepared = await self._casino.seeds.current(player.account)
        return views.seeds_view(current, prepared, await self._casino.next_nonce(player.account))

    async def rotate(self, request: Request, body: schemas.RotateBody) -> dict[str, Any]:
        """End the epoch: its server seed is revealed, so that all its rounds can be recomputed."""
        principal = await self._guard.person(request)
        self._rate_limits.check("rotate", _SPIN_LIMIT, principal.person_id)
        player = await self._casino.player(principal)
        revealed = await self._casino.seeds.rotate(player.account, body.client_seed, only=body.epoch)
        return {**await self.fairness(request), "revealed": views.revealed_view(revealed)}

    async def rounds(
        self, request: Request, limit: _Limit = 20, cursor: _Cursor = None, game: _Game = None
    ) -> dict[str, Any]:
        """Give the own rounds, newest first; they are kept for ever."""
        player = await self._casino.player(await self._guard.person(request))
        only = None if game is None else self._casino.configurations.game(game)
        page = await self._casino.history.page(player.account, before=_cursor(cursor), game=only, count=limit + 1)
        shown = [views.round_view(one) for one in page[:limit]]
        return {"rounds": shown, "next_cursor": str(shown[-1]["id"]) if len(page) > limit else None}

    async def round(self, request: Request, round_id: _RoundId) -> dict[str, Any]:
        """Give one round with everything that recomputing it takes; the seed once its epoch is over."""
        player = await self._casino.player(await self._guard.person(request))
        return views.round_view(await self._casino.history.round(player.account, round_id))


def _cursor(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise InvalidCursor("The cursor is not one that this list gave.")
    return int(text)
