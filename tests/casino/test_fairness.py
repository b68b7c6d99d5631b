"""CHROME-PF/1: the published vectors, and what they must cover."""

import json
import random
from collections import Counter
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from loopbank.casino.core import Ticket, commitment, decide_round, draw, stops_of, words_of
from loopbank.coins import Coins
from tests.casino.games import configuration_of

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors" / "chrome_pf_1.json").read_text())
SEED = bytes.fromhex(VECTORS["server_seed"])

# The 99.9th percentile of chi-square with 9 degrees of freedom.
CHI_SQUARE_MAX = 27.88


def ticket(nonce: int, *, player: str = VECTORS["player_id"], client_seed: str = VECTORS["client_seed"]) -> Ticket:
    return Ticket(SEED, player, VECTORS["epoch"], client_seed, nonce)


def test_the_commitment_is_the_published_one() -> None:
    assert commitment(SEED, VECTORS["player_id"], VECTORS["epoch"]) == VECTORS["commit"]


@pytest.mark.parametrize("spin", VECTORS["spins"], ids=lambda spin: f"{spin['game']}-{spin['nonce']}")
def test_the_numbers_of_a_spin_are_the_published_ones(spin: dict[str, Any]) -> None:
    words = words_of(ticket(spin["nonce"]), spin["game"], spin["config_hash"], 0)
    first = [next(words) for _ in range(4)]
    assert b"".join(word.to_bytes(8, "big") for word in first).hex() == spin["block0"]
    words = words_of(ticket(spin["nonce"]), spin["game"], spin["config_hash"], 0)
    drawn = [draw(words, 1_000_000) for _ in spin["u"]]
    assert drawn == spin["u"]


@pytest.mark.parametrize("game", ["glitch_grid", "starlight_smuggler"])
def test_the_published_stops_grow_with_their_numbers(game: str) -> None:
    spins = [spin for spin in VECTORS["spins"] if spin["game"] == game]
    for reel in range(len(spins[0]["u"])):
        by_number = sorted((spin["u"][reel], spin["stops"][reel]) for spin in spins)
        assert [stop for _, stop in by_number] == sorted(stop for _, stop in by_number)


def test_numbers_that_would_favour_some_are_rejected() -> None:
    forced = VECTORS["rejection"]
    words = iter(int(word) for word, _ in forced["raw"])
    assert [str(draw(words, int(forced["n"]))) for _ in forced["values"]] == forced["values"]
    assert [number for number, is_taken in forced["raw"] if is_taken] == forced["values"]


def test_a_fields_end_cannot_be_moved() -> None:
    one = ticket(0, player="NC-7F3A", client_seed="0042")
    other = ticket(0, player="NC-7F3A0", client_seed="042")
    assert next(words_of(one, "glitch_grid", "", 0)) != next(words_of(other, "glitch_grid", "", 0))


def test_a_seed_may_be_made_of_anything() -> None:
    seen = {next(words_of(ticket(0, client_seed=seed), "g", "", 0)) for seed in ("🦦", "🦊", "neon\u0301", "neoń", "")}
    assert len(seen) == 5


def test_a_stop_is_the_first_whose_cumulative_weight_exceeds_the_number() -> None:
    configuration = configuration_of("glitch_grid", 950)
    for nonce in range(50):
        words = words_of(ticket(nonce), configuration.game, configuration.hash, 0)
        expected = []
        for reel in configuration.weights:
            number = draw(words, sum(reel))
            expected.append(next(stop for stop, end in enumerate(accumulate(reel)) if end > number))
        assert list(stops_of(ticket(nonce), configuration, 0)) == expected


def test_the_configuration_is_part_of_the_result() -> None:
    low, high = configuration_of("glitch_grid", 950), configuration_of("glitch_grid", 1_050)
    assert next(words_of(ticket(0), "glitch_grid", low.hash, 0)) != next(
        words_of(ticket(0), "glitch_grid", high.hash, 0)
    )


def test_a_trigger_decides_all_its_free_spins_at_once() -> None:
    configuration = configuration_of("starlight_smuggler", 950)
    rounds = [decide_round(configuration, ticket(nonce), Coins(10)) for nonce in range(400)]
    triggered = [one for one in rounds if one.spins[0].triggers(configuration.rules)]
    assert triggered
    assert {one.free_spins for one in triggered} == {5}
    assert {one.free_spins for one in rounds if one not in triggered} == {0}
    assert all(one.free_win == sum(10 * spin.award for spin in one.spins[1:]) for one in rounds)
    assert all(one.total_bet == 90 for one in rounds)


def test_final_outcomes_have_the_chances_of_the_par_sheet() -> None:
    configuration = configuration_of("glitch_grid", 1_000)
    rounds, reel = 6_000, configuration.weights[0]
    dice = random.Random(11)
    stops: Counter[int] = Counter()
    for nonce in range(rounds):
        one = Ticket(dice.randbytes(32), "NC-7F3A-0042", 1, "neon-otter", nonce)
        stops[stops_of(one, configuration, 0)[0]] += 1
    chi_square = sum(
        (stops[stop] - rounds * weight / sum(reel)) ** 2 / (rounds * weight / sum(reel))
        for stop, weight in enumerate(reel)
    )
    assert chi_square < CHI_SQUARE_MAX
