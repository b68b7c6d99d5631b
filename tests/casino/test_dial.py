"""The dial tells the truth: at every setting the full cycle returns what it says."""

import itertools
import os
import random
import time
from fractions import Fraction
from math import prod

import numpy as np
import pytest

from loopbank.casino.core import (
    DIAL_MAX,
    DIAL_MIN,
    TOLERANCE,
    Configuration,
    UnreachableReturn,
    measure,
    read_game,
)
from tests.casino.games import GAMES, NIGHT_MARKET, NINE_SETTINGS, configuration_of, naive_return, naive_spins

SOLVER_SECONDS_MAX = 1.0
ONE_IN_39_73 = Fraction(52_785, 2_097_152)

EVERY_SETTING = "LOOPBANK_TEST_EVERY_SETTING"

every_game = pytest.mark.parametrize("game", sorted(GAMES))


@pytest.mark.parametrize("dial", NINE_SETTINGS)
def test_enumerating_glitch_grid_gives_the_solvers_fraction(dial: int) -> None:
    configuration = configuration_of("glitch_grid", dial)
    assert naive_return(configuration) == measure(configuration).payback
    assert abs(measure(configuration).payback - Fraction(dial, 1_000)) <= TOLERANCE


@pytest.mark.parametrize("dial", NINE_SETTINGS)
def test_enumerating_starlight_smuggler_gives_the_solvers_fraction(dial: int) -> None:
    configuration = configuration_of("starlight_smuggler", dial)
    awards, triggers = enumerated(configuration)
    total = prod(sum(reel) for reel in configuration.weights)
    payback = Fraction(awards, total * 9) * (1 + 5 * Fraction(triggers, total))
    assert payback == measure(configuration).payback
    assert abs(payback - Fraction(dial, 1_000)) <= TOLERANCE
    assert Fraction(triggers, total) == ONE_IN_39_73


def enumerated(configuration: Configuration) -> tuple[int, int]:
    """Walk all 32^5 windows line by line; give the weighted sum of awards and the weight of all triggers.

    Independent of the engine. Combinations of the first three reels are looked at with every pair of stops on the last
    two; where no line begins with three of a kind they pay nothing, because every pay asks for three or more.
    """
    rules, weights = configuration.rules, configuration.weights
    assert rules.scatter is not None
    assert min(pay.count for pay in rules.paytable) == 3
    numbers = {symbol: number for number, symbol in enumerate(rules.symbols)}
    strips = [np.array([numbers[symbol] for symbol in strip]) for strip in configuration.strips]
    front = np.einsum("i,j,k->ijk", *(np.array(reel, dtype=np.int64) for reel in weights[:3])).ravel()
    stops = np.stack(np.unravel_index(np.arange(32**3), (32, 32, 32)))
    firsts = [np.stack([strips[reel][(stops[reel] + line[reel]) % 32] for reel in range(3)]) for line in rules.lines]
    is_run = np.stack([(first == first[0]).all(axis=0) for first in firsts])
    paying = np.flatnonzero(is_run.any(axis=0))
    table = pays_of_runs(configuration, numbers)
    shown = [
        sum(np.roll(strip == numbers[rules.scatter.symbol], -row).astype(np.int64) for row in range(rules.rows))
        for strip in strips
    ]
    shown_front = sum(shown[reel][stops[reel]] for reel in range(3))
    awards = triggers = 0
    for fourth, fifth in itertools.product(range(32), repeat=2):
        paid = np.zeros(len(paying), dtype=np.int64)
        for line, first, runs in zip(rules.lines, firsts, is_run, strict=True):
            last = table[:, strips[3][(fourth + line[3]) % 32], strips[4][(fifth + line[4]) % 32]]
            paid += last[first[0][paying]] * runs[paying]
        weight = weights[3][fourth] * weights[4][fifth]
        awards += exact_sum(front[paying], paid) * weight
        is_trigger = shown_front + shown[3][fourth] + shown[4][fifth] >= rules.scatter.count
        triggers += int(front[is_trigger].sum()) * weight
    return awards, triggers


def pays_of_runs(configuration: Configuration, numbers: dict[str, int]) -> np.ndarray:
    """Give what three of a symbol pay, followed by one symbol and another."""
    rules = configuration.rules
    table = np.zeros((len(numbers),) * 3, dtype=np.int64)
    for symbol, fourth, fifth in itertools.product(rules.symbols, repeat=3):
        seen = [symbol] * 3 + [fourth, fifth]
        place = numbers[symbol], numbers[fourth], numbers[fifth]
        table[place] = max((p.award for p in rules.paytable if seen[: p.count] == [p.symbol] * p.count), default=0)
    return table


def exact_sum(weights: np.ndarray, awards: np.ndarray) -> int:
    """Add up weight times award in two halves, so that no half leaves 63 bits."""
    high, low = np.divmod(weights, 2**30)
    return int((high * awards).sum()) * 2**30 + int((low * awards).sum())


@every_game
def test_a_setting_is_found_in_less_than_a_second(game: str) -> None:
    GAMES[game].at(DIAL_MIN)
    started = time.process_time()
    GAMES[game].at(1_037)
    assert time.process_time() - started < SOLVER_SECONDS_MAX


@every_game
@pytest.mark.parametrize("dial", [DIAL_MIN - 1, DIAL_MAX + 1, 0, -950])
def test_a_setting_off_the_dial_is_refused(game: str, dial: int) -> None:
    with pytest.raises(UnreachableReturn):
        GAMES[game].at(dial)


def test_a_return_that_the_reels_cannot_reach_is_refused() -> None:
    document = {**NIGHT_MARKET, "dial": {**NIGHT_MARKET["dial"], "fixed": ["🐉", "🏮", "🃏", "🍜"]}}  # type: ignore[dict-item]  # a document
    with pytest.raises(UnreachableReturn):
        read_game("night_market", document).at(950)


@pytest.mark.parametrize("dial", NINE_SETTINGS)
def test_what_is_fixed_stays_fixed_and_hits_lie_on_the_published_line(dial: int) -> None:
    glitch = configuration_of("glitch_grid", dial)
    towers = [reel[strip.index("🏢")] for strip, reel in zip(glitch.strips, glitch.weights, strict=True)]
    assert towers == [50_000] * 3
    assert [sum(reel) for reel in glitch.weights] == [1_000_000] * 3
    payback = dial / 1_000
    assert float(measure(glitch).hit_rate) == pytest.approx(0.10 + 0.04 * payback, abs=1e-5)
    starlight = measure(configuration_of("starlight_smuggler", dial))
    assert starlight.trigger_rate == ONE_IN_39_73
    assert float(starlight.hit_rate) == pytest.approx(0.145 + 0.162 * payback, abs=1e-5)


def test_a_third_game_is_a_file() -> None:
    configuration = configuration_of("night_market", 930)
    measures = measure(configuration)
    assert abs(measures.payback - Fraction(930, 1_000)) <= TOLERANCE
    assert naive_return(configuration) == measures.payback
    spins = list(naive_spins(configuration))
    assert sum(chance for award, _, chance in spins if award) == measures.hit_rate
    assert sum(chance for _, is_trigger, chance in spins if is_trigger) == measures.trigger_rate > 0
    assert max(award for award, _, _ in spins) == measures.max_spin_award
    assert dict(measures.awards)[0] == sum(chance for award, _, chance in spins if not award)


@every_game
def test_a_setting_anywhere_on_the_dial_is_true(game: str) -> None:
    for dial in random.sample(range(DIAL_MIN, DIAL_MAX + 1), 20):
        configuration = GAMES[game].at(dial)
        assert abs(measure(configuration).payback - Fraction(dial, 1_000)) <= TOLERANCE, dial


@pytest.mark.slow
@pytest.mark.timeout(1_200)
@pytest.mark.skipif(EVERY_SETTING not in os.environ, reason=f"it takes over a minute; {EVERY_SETTING}=1 runs it")
@every_game
def test_all_1001_settings_are_true(game: str) -> None:
    for dial in range(DIAL_MIN, DIAL_MAX + 1):
        configuration = GAMES[game].at(dial)
        assert abs(measure(configuration).payback - Fraction(dial, 1_000)) <= TOLERANCE, dial
