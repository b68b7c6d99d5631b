"""What the command line does, apart from reading arguments and printing."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import httpx
from starlette.types import ASGIApp

from loopbank.access import RateLimits
from loopbank.bank import account_number
from loopbank.coins import Coins, to_json_number
from loopbank.entrypoints.all_in_one import build_all_in_one
from loopbank.entrypoints.auth import build_auth_service, build_people
from loopbank.entrypoints.checking import check_passes
from loopbank.entrypoints.coin import build_bank, build_coin_service
from loopbank.entrypoints.contract import Contract
from loopbank.entrypoints.service import Part, Service
from loopbank.entrypoints.web_process import build_web_process
from loopbank.entrypoints.worker_process import build_worker_process
from loopbank.events import note_run
from loopbank.foundation.checks import CheckPass, Finding
from loopbank.foundation.clock import system_clock
from loopbank.foundation.database import Database, connect_database
from loopbank.foundation.ids import new_id
from loopbank.foundation.metrics import Metrics
from loopbank.foundation.settings import Installation
from loopbank.identity import IdentityService

_TRACING = "loopbank.entrypoints.tracing"
_NOBODY = "http://127.0.0.1:9"
"""An address nobody answers at: what a command needs from the other service it can do without."""


def served(settings: Installation, which: str) -> tuple[ASGIApp, Sequence[Part]]:
    """Build what a serving process runs: all, auth, coin, web or the worker."""
    app, parts = _served(settings, which)
    if not settings.trace_endpoint:
        return app, parts
    # By name, because the libraries of traces take a fifth of a second and 20 MiB that only those pay who want them.
    traced: tuple[ASGIApp, Sequence[Part]] = import_module(_TRACING).with_traces(
        app, parts, settings.trace_endpoint, which
    )
    return traced


def _served(settings: Installation, which: str) -> tuple[ASGIApp, Sequence[Part]]:
    if which == "all":
        return build_all_in_one(settings, _connect(settings))
    if which == "web":
        return build_web_process(settings, lambda: contracts(settings).values())
    if which == "worker":
        return build_worker_process(settings, _connect(settings))
    service = _service(settings, which)
    return service.app, (service.part,)


async def setup_path(settings: Installation) -> str | None:
    """Give the path of the one-time link that makes the first administrator; None when there is one."""
    async with _identity(settings) as identity:
        return await identity.create_setup_link("")


async def create_administrator(settings: Installation, *, name: str, email: str | None, password: str) -> str:
    """Create an administrator and give their role."""
    async with _identity(settings) as identity:
        person = await identity.create_administrator(name, password, email=email)
        return person.role.name


async def rotate_keys(settings: Installation, *, withdraws: bool) -> str:
    """Make a new key that signs access tokens and give its id; `withdraws` ends all others, with every session."""
    async with _identity(settings) as identity:
        return await (identity.withdraw_keys() if withdraws else identity.keys.rotate())


async def mint(settings: Installation, *, to: str, amount: Coins, reason: str, key: str | None) -> dict[str, Any]:
    """Mint coins to an account that exists."""
    async with _database(settings) as database:
        bank = build_bank(settings, database, Metrics())
        await bank.start()
        try:
            receipt = await bank.transfers.mint(
                to_account=account_number(to), amount=amount, reason=reason, key=key or new_id(), actor="command line"
            )
        finally:
            await bank.close()
    return {
        "transaction": receipt.line.transfer.id,
        "to_account": receipt.line.transfer.credit,
        "amount": to_json_number(amount),
        "new_balance": to_json_number(receipt.new_balance),
        "is_replay": receipt.is_replay,
    }


async def check(
    settings: Installation, *, begin: Callable[[CheckPass, int], None], found: Callable[[Finding], None]
) -> tuple[int, int]:
    """Run every check pass, telling each beginning and each finding; gives how many of both."""
    passes = check_passes(settings)
    findings = 0
    async with _database(settings) as database:
        for one in passes:
            begin(one, len(passes))
            async for finding in one.run(database):
                findings += 1
                found(finding)
        await note_run(database, "check", now=system_clock(), result=findings)
    return len(passes), findings


def contracts(settings: Installation) -> dict[str, Contract]:
    """Give the published contracts by service; nothing is started and no database is touched."""
    return {which: _service(settings, which).contract() for which in ("auth", "coin")}


def _service(settings: Installation, which: str) -> Service:
    """Build one service that reaches the other over the network."""
    database, metrics = _connect(settings), Metrics()
    rate_limits = RateLimits(is_enabled=settings.rate_limits, clock=system_clock)
    if which == "auth":
        to_coin = _client(settings, settings.coin_url)
        return build_auth_service(settings, database, metrics, to_coin, rate_limits)
    to_auth = _client(settings, settings.auth_url)
    return build_coin_service(settings, build_bank(settings, database, metrics), metrics, to_auth, rate_limits)


def _client(settings: Installation, other_url: str) -> httpx.AsyncClient:
    """Make the client that calls the other service, whose spans belong to the caller's trace."""
    hooks = [import_module(_TRACING).pass_on] if settings.trace_endpoint else []
    return httpx.AsyncClient(base_url=other_url, event_hooks={"request": hooks})


def _connect(settings: Installation) -> Database:
    return connect_database(settings.database_url, connections_max=settings.database_connections_max)


@asynccontextmanager
async def _database(settings: Installation) -> AsyncIterator[Database]:
    database = _connect(settings)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def _identity(settings: Installation) -> AsyncIterator[IdentityService]:
    rate_limits = RateLimits(is_enabled=False, clock=system_clock)
    async with _database(settings) as database, httpx.AsyncClient(base_url=_NOBODY) as nobody:
        identity = build_people(settings, database, nobody, rate_limits)
        try:
            yield identity
        finally:
            await identity.stop()
