"""The command line's part of the casino: recomputing a saved round, and playing millions of rounds at no table."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.bar import Bar
from rich.progress import MofNCompleteColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from loopbank.casino import (
    Configuration,
    Sample,
    Simulator,
    UnreachableReturn,
    UnreadableRound,
    measure,
    parse_dial,
    shipped_games,
    verify_round,
)
from loopbank.entrypoints.console import AsJson, fail, out, progress_bar

_BATCH = 500_000
_ROWS_MAX = 12


def verify_round_command(
    file: Annotated[Path, typer.Argument(help="A round as the verify page saves it.", exists=True, dir_okay=False)],
    as_json: AsJson = False,  # noqa: FBT002 -- an option of the command line
) -> None:
    """Recompute a saved round from its seeds, without the house; exit with 1 when anything differs."""
    try:
        verdicts = verify_round(file.read_text("utf-8"))
    except (UnreadableRound, UnicodeDecodeError) as error:
        fail(str(error))
    is_right = all(verdict.is_right for verdict in verdicts)
    if as_json:
        checks = [{"what": verdict.what, "is_right": verdict.is_right} for verdict in verdicts]
        out.print_json(json.dumps({"is_right": is_right, "checks": checks}))
    else:
        for verdict in verdicts:
            word, style = ("right", "green") if verdict.is_right else ("DIFFERS", "red")
            out.print(f"{verdict.what}: [{style}]{word}[/{style}]")
        out.print("The round is what the seeds say." if is_right else "The round is not what the seeds say.")
    if not is_right:
        raise typer.Exit(1)


def simulate_command(
    game: Annotated[str, typer.Argument(help="glitch_grid or starlight_smuggler.")],
    payout: Annotated[str, typer.Option(help="The dial, in percent.")] = "95.0",
    rounds: Annotated[int, typer.Option(help="How many rounds are played.", min=1, max=10**10)] = 10_000_000,
    seed: Annotated[int | None, typer.Option(help="Seed of the dice: the same rounds again.")] = None,
    as_json: AsJson = False,  # noqa: FBT002 -- an option of the command line
) -> None:
    """Play millions of rounds and compare what they return with the exact figure."""
    configuration = _configuration(game, payout)
    simulator = Simulator(configuration, np.random.default_rng(seed))
    columns = (SpinnerColumn(), TextColumn("Playing"), MofNCompleteColumn(), TimeRemainingColumn())
    with progress_bar(*columns, as_json=as_json) as progress:
        task = progress.add_task("Playing", total=rounds)
        sample = _play(simulator, rounds, lambda count: progress.advance(task, count))
    figures = _figures(configuration, sample)
    if as_json:
        out.print_json(json.dumps(figures))
    else:
        _show(figures, _histogram(sample))


def _configuration(game_id: str, payout: str) -> Configuration:
    games = {game.id: game for game in shipped_games()}
    game = games.get(game_id.replace("-", "_"))
    if game is None:
        fail(f"There is no game {game_id}. There are: {', '.join(games)}.")
    try:
        return game.at(parse_dial(payout))
    except (UnreachableReturn, ValueError) as error:
        fail(str(error))


def _play(simulator: Simulator, rounds: int, step: Callable[[int], None]) -> Sample:
    sample = simulator.play(min(_BATCH, rounds))
    step(sample.rounds)
    while sample.rounds < rounds:
        count = min(_BATCH, rounds - sample.rounds)
        sample += simulator.play(count)
        step(count)
    return sample


def _figures(configuration: Configuration, sample: Sample) -> dict[str, Any]:
    measures = measure(configuration)
    deviation = measures.volatility / sample.rounds**0.5
    return {
        "game": configuration.game,
        "config_hash": configuration.hash,
        "rounds": sample.rounds,
        "exact_return": float(measures.payback),
        "simulated_return": sample.mean,
        "standard_deviation": deviation,
        "sigmas": (sample.mean - float(measures.payback)) / deviation,
        "winning_rounds": 1 - int(sample.awards[0]) / sample.rounds,
        "largest_award": int(np.flatnonzero(sample.awards)[-1]),
    }


def _histogram(sample: Sample) -> list[tuple[str, int]]:
    """Count rounds by their award in bets: nothing, then bands that double."""
    bets = np.arange(len(sample.awards)) / sample.lines
    rows = [("nothing", int(sample.awards[0]))]
    low, high = 0.0, 1.0
    while low <= bets[-1] and len(rows) < _ROWS_MAX:
        is_last = len(rows) == _ROWS_MAX - 1
        band = (bets > low) & ((bets <= high) | is_last)
        name = f"over {low:g}" if is_last else f"{low:g} to {high:g}"
        rows.append((name, int(sample.awards[band].sum())))
        low, high = high, high * 2
    return rows


def _show(figures: dict[str, Any], histogram: list[tuple[str, int]]) -> None:
    table = Table("rounds that won (bets)", "rounds", "share", "", box=None)
    for name, count in histogram:
        share = count / figures["rounds"]
        table.add_row(name, f"{count:,}", f"{share:.4%}", Bar(1.0, 0, share, width=40))
    out.print(table)
    out.print(
        f"{figures['rounds']:,} rounds of {figures['game']} returned {figures['simulated_return']:.4%}; "
        f"exactly it is {figures['exact_return']:.6%} ({figures['sigmas']:+.2f} sigma)."
    )
