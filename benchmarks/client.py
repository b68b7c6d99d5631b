"""The load generator: a process of its own that reads a plan, plays one round and prints what came of it.

`python -m benchmarks.client < plan.json`. It shares the machine with the server, so its cost is told with each result.
"""

import asyncio
import json
import resource
import sys
from collections import Counter
from dataclasses import asdict
from itertools import cycle
from typing import Any

import uvloop

from benchmarks.connection import connect
from benchmarks.loads import PayingLoad, ask_in_turn, storm
from benchmarks.plan import LoginStorm, Outcome, Paying, Plan, Posting, Reading
from benchmarks.streams import Arrivals, open_stream
from benchmarks.window import Window

_OPENED_AT_ONCE = 50
_MICROSECONDS = 1_000_000


async def play(plan: Plan) -> Outcome:
    """Play one round."""
    arrivals = Arrivals()
    streams = []
    for begin in range(0, plan.streams, _OPENED_AT_ONCE):
        some = plan.players[begin : min(begin + _OPENED_AT_ONCE, plan.streams)]
        streams += await asyncio.gather(*(open_stream(plan.ports[0], *player, arrivals) for player in some))
    spent_before = _processor_seconds()
    window = Window(warm_up_seconds=plan.warm_up_seconds, seconds=plan.seconds)
    if streams:
        arrivals.watch(window.begins)
    logins: Counter[str] = Counter()
    async with asyncio.TaskGroup() as group:
        if plan.storm is not None:
            sign_ins = group.create_task(storm(plan, plan.storm, window))
            sign_ins.add_done_callback(lambda done: logins.update(done.result()))
        if plan.paying is not None:
            load = PayingLoad(plan, plan.paying, window, arrivals)
            for place, port in zip(range(plan.paying.connections), cycle(plan.ports), strict=False):
                group.create_task(load.run(await connect(port), place))
        for asking in (plan.reading, plan.posting):
            if asking is None:
                continue
            for place, port in zip(range(asking.connections), cycle(plan.ports), strict=False):
                group.create_task(ask_in_turn(plan, asking, window, await connect(port), place))
    spent = _processor_seconds() - spent_before
    for stream in streams:
        stream.close()
    return Outcome(
        per_second=window.per_second,
        latency=window.latency,
        live=arrivals.latency,
        logins=dict(logins),
        client_microseconds=spent * _MICROSECONDS / max(window.requests, 1),
    )


def plan_from(document: dict[str, Any]) -> Plan:
    """Read a plan from its JSON document."""
    kinds = {"paying": Paying, "reading": Reading, "posting": Posting, "storm": LoginStorm}
    parts = {name: kind(**document[name]) for name, kind in kinds.items() if document[name] is not None}
    players = tuple((token, number) for token, number in document["players"])
    return Plan(**{**document, "players": players, **parts})


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    json.dump(asdict(uvloop.run(play(plan_from(json.load(sys.stdin))))), sys.stdout)
