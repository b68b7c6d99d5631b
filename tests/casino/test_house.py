"""The house: it takes no bet that it could not pay, and keeps every coin it promised."""

import asyncio
from pathlib import Path

import pytest

from loopbank.access import Role
from tests.casino.players import HOUSE, balance_of, configuration_in_play, findings_of, seed_that, spin, spun
from tests.support.problems import assert_problem
from tests.support.stories import BankStory, StoryPerson, opened_bank

LARGEST_GLITCH = 100
"""The largest win of a Glitch Grid round, in bets."""


async def test_a_bet_that_the_house_could_not_pay_is_refused_before_it_is_played(
    database_url: str, tmp_path: Path
) -> None:
    async with opened_bank(database_url, tmp_path, HOUSE_START="500", HOUSE_UNDERWRITING="0") as small:
        player = await small.person("runner")
        before = await small.journal()
        refused = await spin(player, bet="5.01")
        assert_problem(refused, 400, code="house_cannot_cover")
        assert "5.00" in refused.json()["detail"]
        assert await small.journal() == before
        assert (await player.http.get("/api/v1/casino/rounds")).json()["rounds"] == []
        fairness = (await player.http.get("/api/v1/casino/fairness")).json()
        assert fairness["next_nonce"] == 0
        await spun(player, bet=5, seed=await seed_that(small, player, "glitch_grid", "loss", bet=500))
        card = (await player.http.get("/api/v1/casino/games")).json()["games"][0]
        assert card["max_bet_now"] == 5.05


async def test_the_bank_underwrites_the_house_down_to_its_floor(database_url: str, tmp_path: Path) -> None:
    async with opened_bank(database_url, tmp_path, HOUSE_START="0", HOUSE_UNDERWRITING="300") as owing:
        player = await owing.person("runner")
        gm = await owing.person("gm", role=Role.ADMIN)
        await spun(player, bet=3, seed=await seed_that(owing, player, "glitch_grid", "win", bet=300))
        balance, _ = await balance_of(owing, HOUSE)
        assert -300_00 <= balance < 0
        state = (await gm.http.get("/api/v1/admin/casino/statistics")).json()
        assert (state["house_floor"], state["house_balance"]) == (-300, balance / 100)
        assert state["house_available"] == 300 + balance / 100
        assert_problem(await spin(player, bet=3), 400, code="house_cannot_cover")
        assert await findings_of(owing) == []


async def test_many_bets_at_once_cannot_promise_the_same_coins(database_url: str, tmp_path: Path) -> None:
    async with opened_bank(database_url, tmp_path, HOUSE_START="1000", HOUSE_UNDERWRITING="0") as small:
        players = [await small.person("runner") for _ in range(6)]
        for player in players:
            await player.http.get("/api/v1/casino/fairness")
        for turn in range(4):
            answers = await asyncio.gather(*(spin(player, bet=9, key=f"{turn}") for player in players))
            assert {answer.status_code for answer in answers} <= {200, 400}
            refused = [answer.json()["code"] for answer in answers if answer.status_code == 400]
            assert set(refused) <= {"house_cannot_cover"}
        balance, held = await balance_of(small, HOUSE)
        assert balance - held >= 0
        assert await findings_of(small) == []


async def test_a_closed_game_takes_no_bets_but_shows_the_free_spins_that_wait(
    database_url: str, tmp_path: Path
) -> None:
    game = "starlight_smuggler"
    async with opened_bank(database_url, tmp_path) as house:
        player, gm = await house.person("runner"), await house.person("gm", role=Role.ADMIN)
        await spun(player, game, "0.10", seed=await seed_that(house, player, game, "trigger", bet=10))
        config = f"/api/v1/admin/casino/config/{game}"
        closed = await gm.http.put(config, json={"is_enabled": False, "payout_percentage": 60})
        assert closed.json()["config"]["is_enabled"] is False
        for _ in range(5):
            assert (await spun(player, game))["was_free_spin"]
        before = await house.journal()
        assert_problem(await spin(player, game), 400, code="game_disabled")
        assert await house.journal() == before
        await gm.http.put(config, json={"is_enabled": True})
        await spun(player, game, "0.10", seed=await seed_that(house, player, game, "loss", bet=10))
        assert await findings_of(house) == []


async def test_a_move_of_the_dial_is_a_new_configuration_from_the_next_round_on(
    database_url: str, tmp_path: Path
) -> None:
    async with opened_bank(database_url, tmp_path) as house:
        player, gm = await house.person("runner"), await house.person("gm", role=Role.ADMIN)
        old = await configuration_in_play(player, "glitch_grid")
        first = await spun(player)
        answer = await gm.http.put("/api/v1/admin/casino/config/glitch-grid", json={"payout_percentage": "102.5"})
        assert answer.json()["config"]["payout_percentage"] == 102.5
        second = await spun(player)
        assert first["config_hash"] == old.hash != second["config_hash"] == answer.json()["config"]["config_hash"]
        sheets = "/api/v1/casino/games/glitch_grid/par-sheet?config_hash="
        assert (await player.http.get(sheets + first["config_hash"])).json()["dial"] == 950
        assert (await player.http.get(sheets + second["config_hash"])).json()["dial"] == 1_025
        assert_problem(await player.http.get(sheets + "0" * 64), 404, code="unknown_configuration")
        state = (await gm.http.get("/api/v1/admin/casino/statistics")).json()["games"][0]
        assert (state["game"], state["rounds"], state["total_bet"]) == ("glitch_grid", 2, 2)
        assert state["band_low"] <= state["expected_return"] <= state["band_high"]


@pytest.mark.parametrize("payout", [49.9, 150.1, 95.55, 0, -95, "x", True, "NaN", [95], 1e300])
async def test_a_dial_that_does_not_go_there_is_refused(bank: BankStory, payout: object) -> None:
    gm = await bank.person("gm", role=Role.ADMIN)
    config = "/api/v1/admin/casino/config/glitch_grid"
    before = (await gm.http.get("/api/v1/admin/casino/config")).json()
    assert_problem(await gm.http.put(config, json={"payout_percentage": payout}), 400)
    assert (await gm.http.get("/api/v1/admin/casino/config")).json() == before


async def test_the_forecast_grows_darker_with_the_dial(bank: BankStory) -> None:
    gm = await bank.person("gm", role=Role.ADMIN)
    path = "/api/v1/admin/casino/config/starlight_smuggler/forecast?rounds=5000&bet_amount=90&payout_percentage="
    nights = [(await gm.http.get(path + payout)).json() for payout in ("80", "100", "140")]
    assert [night["expected_result"] for night in nights] == pytest.approx([90_000, 0, -180_000], abs=1)
    assert all(night["result_low"] < night["expected_result"] < night["result_high"] for night in nights)
    assert nights[0]["risk_of_ruin"] <= nights[1]["risk_of_ruin"] <= nights[2]["risk_of_ruin"]
    assert nights[0]["recommended_max_bet"] >= nights[2]["recommended_max_bet"] > 0


async def test_the_leaderboard_names_those_who_won(bank: BankStory, runner: StoryPerson) -> None:
    await spun(runner, bet=50, seed=await seed_that(bank, runner, "glitch_grid", "win", bet=5_000))
    wins = (await bank.http.get("/api/v1/casino/leaderboard?game=glitch-grid&hours=1")).json()["wins"]
    assert runner.name in {win["character_name"] for win in wins}
    assert [win["win_amount"] for win in wins] == sorted((win["win_amount"] for win in wins), reverse=True)
