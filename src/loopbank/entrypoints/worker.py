"""The worker: what must happen without anybody asking. Several workers are safe beside each other."""

import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from loopbank.access import ApiKeys
from loopbank.bank import PEOPLE_TOPICS, Bank, PeopleNews
from loopbank.entrypoints.casino import build_casino
from loopbank.entrypoints.errands import backup, check
from loopbank.entrypoints.figures import BankFigures
from loopbank.entrypoints.service import Part
from loopbank.entrypoints.webhooks import build_couriers
from loopbank.events import LogConsumer, LogEntry, LogKey, LogMetrics, Schedules, Sealer, Timetable
from loopbank.events.brokers import broker_relay, connect_broker
from loopbank.foundation.clock import system_clock
from loopbank.foundation.database import Database
from loopbank.foundation.metrics import Metrics
from loopbank.foundation.settings import Installation
from loopbank.identity import build_postman
from loopbank.ledger import AccountCode
from loopbank.partners import WebhookOwners

_HOLD_SWEEP_SECONDS = 5.0
_FIGURES_SECONDS = 15.0
_CASINO_SWEEP_SECONDS = 60.0


def build_worker(settings: Installation, database: Database, bank: Bank, metrics: Metrics) -> Part:
    """Build the worker over a bank that somebody else starts and closes."""
    holder, log_metrics = f"{socket.gethostname()}:{os.getpid()}", LogMetrics(metrics)
    key = LogKey(settings.secret_key)
    sealer = Sealer(database, key, holder=holder, clock=system_clock, metrics=log_metrics)
    people = LogConsumer(
        database,
        "people",
        _hearing_of_people(bank),
        holder=holder,
        clock=system_clock,
        metrics=log_metrics,
        topics=PEOPLE_TOPICS,
    )
    schedules = Schedules(database, holder=holder, clock=system_clock, metrics=metrics)
    _hang_in(schedules, settings, bank, metrics)
    relays = []
    if settings.broker_url:
        broker = connect_broker(settings.broker_url)
        relays.append(broker_relay(database, broker, holder=holder, clock=system_clock, metrics=log_metrics))
        sealer.on_seal(relays[0].wake)
    bank.on_commit(sealer.wake)
    couriers = build_couriers(settings, bank, holder=holder, metrics=log_metrics)
    postman = build_postman(database, settings, system_clock)
    sealer.on_seal(people.wake)
    sealer.on_seal(couriers.wake)

    async def start() -> None:
        sealer.start()
        people.start()
        for relay in relays:
            relay.start()
        couriers.start()
        postman.start()
        schedules.start()

    async def stop() -> None:
        await schedules.stop()
        await postman.stop()
        await couriers.stop()
        for relay in relays:
            await relay.stop()
        await people.stop()
        await sealer.stop()

    return Part(start, stop)


def _hearing_of_people(bank: Bank) -> Callable[[Sequence[LogEntry]], Awaitable[None]]:
    """Give what is done with news of people: the bank knows them, and their keys and webhooks end with their rights."""
    news, owners = PeopleNews(bank.holders, ApiKeys(bank.database, system_clock)), WebhookOwners(bank.database)

    async def hear(entries: Sequence[LogEntry]) -> None:
        await news.handle(entries)
        await owners.handle(entries)

    return hear


def _hang_in(schedules: Schedules, settings: Installation, bank: Bank, metrics: Metrics) -> None:
    """Say what is repeated, and what is done at times of the day."""
    casino = build_casino(settings, bank)
    schedules.repeat("hold expiry", _HOLD_SWEEP_SECONDS, bank.release_expired_holds)
    schedules.repeat("forgotten free spins", _CASINO_SWEEP_SECONDS, casino.settle_forgotten)
    schedules.repeat("long epochs", _CASINO_SWEEP_SECONDS, casino.end_long_epochs)
    figures = BankFigures(bank, AccountCode(settings.house_account), metrics)
    schedules.repeat("figures", _FIGURES_SECONDS, figures.read)
    for name, at, errand in (("backup", settings.backup_at, backup), ("check", settings.check_at, check)):
        if at:
            schedules.timed(name, Timetable(at, settings.time_zone), partial(errand, settings))
