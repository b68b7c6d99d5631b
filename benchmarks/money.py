"""How fast coins move: single transfers, one hot account, bulk, and several replicas, each beside raw pgbench."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial

from benchmarks.bank import Bank
from benchmarks.figures import Promise, Row, figure, interleaved
from benchmarks.plan import Paying
from benchmarks.stage import Kind, Stage

CONNECTIONS = 64
_REPLICAS = 4
_RATE = "transfers/s"
_MICROSECONDS = 1e6
_OVER_HTTP = "Transfers over HTTP"
_SPREADS = {"uniform": Paying(CONNECTIONS), "one hot account": Paying(CONNECTIONS, is_hot=True)}
_SINGLE_PEER = "pgbench: one function per transfer"
_LEAN_PEER = "pgbench: the same without key"
_HOT_PEER = "pgbench: BEGIN to COMMIT on one hot account"
_PEERS = {_SINGLE_PEER: "single.sql", _LEAN_PEER: "single_lean.sql", _HOT_PEER: "hot.sql"}
_NO_COLLAPSE = 0.8
"""Replicas share two cores with everything else, so together they can only lose a little to one process."""


class _HttpRounds:
    """Rounds of single transfers against one server of each kind; remembers what the last of each cost."""

    def __init__(self, stage: Stage, banks: Mapping[Kind, Bank]) -> None:
        self._stage = stage
        self._banks = banks
        self.last: dict[str, str] = {}

    def play(self, kind: Kind, paying: Paying, name: str) -> float:
        """Play one round and give transfers per second."""
        bank, scale = self._banks[kind], self._stage.scale
        bank.wait_until_idle()
        used = bank.processor_seconds()
        outcome = self._stage.play(kind, [bank], paying=paying)
        requests = outcome.per_second * (scale.seconds + scale.warm_up_seconds)
        spent = (bank.processor_seconds() - used) * _MICROSECONDS / max(requests, 1)
        self.last[name] = (
            f"Signed in, keyed, balance-checked, durable; answered in {outcome.latency.p50:.1f} ms (p50) and "
            f"{outcome.latency.p99:.1f} ms (p99). One transfer costs the server about {spent:.0f} µs of processor time "
            f"and the load generator {outcome.client_microseconds:.0f} µs."
        )
        return outcome.per_second


def measure_transfers(stage: Stage) -> list[Row]:
    """Measure single transfers through HTTP, uniform and hot, on both databases."""
    peers = {name: partial(stage.pgbench, script) for name, script in _PEERS.items()}
    with ExitStack() as running:
        urls = {kind: stage.fresh_database(kind, "transfers") for kind in Kind}
        banks = {kind: running.enter_context(stage.bank(url)) for kind, url in urls.items()}
        for kind, bank in banks.items():
            stage.warm_up(kind, bank)
        rounds = _HttpRounds(stage, banks)
        ours = {
            f"{spread} {kind}": partial(rounds.play, kind, paying, f"{spread} {kind}")
            for spread, paying in _SPREADS.items()
            for kind in Kind
        }
        rates = interleaved(stage.scale.rounds, {**peers, **ours}, stage.step)
    figures = {name: figure(values, _RATE) for name, values in rates.items()}
    rows = [
        Row(
            section=_OVER_HTTP,
            what=f"{spread}, {CONNECTIONS} connections, {kind}",
            ours=figures[f"{spread} {kind}"],
            peer=figures[peer],
            promise=Promise(at_least=least),
            sentence=rounds.last[f"{spread} {kind}"],
        )
        for spread, peer, least in (("uniform", _SINGLE_PEER, 1.0), ("one hot account", _HOT_PEER, 10.0))
        for kind in Kind
    ]
    lean = Row(
        section=_OVER_HTTP,
        what=f"uniform, {CONNECTIONS} connections, PostgreSQL, beside the leaner pgbench",
        ours=figures[f"uniform {Kind.POSTGRESQL}"],
        peer=figures[_LEAN_PEER],
        sentence="For reference: a function that stores no idempotency key and keeps no unique index.",
    )
    return [*rows, lean]


def measure_bulk(stage: Stage) -> list[Row]:
    """Measure a thousand transfers per call, in-process."""
    urls = {kind: stage.fresh_database(kind, "bulk") for kind in Kind}
    works = {"lines": "", "commands": "_keyed"}
    measurements: dict[str, Callable[[], float]] = {}
    for spread in ("uniform", "hot"):
        for work, suffix in works.items():
            script = f"bulk_{spread}{suffix}.sql"
            measurements[f"pgbench: {script}"] = partial(stage.pgbench_in_bulk, script)
            for kind in Kind:
                measurements[f"{kind}, {work}, {spread}"] = partial(stage.bulk, kind, urls[kind], work, spread)
    rates = interleaved(stage.scale.rounds, measurements, stage.step)
    return [
        _bulk_row(kind, work, spread, rates[f"{kind}, {work}, {spread}"], rates[f"pgbench: bulk_{spread}{suffix}.sql"])
        for work, suffix in works.items()
        for spread in ("uniform", "hot")
        for kind in Kind
    ]


def _bulk_row(kind: Kind, work: str, spread: str, ours: Sequence[float], peer: Sequence[float]) -> Row:
    sentence = {
        "lines": "One posting under one key; pgbench's function stores no keys either.",
        "commands": "A thousand postings under a key each, in one batch; pgbench's function stores a key per line too.",
    }
    what = {"lines": "Postings of 1,000 lines", "commands": "Batches of 1,000 commands"}
    return Row(
        section="Bulk, in-process, one connection",
        what=f"{what[work]}, {spread}, {kind}",
        ours=figure(ours, _RATE),
        peer=figure(peer, _RATE),
        promise=Promise(at_least=0.5),
        sentence=sentence[work],
    )


def measure_replicas(stage: Stage) -> list[Row]:
    """Measure four processes on one PostgreSQL beside one, over HTTP and in bulk."""
    kind = Kind.POSTGRESQL
    url, bulk_url = stage.fresh_database(kind, "replicas"), stage.fresh_database(kind, "bulk_replicas")
    with ExitStack() as running, ThreadPoolExecutor(_REPLICAS) as threads:
        banks = [running.enter_context(stage.bank(url)) for _ in range(_REPLICAS)]
        for bank in banks:
            stage.warm_up(kind, bank)

        def over_http(count: int) -> float:
            for bank in banks:
                bank.wait_until_idle()
            return stage.play(kind, banks[:count], paying=_SPREADS["uniform"]).per_second

        def in_bulk(count: int) -> float:
            started = [threads.submit(stage.bulk, kind, bulk_url, "commands", "uniform") for _ in range(count)]
            return sum(one.result() for one in started)

        rates = interleaved(
            stage.scale.rounds,
            {
                "one process": partial(over_http, 1),
                "four processes": partial(over_http, _REPLICAS),
                "one ledger": partial(in_bulk, 1),
                "four ledgers": partial(in_bulk, _REPLICAS),
            },
            stage.step,
        )
    pairs = ((_OVER_HTTP, "process", "processes"), ("Batches of 1,000 commands", "ledger", "ledgers"))
    return [
        Row(
            section="Four replicas on one PostgreSQL",
            what=f"{what}: four {many} beside one",
            ours=figure(rates[f"four {many}"], _RATE),
            peer=figure(rates[f"one {one}"], _RATE),
            promise=Promise(at_least=_NO_COLLAPSE),
            sentence="They take turns batch by batch; all of them share the machine's cores with PostgreSQL.",
        )
        for what, one, many in pairs
    ]
