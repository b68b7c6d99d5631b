"""How fast programs move coins with an API key and people pay a treasury, over HTTP, each beside raw pgbench."""

import json
import random
from contextlib import ExitStack
from functools import partial

from benchmarks.bank import Bank
from benchmarks.books import PER_CALL
from benchmarks.figures import Promise, Row, figure, interleaved
from benchmarks.money import CONNECTIONS
from benchmarks.plan import Posting
from benchmarks.stage import Kind, Stage

_SECTION = "Programs and treasuries over HTTP"
_RATE = "transfers/s"
_CHARGE = "A terminal charges a player, 64 connections"
_TREASURY = "Everybody pays one treasury, 64 connections"
_LIST = "Lists of 1,000 transfers, atomic, one connection"
_PEERS = {_CHARGE: "single.sql", _TREASURY: "hot.sql", _LIST: "bulk_uniform.sql"}
_PROMISES = {_CHARGE: 1.0, _TREASURY: 10.0, _LIST: 0.5}
_SENTENCES = {
    _CHARGE: "With an API key over every account, under an idempotency key; pgbench's function stores a key too.",
    _TREASURY: "Signed in, under an idempotency key; pgbench takes BEGIN to COMMIT on one hot account.",
    _LIST: "With an API key, checked item by item, one answer per item; pgbench's function takes arrays as they are.",
}


def measure_programs(stage: Stage) -> list[Row]:
    """Measure charges with a key, payments to one treasury and lists of transfers on both databases."""
    with ExitStack() as running:
        banks = {kind: running.enter_context(stage.bank(stage.fresh_database(kind, "programs"))) for kind in Kind}
        for kind, bank in banks.items():
            stage.warm_up(kind, bank)
        peers = {
            script: partial(stage.pgbench_in_bulk if script.startswith("bulk") else stage.pgbench, script)
            for script in _PEERS.values()
        }
        ours = {
            f"{what}, {kind}": partial(_play, stage, kind, bank, what)
            for what in _PEERS
            for kind, bank in banks.items()
        }
        rates = interleaved(stage.scale.rounds, {**peers, **ours}, stage.step)
    return [
        Row(
            section=_SECTION,
            what=f"{what}, {kind}",
            ours=figure(rates[f"{what}, {kind}"], _RATE),
            peer=figure(rates[_PEERS[what]], _RATE),
            promise=Promise(at_least=_PROMISES[what]),
            sentence=_SENTENCES[what],
        )
        for what in _PEERS
        for kind in Kind
    ]


def _play(stage: Stage, kind: Kind, bank: Bank, what: str) -> float:
    """Play one round; gives transfers per second."""
    bank.wait_until_idle()
    posting = _posting(stage, kind, what)
    return stage.play(kind, [bank], posting=posting).per_second * (PER_CALL if what == _LIST else 1)


def _posting(stage: Stage, kind: Kind, what: str) -> Posting:
    program = stage.program(kind)
    if what == _CHARGE:
        body = {"from_account": "{account}", "to_account": program.account_number, "amount": 0.01}
        return Posting(CONNECTIONS, "/api/v1/external/transactions", json.dumps(body), api_key=program.api_key)
    if what == _TREASURY:
        body = {"treasuryType": "REWARD", "amount": 0.01}
        return Posting(CONNECTIONS, "/api/coins/transfer-to-treasury", json.dumps(body))
    dice, people = random.Random(13), stage.person_ids(kind)
    pairs = (dice.sample(people, 2) for _ in range(PER_CALL))
    items = [{"fromUserId": payer, "toUserId": receiver, "amount": 0.01} for payer, receiver in pairs]
    return Posting(1, "/api/admin/transfers/bulk", json.dumps({"items": items}), api_key=program.api_key)
