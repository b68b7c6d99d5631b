"""How long people wait: for a balance, for their history, for news of a payment, and while everybody signs in."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial

from benchmarks.bank import PASSWORD, Bank
from benchmarks.figures import Figure, Promise, Row, figure, interleaved
from benchmarks.plan import Latency, LoginStorm, Outcome, Paying, Reading
from benchmarks.stage import Kind, Stage
from benchmarks.window import NothingMeasured

_READERS = 4
_READS = {"Balance": "/api/v1/account", "History page of 20": "/api/v1/account/transactions?limit=20"}
_FLAT = 1.3
_LOGINS = 200
_NAMES = tuple(f"Fixer {number}" for number in range(8))
_STREAMS = 100
_STEADY = Paying(16, per_second=100)
_TO_STREAMS = Paying(16, per_second=100, receivers=_STREAMS)


def measure_reads(stage: Stage) -> list[Row]:
    """Measure reads on a short and on a long history, one after the other in every round."""
    sizes = (stage.scale.small_history, stage.scale.large_history)
    outcomes: dict[str, list[Outcome]] = {}
    with ThreadPoolExecutor(len(Kind)) as threads:
        # Both databases at once: nothing is measured while histories are written.
        urls = dict(zip(Kind, threads.map(partial(_histories, stage, sizes), Kind), strict=True))
    for kind in Kind:
        with ExitStack() as running:
            banks = {size: running.enter_context(stage.bank(url)) for size, url in urls[kind].items()}
            for bank in banks.values():
                bank.wait_until_idle()
                stage.warm_up(kind, bank)
            measurements = {
                f"{what} at {size:,}, {kind}": partial(_read, stage, kind, bank, path)
                for what, path in _READS.items()
                for size, bank in banks.items()
            }
            outcomes |= interleaved(stage.scale.rounds, measurements, stage.step)
    small, large = (f"{size:,}" for size in sizes)
    return [
        Row(
            section=f"Reads over HTTP, {small} and {large} transfers",
            what=f"{what}, {percentile}, {kind}",
            ours=_milliseconds(outcomes[f"{what} at {large}, {kind}"], percentile),
            peer=_milliseconds(outcomes[f"{what} at {small}, {kind}"], percentile),
            promise=Promise(at_most=_FLAT) if percentile == "p50" else None,
            sentence=f"{_READERS} readers at once; the ratio is the long history's latency over the short one's.",
        )
        for what in _READS
        for kind in Kind
        for percentile in ("p50", "p99")
    ]


def _histories(stage: Stage, sizes: Sequence[int], kind: Kind) -> dict[int, str]:
    """Give the URLs of databases with so many transfers each."""
    urls: dict[int, str] = {}
    for size in sizes:
        stage.step(f"{size:,} transfers on each database")
        urls[size] = stage.fresh_database(kind, f"history_{size}")
        stage.fill(kind, urls[size], size)
        if kind is Kind.POSTGRESQL:
            stage.postgres.analyze(f"history_{size}")
    return urls


def _read(stage: Stage, kind: Kind, bank: Bank, path: str) -> Outcome:
    return stage.play(kind, [bank], reading=Reading(_READERS, path), seconds=stage.scale.seconds / 2)


def measure_login_storm(stage: Stage) -> list[Row]:
    """Measure a steady stream of payments while everybody signs in, and while nobody does."""
    kind = Kind.SQLITE
    with stage.bank(stage.fresh_database(kind, "storm")) as bank:
        for name in _NAMES:
            bank.register(name)
        stage.warm_up(kind, bank)
        storm = LoginStorm(_LOGINS, _NAMES, PASSWORD)
        outcomes = interleaved(
            stage.scale.rounds,
            {
                "payments in a quiet hour": partial(_steady, stage, bank, None),
                "payments in a login storm": partial(_steady, stage, bank, storm),
            },
            stage.step,
        )
    quiet, stormy = outcomes.values()
    last = stormy[-1].logins
    answered = ", ".join(f"{count} with {status}" for status, count in sorted(last.items()))
    return [
        Row(
            section="Login storm",
            what=f"Payment while {_LOGINS} people sign in, {percentile}, {kind}",
            ours=_milliseconds(stormy, percentile),
            peer=_milliseconds(quiet, percentile),
            sentence=(
                f"{_STEADY.per_second:g} payments per second go on. Of the {_LOGINS} sign-ins, answered within "
                f"{stage.scale.storm_seconds:g} s: {answered} (503 names the second at which to come back)."
            ),
        )
        for percentile in ("p50", "p99")
    ]


def measure_live(stage: Stage) -> list[Row]:
    """Measure how long after a payment's answer its receiver hears of it."""
    rows = []
    for kind in Kind:
        with stage.bank(stage.fresh_database(kind, "live")) as bank:
            stage.warm_up(kind, bank)
            name = f"payments to {_STREAMS} open streams, {kind}"
            outcomes = interleaved(
                stage.scale.rounds,
                {name: partial(stage.play, kind, [bank], paying=_TO_STREAMS, streams=_STREAMS)},
                stage.step,
            )[name]
        delays = [_heard(outcome) for outcome in outcomes]
        rows += [
            Row(
                section="Live",
                what=f"From a payment's answer to the receiver's stream, {percentile}, {kind}",
                ours=figure([getattr(delay, percentile) for delay in delays], "ms"),
                sentence=(
                    f"{_STREAMS} open streams, {_TO_STREAMS.per_second:g} payments per second; "
                    "negative where the receiver heard of it first."
                ),
            )
            for percentile in ("p50", "p99")
        ]
    return rows


def _heard(outcome: Outcome) -> Latency:
    if outcome.live is None:
        raise NothingMeasured("no receiver heard of any payment")
    return outcome.live


def _steady(stage: Stage, bank: Bank, storm: LoginStorm | None) -> Outcome:
    bank.wait_until_idle()
    return stage.play(Kind.SQLITE, [bank], paying=_STEADY, storm=storm, seconds=stage.scale.storm_seconds)


def _milliseconds(outcomes: list[Outcome], percentile: str) -> Figure:
    return figure([getattr(outcome.latency, percentile) for outcome in outcomes], "ms")
