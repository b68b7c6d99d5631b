"""The engine: what a window pays, whichever game it is, and what the folded cycle says of it."""

import json
import random
from fractions import Fraction

import numpy as np
import pytest

from loopbank.casino.core import (
    Configuration,
    InvalidRules,
    LineWin,
    Simulator,
    canonical_text,
    fold_cycle,
    look,
    measure,
    read_configuration,
    read_game,
)
from tests.casino.games import GAMES, NIGHT_MARKET, configuration_of, naive_award, naive_spins

SIGMAS = 4.0
ROUNDS = 1_000_000
ROUNDS_AT_LENGTH = 10_000_000

EVERY_GAME = ("glitch_grid", "starlight_smuggler", "night_market")


@pytest.fixture(params=EVERY_GAME)
def configuration(request: pytest.FixtureRequest) -> Configuration:
    """A configuration of every game, the third one included."""
    return configuration_of(request.param, 930)


@pytest.mark.parametrize(
    ("symbols", "award"),
    [
        ("🏢 🏢 🏢", 100),
        ("💀 💀 💀", 50),
        ("㊙️ ㊙️ ㊙️", 40),
        ("01 01 01", 30),
        ("🔌 🔌 🔌", 20),
        ("🏢 🏢 ▒", 10),
        ("🏢 🏢 💀", 50),
        ("💀 🏢 💀", 50),
        ("🏢 01 01", 30),
        ("💀 💀 ▒", 5),
        ("🏢 💀 01", 5),
        ("㊙️ 🏢 💀", 4),
        ("01 01 🔌", 3),
        ("🔌 🔌 01", 2),
        ("🔌 🏢 🏢", 20),
        ("▒ 💀 💀", 0),
        ("▒ ▒ ▒", 0),
        ("🏢 ▒ 🏢", 0),
        ("💀 01 🏢", 0),
    ],
)
def test_glitch_grid_pays_what_it_says(symbols: str, award: int) -> None:
    configuration = configuration_of("glitch_grid", 1_000)
    stops = [strip.index(symbol) for strip, symbol in zip(configuration.strips, symbols.split(), strict=True)]
    spin = look(configuration, stops)
    assert spin.grid == (tuple(symbols.split()),)
    assert spin.award == award == naive_award(configuration.rules, symbols.split())


def test_the_lines_of_starlight_smuggler_add_up() -> None:
    configuration = configuration_of("starlight_smuggler", 1_000)
    # On every strip diamonds stand three in a row somewhere, so that they can fill the window.
    stops = [
        next(stop for stop in range(32) if all(strip[(stop + row) % 32] == "💎" for row in range(3)))
        for strip in configuration.strips
    ]
    spin = look(configuration, stops)
    assert spin.grid == (("💎",) * 5,) * 3
    assert spin.wins == tuple(LineWin(line, "💎", 5, 250) for line in range(9))
    assert spin.award == 2_250 == measure(configuration).max_spin_award


def test_a_spin_is_what_the_folded_cycle_says(configuration: Configuration) -> None:
    dice = random.Random(5)
    cycle = fold_cycle(configuration.rules, configuration.strips)
    for _ in range(2_000):
        stops = [dice.randrange(len(strip)) for strip in configuration.strips]
        situation = 0
        for step, stop in zip(cycle.steps, stops, strict=True):
            situation = step[situation, stop]
        spin = look(configuration, stops)
        assert spin.award == cycle.awards[situation]
        assert spin.triggers(configuration.rules) == cycle.triggers[situation]


@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(ROUNDS_AT_LENGTH, marks=pytest.mark.slow)])
def test_a_simulation_agrees_with_the_exact_return(configuration: Configuration, rounds: int) -> None:
    measures = measure(configuration)
    sample = Simulator(configuration, np.random.default_rng(20_77)).play(rounds)
    assert sample.rounds == rounds == sample.awards.sum()
    deviation = measures.volatility / rounds**0.5
    assert abs(sample.mean - float(measures.payback)) < SIGMAS * deviation


def test_the_volatility_is_that_of_a_whole_round() -> None:
    configuration = configuration_of("night_market", 930)
    spins = [(award, is_trigger, float(chance)) for award, is_trigger, chance in naive_spins(configuration)]
    mean = sum(award * chance for award, _, chance in spins)
    variance = sum((award - mean) ** 2 * chance for award, _, chance in spins)
    whole = sum(chance * ((award + 3 * mean * given) ** 2 + 3 * variance * given) for award, given, chance in spins)
    expected = sum(chance * (award + 3 * mean * given) for award, given, chance in spins)
    assert measure(configuration).volatility == pytest.approx(((whole - expected**2) ** 0.5) / 3)


def test_a_configuration_is_read_back_from_its_text(configuration: Configuration) -> None:
    again = read_configuration(json.loads(canonical_text(configuration)))
    assert again == configuration
    assert canonical_text(again) == canonical_text(configuration)


def test_another_weight_is_another_configuration() -> None:
    document = json.loads(canonical_text(configuration_of("glitch_grid", 950)))
    document["reels"][0][0]["weight"] += 1
    assert read_configuration(document) != configuration_of("glitch_grid", 950)


def test_the_chances_of_all_awards_sum_to_one(configuration: Configuration) -> None:
    assert sum(chance for _, chance in measure(configuration).awards) == Fraction(1)


@pytest.mark.parametrize(
    "change",
    [
        {"lines": [[0, 0]]},
        {"lines": [[0, 0, 2]]},
        {"wild": "🎲"},
        {"scatter": {"symbol": "🎲", "count": 2, "free_spins": 3}},
        {"symbols": [*NIGHT_MARKET["symbols"], NIGHT_MARKET["symbols"][0]]},  # type: ignore[index,misc]  # a document
    ],
)
def test_a_game_that_contradicts_itself_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InvalidRules):
        read_game("night_market", {**NIGHT_MARKET, **change})


def test_every_shipped_game_names_its_symbols() -> None:
    for game in GAMES.values():
        assert len(game.labels) == len(game.rules.symbols)
        assert all(game.labels)
