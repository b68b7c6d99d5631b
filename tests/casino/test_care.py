"""Care for players: what they set for themselves holds, and only time lifts it."""

import asyncio

import pytest

from loopbank.access import Role
from loopbank.casino.core import DAY, Limit, LimitKind, Play, current_session
from loopbank.foundation.clock import Instant
from tests.casino.players import seed_that, spin, spun
from tests.support.problems import assert_problem
from tests.support.stories import BankStory, StoryPerson

NOON = Instant(1_800_000_000_000_000)
MINUTE = 60_000_000
TOMORROW = Instant(NOON + DAY)


@pytest.mark.parametrize(("present", "wanted"), [(None, 100), (200, 100), (100, 100)])
def test_a_tighter_limit_counts_at_once(present: int | None, wanted: int) -> None:
    assert Limit(LimitKind.SPEND, present).changed(wanted, NOON) == Limit(LimitKind.SPEND, wanted)


@pytest.mark.parametrize(("present", "wanted"), [(100, None), (100, 200)])
def test_a_looser_limit_counts_a_day_later(present: int, wanted: int | None) -> None:
    changed = Limit(LimitKind.SPEND, present).changed(wanted, NOON)
    assert changed.in_force(NOON) == changed.in_force(Instant(TOMORROW - 1)) == present
    assert changed.in_force(TOMORROW) == wanted


def test_tightening_takes_back_what_was_to_be_loosened() -> None:
    waiting = Limit(LimitKind.LOSS, 100).changed(None, NOON)
    assert waiting.changed(50, Instant(NOON + 1)).in_force(TOMORROW) == 50


def test_a_session_ends_with_a_pause() -> None:
    plays = [Play(Instant(NOON - minutes * MINUTE), 100, 30) for minutes in (1, 10, 20, 40)]
    session = current_session(plays, NOON)
    assert session is not None
    assert (session.minutes, session.rounds, session.bet, session.win) == (20, 3, 300, 90)
    assert current_session(plays, Instant(NOON + 15 * MINUTE)) is None


async def put_limits(player: StoryPerson, **limits: object) -> None:
    (await player.http.put("/api/v1/casino/care/limits", json=limits)).raise_for_status()


async def test_bets_stop_at_the_limit(bank: BankStory, runner: StoryPerson) -> None:
    await put_limits(runner, spend_per_day=10)
    await spun(runner, bet=6, seed=await seed_that(bank, runner, "glitch_grid", "win", bet=600))
    before = await bank.journal()
    assert_problem(await spin(runner, bet="4.01"), 400, code="limit_reached")
    assert_problem(await spin(runner, "starlight_smuggler", 1), 400, code="limit_reached")
    assert await bank.journal() == before
    await spun(runner, bet=4)


async def test_losses_stop_at_the_limit(bank: BankStory, runner: StoryPerson) -> None:
    await put_limits(runner, loss_per_day=10)
    await spun(runner, bet=6, seed=await seed_that(bank, runner, "glitch_grid", "loss", bet=600))
    assert_problem(await spin(runner, bet=5), 400, code="limit_reached")
    standing = (await runner.http.get("/api/v1/casino/care")).json()
    assert (standing["spent"], standing["lost"], standing["session"]["net"]) == (6, 6, -6)
    assert standing["loss_per_day"]["value"] == 10


async def test_a_limit_cannot_be_passed_on_two_devices(bank: BankStory, runner: StoryPerson) -> None:
    await put_limits(runner, spend_per_day=5)
    answers = await asyncio.gather(*(spin(runner, bet=1, key=f"{n}") for n in range(9)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [400] * 4


async def test_loosening_waits_for_tomorrow(bank: BankStory, runner: StoryPerson) -> None:
    await put_limits(runner, spend_per_day=5, session_minutes=60)
    await put_limits(runner, spend_per_day=None)
    standing = (await runner.http.get("/api/v1/casino/care")).json()
    assert standing["spend_per_day"]["value"] == 5
    assert standing["spend_per_day"]["next_value"] is None
    assert standing["spend_per_day"]["next_at"] is not None
    assert standing["session_minutes"] == {"value": 60, "next_value": None, "next_at": None}
    assert_problem(await spin(runner, bet=6), 400, code="limit_reached")


async def test_a_break_lasts_and_grows_but_never_shrinks(bank: BankStory, runner: StoryPerson) -> None:
    first = (await runner.http.post("/api/v1/casino/care/break", json={"minutes": 60})).json()["break_until"]
    again = (await runner.http.post("/api/v1/casino/care/break", json={"minutes": 15})).json()["break_until"]
    assert again == first
    assert_problem(await spin(runner), 403, code="player_absent")


async def test_nobody_lifts_an_exclusion(bank: BankStory, runner: StoryPerson) -> None:
    until = (await runner.http.post("/api/v1/casino/care/exclusion", json={})).json()["excluded_until"]
    shorter = (await runner.http.post("/api/v1/casino/care/exclusion", json={"days": 1})).json()["excluded_until"]
    assert shorter == until > "2255"
    assert_problem(await spin(runner), 403, code="player_absent")
    gm = await bank.person("gm", role=Role.SUPERADMIN)
    contract = (await bank.http.get("/openapi.json")).json()
    reached = [path for path in contract["paths"] if "care" in path and "admin" in path]
    assert reached == []
    assert (await gm.http.delete("/api/v1/casino/care/exclusion")).status_code == 405
    assert_problem(await spin(runner), 403, code="player_absent")


async def test_who_takes_a_break_still_sees_the_free_spins_that_wait(bank: BankStory, runner: StoryPerson) -> None:
    game = "starlight_smuggler"
    await spun(runner, game, "0.10", seed=await seed_that(bank, runner, game, "trigger", bet=10))
    (await runner.http.post("/api/v1/casino/care/break", json={"minutes": 60})).raise_for_status()
    for _ in range(5):
        assert (await spun(runner, game))["was_free_spin"]
    assert_problem(await spin(runner, game), 403, code="player_absent")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("limits", {"spend_per_day": 0}),
        ("limits", {"spend_per_day": 0.001}),
        ("limits", {"session_minutes": -1}),
        ("limits", {"weekly": 1}),
        ("break", {"minutes": 1}),
        ("exclusion", {"days": 0}),
    ],
)
async def test_a_wish_that_is_none_is_refused(
    bank: BankStory, runner: StoryPerson, path: str, body: dict[str, object]
) -> None:
    send = runner.http.put if path == "limits" else runner.http.post
    assert_problem(await send(f"/api/v1/casino/care/{path}", json=body), 422)
