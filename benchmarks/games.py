"""How fast games are played: the engine alone, the simulation, and rounds over HTTP on one house account."""

import time
from contextlib import ExitStack
from functools import partial

import numpy as np

from benchmarks.bank import Bank
from benchmarks.figures import Row, figure, interleaved
from benchmarks.plan import Posting
from benchmarks.stage import Kind, Stage
from loopbank.casino import Configuration, Simulator, shipped_games
from loopbank.casino.core import Ticket, decide_round
from loopbank.coins import Coins

CONNECTIONS = 64
_DIAL = 950
_ROUNDS_AT_ONCE = 500
_SIMULATED_AT_ONCE = 500_000
_RATE = "rounds/s"
_MICROSECONDS = 1e6
_ENGINE = "The engine of the games, in-process"
_CENT = '{"bet_amount":0.01}'
_OVER_HTTP = "Rounds over HTTP"


def measure_games(stage: Stage) -> list[Row]:
    """Measure rounds decided, simulated and played."""
    configurations = [game.at(_DIAL) for game in shipped_games()]
    return [*_measure_engine(stage, configurations), *_measure_tables(stage, configurations)]


def _measure_engine(stage: Stage, configurations: list[Configuration]) -> list[Row]:
    seconds = stage.scale.seconds / 2
    decided = {one.game: partial(_decide, one, seconds) for one in configurations}
    simulated = {f"{one.game}, simulated": partial(_simulate, one, seconds) for one in configurations}
    rates = interleaved(stage.scale.rounds, {**decided, **simulated}, stage.step)
    sentences = {
        "": "From seeds to stops, window and awards, free spins included.",
        ", simulated": "Vectorised Monte Carlo over the folded cycle, free spins included.",
    }
    return [
        Row(
            section=_ENGINE,
            what=f"{one.game}{kind}",
            ours=figure(rates[f"{one.game}{kind}"], _RATE),
            sentence=sentence,
        )
        for kind, sentence in sentences.items()
        for one in configurations
    ]


def _measure_tables(stage: Stage, configurations: list[Configuration]) -> list[Row]:
    with ExitStack() as running:
        banks = {kind: running.enter_context(stage.bank(stage.fresh_database(kind, "games"))) for kind in Kind}
        for kind, bank in banks.items():
            stage.warm_up(kind, bank)
            for one in configurations:
                _play(stage, kind, bank, one.game)
        costs: dict[str, float] = {}
        rates = interleaved(
            stage.scale.rounds,
            {
                f"{one.game}, {kind}": partial(_measure_play, stage, kind, bank, one.game, costs)
                for one in configurations
                for kind, bank in banks.items()
            },
            stage.step,
        )
    return [
        Row(
            section=_OVER_HTTP,
            what=f"{name}, {CONNECTIONS} connections, one house account",
            ours=figure(values, _RATE),
            sentence=(
                "Signed in, keyed, seeded, covered, durable; a free spin counts as a request. Each costs the "
                f"server about {costs[name]:.0f} µs of processor time."
            ),
        )
        for name, values in rates.items()
    ]


def _decide(configuration: Configuration, seconds: float) -> float:
    ends, nonce, began = time.perf_counter() + seconds, 0, time.perf_counter()
    while time.perf_counter() < ends:
        for _ in range(_ROUNDS_AT_ONCE):
            decide_round(configuration, Ticket(bytes(32), "NC-BENC-0000", 1, "neon-otter", nonce), Coins(100))
            nonce += 1
    return nonce / (time.perf_counter() - began)


def _simulate(configuration: Configuration, seconds: float) -> float:
    simulator, rounds, began = Simulator(configuration, np.random.default_rng(7)), 0, time.perf_counter()
    while time.perf_counter() < began + seconds:
        rounds += simulator.play(_SIMULATED_AT_ONCE).rounds
    return rounds / (time.perf_counter() - began)


def _measure_play(stage: Stage, kind: Kind, bank: Bank, game: str, costs: dict[str, float]) -> float:
    """Play one round of load; remembers what a request cost the server."""
    bank.wait_until_idle()
    used = bank.processor_seconds()
    rate = _play(stage, kind, bank, game)
    requests = rate * (stage.scale.seconds + stage.scale.warm_up_seconds)
    costs[f"{game}, {kind}"] = (bank.processor_seconds() - used) * _MICROSECONDS / max(requests, 1)
    return rate


def _play(stage: Stage, kind: Kind, bank: Bank, game: str) -> float:
    path = f"/api/v1/casino/{game.replace('_', '-')}/spin"
    return stage.play(kind, [bank], posting=Posting(CONNECTIONS, path, _CENT, wanted=200)).per_second
