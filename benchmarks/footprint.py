"""What the bank occupies: memory with everybody connected, and the seconds until it answers."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from benchmarks.figures import Promise, Row, figure, interleaved
from benchmarks.plan import Paying
from benchmarks.stage import Kind, Stage

_POD_MEBIBYTES = 256.0
_PAYMENTS_EACH = 3
_LOOK_SECONDS = 0.2


def measure_memory(stage: Stage) -> list[Row]:
    """Measure the resident memory with every player connected and paying."""
    players = stage.scale.players
    with stage.bank(stage.fresh_database(Kind.SQLITE, "memory")) as bank, ThreadPoolExecutor(1) as thread:
        bank.wait_until_idle()
        stage.step("memory at rest")
        at_rest = bank.resident_mebibytes()
        stage.step(f"memory with {players} streams and players")
        # Passwords that are checked at once start the processes that check them, which stay.
        cores = os.cpu_count() or 1
        with ThreadPoolExecutor(cores) as joining:
            list(joining.map(bank.register, [f"Fixer {number}" for number in range(cores)]))
        rate = players * _PAYMENTS_EACH / (stage.scale.seconds + stage.scale.warm_up_seconds)
        paying = Paying(16, per_second=rate)
        playing = thread.submit(stage.play, Kind.SQLITE, [bank], paying=paying, streams=players)
        looks = [bank.resident_mebibytes()]
        while not playing.done():
            time.sleep(_LOOK_SECONDS)
            looks.append(bank.resident_mebibytes())
        playing.result()
    return [
        Row(
            section="Memory",
            what=f"One process, event profile, SQLite, {players} streams and signed-in players",
            ours=figure([max(looks)], "MiB"),
            peer=figure([_POD_MEBIBYTES], "MiB"),
            promise=Promise(at_most=1.0),
            sentence=(
                f"The highest look, with the processes that hash passwords, each player paying about {_PAYMENTS_EACH} "
                f"times; {at_rest:.0f} MiB at rest."
            ),
        )
    ]


def measure_start(stage: Stage) -> list[Row]:
    """Measure how long a start takes until /health/ready says yes."""
    urls = {kind: stage.fresh_database(kind, "start") for kind in Kind}

    def start(kind: Kind) -> float:
        with stage.bank(urls[kind]) as bank:
            return bank.seconds_to_ready

    seconds = interleaved(
        stage.scale.starts,
        {f"a start on {kind}": partial(start, kind) for kind in Kind},
        stage.step,
    )
    return [
        Row(
            section="Start",
            what=f"From the command to ready, {kind}",
            ours=figure(seconds[f"a start on {kind}"], "s"),
            sentence="The database exists and is migrated; the process is started cold.",
        )
        for kind in Kind
    ]
