"""Anybody can recompute a round: another language, a saved file, and the house's own check."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from loopbank.casino import UnreadableRound, verify_round
from loopbank.entrypoints.cli import app
from tests.casino.players import findings_of, seed_that, spun
from tests.ledger.tampering import tamper
from tests.support.stories import BankStory, StoryPerson, opened_bank

ROUNDS = 1_000
NODE = shutil.which("node", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
VERIFIER = Path(__file__).parent / "verifier.mjs"


async def revealed_rounds(player: StoryPerson) -> dict[str, Any]:
    """End the player's epoch and give all rounds and their PAR sheets as the API answers them."""
    (await player.http.post("/api/v1/casino/fairness/rotate", json={})).raise_for_status()
    rounds: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        page = (await player.http.get(f"/api/v1/casino/rounds?limit=100{cursor}")).raise_for_status().json()
        rounds += page["rounds"]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    sheets = {}
    for game, config_hash in {(one["game"], one["config_hash"]) for one in rounds}:
        path = f"/api/v1/casino/games/{game}/par-sheet?config_hash={config_hash}"
        sheets[config_hash] = (await player.http.get(path)).raise_for_status().json()
    return {"rounds": rounds, "par_sheets": sheets}


@pytest.mark.skipif(NODE is None, reason="there is no Node; `make setup` installs one")
async def test_an_independent_verifier_agrees_on_every_round(
    bank: BankStory, runner: StoryPerson, tmp_path: Path
) -> None:
    played = 0
    while played < ROUNDS:
        game = ("glitch_grid", "starlight_smuggler")[played % 2]
        shown = await spun(runner, game, "0.01", seed=f"🦦 {played // 50}")
        played += not shown.get("was_free_spin", False)
        while shown.get("free_spins_remaining"):
            shown = await spun(runner, game)
    saved = await revealed_rounds(runner)
    assert len(saved["rounds"]) == ROUNDS
    assert any(one["free_spins_awarded"] for one in saved["rounds"])
    path = tmp_path / "rounds.json"
    path.write_text(json.dumps(saved, ensure_ascii=False), "utf-8")
    assert judged(path) == {"rounds": ROUNDS, "wrong": []}
    saved["rounds"][7]["spins"][0]["stops"][0] += 1
    saved["rounds"][8]["client_seed"] += "!"
    path.write_text(json.dumps(saved, ensure_ascii=False), "utf-8")
    assert len(judged(path)["wrong"]) >= 2
    assert await findings_of(bank) == []


def judged(path: Path) -> dict[str, Any]:
    assert NODE is not None
    done = subprocess.run([NODE, VERIFIER, path], capture_output=True, text=True, check=True)
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict


@pytest.fixture
async def saved_round(bank: BankStory, runner: StoryPerson) -> dict[str, Any]:
    """A round with free spins and its PAR sheet, as the verify page saves them."""
    game = "starlight_smuggler"
    await spun(runner, game, "0.10", seed=await seed_that(bank, runner, game, "trigger", bet=10))
    for _ in range(5):
        await spun(runner, game)
    saved = await revealed_rounds(runner)
    (told,) = saved["rounds"]
    return {"round": told, "par_sheet": saved["par_sheets"][told["config_hash"]]}


async def test_a_saved_round_is_verified_without_the_house(saved_round: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "round.json"
    path.write_text(json.dumps(saved_round, ensure_ascii=False), "utf-8")
    answer = CliRunner().invoke(app, ["verify-round", str(path), "--json"])
    assert answer.exit_code == 0
    assert json.loads(answer.stdout)["is_right"] is True
    assert len(json.loads(answer.stdout)["checks"]) == 5 + 6 * 4


def more_win(saved: dict[str, Any]) -> None:
    saved["round"]["spins"][1]["award"] += 1


def other_weight(saved: dict[str, Any]) -> None:
    saved["par_sheet"]["reels"][0][0]["weight"] += 1


def other_seed(saved: dict[str, Any]) -> None:
    saved["round"]["server_seed"] = "00" * 32


def other_bet(saved: dict[str, Any]) -> None:
    saved["round"]["total_bet"] = 1


@pytest.mark.parametrize("tamper", [more_win, other_weight, other_seed, other_bet])
async def test_a_changed_round_is_noticed(
    saved_round: dict[str, Any], tmp_path: Path, tamper: Callable[[dict[str, Any]], None]
) -> None:
    assert all(verdict.is_right for verdict in verify_round(json.dumps(saved_round)))
    tamper(saved_round)
    path = tmp_path / "round.json"
    path.write_text(json.dumps(saved_round), "utf-8")
    answer = CliRunner().invoke(app, ["verify-round", str(path)])
    assert answer.exit_code == 1
    assert "DIFFERS" in answer.stdout


@pytest.mark.parametrize("broken", ["", "[]", "{}", '{"round": {}, "par_sheet": {}}', "NaN", '{"round": 1e999}'])
def test_a_file_that_holds_no_round_is_refused(broken: str) -> None:
    with pytest.raises(UnreadableRound):
        verify_round(broken)


async def test_a_seed_that_is_still_secret_cannot_be_verified(bank: BankStory, runner: StoryPerson) -> None:
    told = (await runner.http.get(f"/api/v1/casino/rounds/{(await spun(runner))['round_id']}")).json()
    with pytest.raises(UnreadableRound, match="not revealed yet"):
        verify_round(json.dumps({"round": told, "par_sheet": {}}))


DAMAGES = {
    "another win": ("UPDATE coin.casino_round SET win = win + 1", "UPDATE coin.casino_round SET win = win - 1"),
    "a smaller free win": (
        "UPDATE coin.casino_round SET free_win = free_win - 1 WHERE free_win > 0",
        "UPDATE coin.casino_round SET free_win = free_win + 1 WHERE free_win > 0",
    ),
    "another bet": ("UPDATE coin.casino_round SET bet = bet + 1", "UPDATE coin.casino_round SET bet = bet - 1"),
    "another seed of the player": (
        "UPDATE coin.casino_round SET client_seed = client_seed || '!'",
        "UPDATE coin.casino_round SET client_seed = replace(client_seed, '!', '')",
    ),
    "another place": (
        "UPDATE coin.casino_round SET nonce = nonce + 7",
        "UPDATE coin.casino_round SET nonce = nonce - 7",
    ),
    "a free spin shown twice": (
        "UPDATE coin.casino_reveal SET sub = sub + 1 WHERE sub = 5",
        "UPDATE coin.casino_reveal SET sub = 5 WHERE sub = 6",
    ),
    "a free spin of nobody": (
        "UPDATE coin.casino_reveal SET player = player || '!'",
        "UPDATE coin.casino_reveal SET player = replace(player, '!', '')",
    ),
    "another commitment": (
        "UPDATE coin.casino_epoch SET commitment = commitment || '0' WHERE epoch = 1",
        "UPDATE coin.casino_epoch SET commitment = substr(commitment, 1, 64)",
    ),
    "other weights": (
        "UPDATE coin.casino_configuration SET document = replace(document, ':50000', ':50001') WHERE dial = 950",
        "UPDATE coin.casino_configuration SET document = replace(document, ':50001', ':50000')",
    ),
    "a round taken out": ("DELETE FROM coin.casino_round WHERE free_spins = 0", None),
}


async def test_the_check_notices_every_damage(database_url: str, tmp_path: Path) -> None:
    game = "starlight_smuggler"
    async with opened_bank(database_url, tmp_path) as house:
        player = await house.person("runner")
        await spun(player)
        await spun(player, game, "0.10", seed=await seed_that(house, player, game, "trigger", bet=10))
        for _ in range(5):
            await spun(player, game)
        assert await findings_of(house) == []
        for name, (damage, repair) in DAMAGES.items():
            await tamper(database_url, damage)
            assert [found.check for found in await findings_of(house) if found.check.startswith("casino")], name
            if repair is not None:
                await tamper(database_url, repair)
                assert await findings_of(house) == [], name
