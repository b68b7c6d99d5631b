"""Playing through the API: coins move once, and what a spin answers is what the books hold."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from loopbank.access import Role
from loopbank.casino import Casino, shipped_games
from loopbank.entrypoints.coin import build_bank
from loopbank.foundation.clock import Instant, later, system_clock
from loopbank.foundation.metrics import Metrics
from loopbank.ledger import AccountCode
from tests.casino.games import GAMES
from tests.casino.players import HOUSE, balance_of, findings_of, seed_that, spin, spun
from tests.support.problems import assert_problem
from tests.support.stories import BankStory, StoryPerson, opened_bank

FREE_SPINS = 5


async def both(bank: BankStory, player: StoryPerson) -> tuple[int, int]:
    """Give the player's balance and the house's, in minor units."""
    return (await balance_of(bank, player.account))[0], (await balance_of(bank, HOUSE))[0]


@pytest.mark.parametrize("game", sorted(GAMES))
@pytest.mark.parametrize("wanted", ["win", "loss"])
async def test_a_round_moves_bet_and_win_between_player_and_house(
    bank: BankStory, runner: StoryPerson, game: str, wanted: str
) -> None:
    seed = await seed_that(bank, runner, game, wanted)
    player, house = await both(bank, runner)
    shown = await spun(runner, game, 1, seed=seed)
    cost = 100 * len(GAMES[game].rules.lines)
    win = round(100 * shown["win_amount"])
    assert (win > 0) == (wanted == "win")
    assert await both(bank, runner) == (player - cost + win, house + cost - win)
    assert shown["balance"] * 100 == player - cost + win
    assert win == 100 * shown["win_multiplier"]
    types = [line["type"] for line in await statement(runner)][: 2 if win else 1]
    assert types == (["casino_win", "casino_bet"] if win else ["casino_bet"])


async def statement(player: StoryPerson) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = (await player.http.get("/api/v1/account/transactions")).json()["transactions"]
    return lines


async def test_the_answers_have_the_fields_that_clients_read(bank: BankStory, runner: StoryPerson) -> None:
    glitch = await spun(runner)
    assert {"reels", "bet", "win_multiplier", "win_amount", "balance"} <= glitch.keys()
    assert len(glitch["reels"]) == 3
    starlight = await spun(runner, "starlight_smuggler", "0.10")
    assert {
        "grid", "bet_per_line", "total_bet", "win_multiplier", "win_amount", "winning_lines", "scatter_count",
        "bonus_spins_awarded", "free_spins_remaining", "was_free_spin", "balance",
    } <= starlight.keys()  # fmt: skip
    assert [len(row) for row in starlight["grid"]] == [5, 5, 5]
    assert (starlight["bet_per_line"], starlight["total_bet"]) == (0.1, 0.9)


async def test_a_double_click_is_one_round(bank: BankStory, runner: StoryPerson) -> None:
    before = await both(bank, runner)
    answers = await asyncio.gather(*(spin(runner, bet=2) for _ in range(8)))
    shown = [answer.raise_for_status().json() for answer in answers]
    assert all(one == shown[0] for one in shown)
    assert sum(answer.headers.get("idempotent-replayed") == "true" for answer in answers) == 7
    win = round(shown[0]["win_amount"] * 100)
    assert await both(bank, runner) == (before[0] - 200 + win, before[1] + 200 - win)


async def test_a_key_gives_the_first_answer_again(bank: BankStory, runner: StoryPerson) -> None:
    first = await spin(runner, key="round-1")
    await spun(runner, bet=3)
    before = await both(bank, runner)
    again = await spin(runner, key="round-1")
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert_problem(await spin(runner, bet=2, key="round-1"), 422, code="idempotency_key_reused")
    assert_problem(await spin(runner, "starlight_smuggler", key="round-1"), 422, code="idempotency_key_reused")
    assert_problem(await spin(runner, key="two words"), 400, code="invalid_idempotency_key")
    assert await both(bank, runner) == before


async def test_two_devices_play_two_rounds(bank: BankStory, runner: StoryPerson) -> None:
    phone, tablet = runner, await bank.sign_in(runner.person)
    answers = await asyncio.gather(
        *(spin(device, bet=1, key=f"{name}-{n}") for n in range(4) for name, device in (("a", phone), ("b", tablet)))
    )
    nonces = sorted(answer.raise_for_status().json()["nonce"] for answer in answers)
    assert nonces == list(range(nonces[0], nonces[0] + 8))
    assert await findings_of(bank) == []


async def test_free_spins_are_held_at_once_and_paid_one_by_one(bank: BankStory, runner: StoryPerson) -> None:
    game = "starlight_smuggler"
    seed = await seed_that(bank, runner, game, "trigger", bet=10)
    _, held_before = await balance_of(bank, HOUSE)
    paid = await spun(runner, game, "0.10", seed=seed)
    assert (paid["bonus_spins_awarded"], paid["free_spins_remaining"], paid["was_free_spin"]) == (5, 5, False)
    held = (await balance_of(bank, HOUSE))[1] - held_before
    assert held > 0
    assert (await runner.http.get("/api/v1/account")).json()["account"]["free_spins"] == FREE_SPINS
    assert_problem(await runner.http.post("/api/v1/casino/fairness/rotate", json={}), 409, code="free_spins_waiting")
    balance, won = paid["balance"], 0
    for sub in range(1, FREE_SPINS + 1):
        # Whatever the request bets, a free spin is played with the bet of its trigger and costs nothing.
        shown = await spun(runner, game, 100)
        assert (shown["sub"], shown["was_free_spin"], shown["free_spins_remaining"]) == (sub, True, FREE_SPINS - sub)
        assert (shown["bet_per_line"], shown["total_bet"], shown["round_id"]) == (0.1, 0, paid["round_id"])
        won += round(shown["win_amount"] * 100)
        assert shown["balance"] == pytest.approx(balance + won / 100)
    assert won == held
    assert (await runner.http.get("/api/v1/account")).json()["account"]["free_spins"] == 0
    assert (await balance_of(bank, HOUSE))[1] == held_before
    assert (await balance_of(bank, runner.account))[0] == round(balance * 100) + won
    assert not (await spun(runner, game, "0.01", seed=await seed_that(bank, runner, game, "loss", bet=1)))[
        "was_free_spin"
    ]
    assert await findings_of(bank) == []


async def test_two_devices_never_show_a_free_spin_twice(bank: BankStory, runner: StoryPerson) -> None:
    game = "starlight_smuggler"
    await spun(runner, game, "0.10", seed=await seed_that(bank, runner, game, "trigger", bet=10))
    before = (await balance_of(bank, runner.account))[0]
    clicks = [(await spin(runner, game, key="free-1")).json()["sub"] for _ in range(2)]
    assert clicks == [1, 1]
    answers = await asyncio.gather(*(spin(runner, game, key=f"free-{n}") for n in range(2, 6)))
    assert sorted(answer.raise_for_status().json()["sub"] for answer in answers) == [2, 3, 4, 5]
    past = (await runner.http.get("/api/v1/casino/rounds?game=starlight_smuggler&limit=1")).json()["rounds"][0]
    assert past["free_spins_remaining"] == 0
    won = sum(round(one["win_amount"] * 100) for one in past["spins"][1:])
    assert (await balance_of(bank, runner.account))[0] == before + won
    assert await findings_of(bank) == []


@pytest.mark.parametrize(
    "bet",
    [
        0, -1, 0.001, 1e308, 10**20, True, None, "NaN", "Infinity", "1e3", "", "ten", [1], {"a": 1}, 1_000.01,
    ],
)  # fmt: skip
async def test_a_bet_that_is_none_is_refused_and_moves_nothing(
    bank: BankStory, runner: StoryPerson, bet: object
) -> None:
    before = await bank.journal()
    assert_problem(await spin(runner, bet=bet), 400)
    assert await bank.journal() == before


@pytest.mark.parametrize("body", [b'{"bet_amount": NaN}', b'{"bet_amount": 1, "bet_amount": 2}', b"{", b"\xff", b""])
async def test_a_body_that_is_none_is_refused_and_moves_nothing(
    bank: BankStory, runner: StoryPerson, body: bytes
) -> None:
    before = await bank.journal()
    answer = await runner.http.post(
        "/api/v1/casino/glitch-grid/spin", content=body, headers={"content-type": "application/json"}
    )
    assert_problem(answer, 400)
    assert await bank.journal() == before


async def test_a_bet_above_the_balance_is_refused(bank: BankStory, runner: StoryPerson) -> None:
    await spun(runner, bet=900, seed=await seed_that(bank, runner, "glitch_grid", "loss", bet=90_000))
    before = await bank.journal()
    assert_problem(await spin(runner, bet=101), 400, code="insufficient_coins")
    assert await bank.journal() == before
    await spun(runner, bet=100)


async def test_an_unknown_game_and_a_stranger_are_refused(bank: BankStory, runner: StoryPerson) -> None:
    assert_problem(await runner.http.post("/api/v1/casino/poker/spin", json={"bet_amount": 1}), 404)
    assert_problem(await bank.http.post("/api/v1/casino/glitch-grid/spin", json={"bet_amount": 1}), 401)
    assert_problem(await bank.http.get("/api/v1/casino/games/poker/par-sheet"), 404, code="unknown_game")


async def test_rounds_are_the_players_own(bank: BankStory, runner: StoryPerson, fixer: StoryPerson) -> None:
    shown = await spun(runner)
    path = f"/api/v1/casino/rounds/{shown['round_id']}"
    own = (await runner.http.get(path)).raise_for_status().json()
    assert own["stops"] == shown["stops"]
    assert own["server_seed"] is None
    assert_problem(await fixer.http.get(path), 404, code="unknown_round")


async def test_rounds_are_listed_page_by_page(bank: BankStory, runner: StoryPerson) -> None:
    played = [(await spun(runner))["round_id"] for _ in range(5)]
    first = (await runner.http.get("/api/v1/casino/rounds?limit=3")).json()
    rest = (await runner.http.get(f"/api/v1/casino/rounds?limit=3&cursor={first['next_cursor']}")).json()
    assert [one["id"] for one in first["rounds"] + rest["rounds"]] == played[::-1]
    assert rest["next_cursor"] is None


async def test_rotating_reveals_the_seed_that_was_committed_to(bank: BankStory, runner: StoryPerson) -> None:
    before = (await runner.http.get("/api/v1/casino/fairness")).json()
    shown = await spun(runner)
    rotated = (await runner.http.post("/api/v1/casino/fairness/rotate", json={"client_seed": "🦦"})).json()
    assert rotated["revealed"]["commitment"] == before["commitment"] == shown["commitment"]
    assert (rotated["epoch"], rotated["commitment"]) == (before["next_epoch"], before["next_commitment"])
    assert (rotated["client_seed"], rotated["next_nonce"]) == ("🦦", 0)
    past = (await runner.http.get(f"/api/v1/casino/rounds/{shown['round_id']}")).json()
    assert past["server_seed"] == rotated["revealed"]["server_seed"]
    assert (await spun(runner))["client_seed"] == "🦦"


async def test_two_rotations_at_once_reveal_one_seed(bank: BankStory, runner: StoryPerson) -> None:
    await spun(runner)
    answers = await asyncio.gather(
        *(runner.http.post("/api/v1/casino/fairness/rotate", json={"client_seed": "x", "epoch": 1}) for _ in range(3))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["epoch"] for answer in answers} == {2}
    assert len({answer.json()["revealed"]["server_seed"] for answer in answers}) == 1
    later = await runner.http.post("/api/v1/casino/fairness/rotate", json={"epoch": 9})
    assert_problem(later, 404, code="unknown_epoch")


@pytest.fixture
async def tomorrows_casino(bank: BankStory) -> AsyncIterator[Casino]:
    """A second replica whose clock is a day and an hour ahead, as the worker's is a day later."""

    def tomorrow() -> Instant:
        return later(system_clock(), 25 * 3_600)

    replica = build_bank(bank.settings, bank.database, Metrics())
    await replica.start()
    yield Casino(
        replica,
        house_account=AccountCode(HOUSE),
        secret_key=bank.settings.secret_key,
        games=shipped_games(),
        clock=tomorrow,
    )
    await replica.close()


async def test_forgotten_free_spins_are_settled_after_a_day(
    bank: BankStory, runner: StoryPerson, tomorrows_casino: Casino
) -> None:
    game = "starlight_smuggler"
    paid = await spun(runner, game, "0.10", seed=await seed_that(bank, runner, game, "trigger", bet=10))
    await spun(runner, game)
    held = (await balance_of(bank, HOUSE))[1]
    before = (await balance_of(bank, runner.account))[0]
    assert await tomorrows_casino.settle_forgotten() == 1
    assert await tomorrows_casino.settle_forgotten() == 0
    assert (await balance_of(bank, runner.account))[0] == before + held
    assert (await balance_of(bank, HOUSE))[1] == 0
    past = (await runner.http.get(f"/api/v1/casino/rounds/{paid['round_id']}")).json()
    assert past["free_spins_remaining"] == 0
    assert await findings_of(bank) == []


async def test_thirty_spins_a_minute_are_enough(database_url: str, tmp_path: Path) -> None:
    async with opened_bank(database_url, tmp_path, RATE_LIMITS="true") as strict:
        player = await strict.person("runner")
        answers = [(await spin(player, bet="0.01")).status_code for _ in range(31)]
        assert answers == [200] * 30 + [429]


async def test_an_epoch_ends_after_a_thousand_spins(
    bank: BankStory, runner: StoryPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loopbank.casino.play.SPINS_PER_EPOCH_MAX", 3)
    epochs = [(await spun(runner, bet="0.01", seed=f"{n}"))["epoch"] for n in range(7)]
    assert epochs == [1, 1, 1, 2, 2, 2, 3]


async def test_only_administrators_set_the_dial(bank: BankStory, runner: StoryPerson) -> None:
    for role, status in ((Role.USER, 403), (Role.DEVELOPER, 403), (Role.ADMIN, 200)):
        person = await bank.person("gm", role=role)
        answer = await person.http.put("/api/v1/admin/casino/config/glitch_grid", json={"is_enabled": True})
        assert answer.status_code == status
