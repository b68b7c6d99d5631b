"""The kinds of load: paying, reading, playing, signing in. Each is a callback chain, without a task per request."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count, cycle
from uuid import uuid4

from benchmarks.connection import Connection, connect
from benchmarks.plan import LoginStorm, Paying, Plan, Posting, Reading
from benchmarks.streams import Arrivals
from benchmarks.window import Refused, Window

_TRANSFERS = "/api/v1/transactions"
_CREATED = 201
_OK = 200
_CENTS = 9
"""Payments are 0.01 to 0.09, so that nobody's welcome bonus runs out."""


class PayingLoad:
    """Everybody pays in turn, each payment under a key of its own."""

    def __init__(self, plan: Plan, paying: Paying, window: Window, arrivals: Arrivals) -> None:
        self._paying = paying
        self._window = window
        self._arrivals = arrivals
        self._numbers = [number.encode() for _, number in plan.players]
        self._heads = [_head(_TRANSFERS, token) for token, _ in plan.players]
        self._dice = random.Random(7)
        payers = list(range(1 if paying.is_hot else 0, len(plan.players)))
        self._dice.shuffle(payers)
        self._payers = cycle(payers)
        self._receivers = paying.receivers or len(plan.players)
        self._key_prefix = uuid4().hex.encode()
        self._keys = count()

    def request(self) -> bytes:
        """Make the next payment's request."""
        payer = next(self._payers)
        receiver = 0 if self._paying.is_hot else self._dice.randrange(self._receivers)
        if receiver == payer:
            receiver = (payer + 1) % len(self._numbers)
        cents = 1 + self._dice.randrange(_CENTS)
        body = b'{"to_account":"%b","amount":0.0%d,"memo":"Two stim packs"}' % (self._numbers[receiver], cents)
        head = self._heads[payer]
        return b"%b%b-%d\r\nContent-Length: %d\r\n\r\n%b" % (head, self._key_prefix, next(self._keys), len(body), body)

    async def run(self, connection: Connection, place: int) -> None:
        """Pay over one connection until the round ends; `place` spreads paced connections over time."""
        ended = asyncio.get_running_loop().create_future()
        loop = asyncio.get_running_loop()
        pause = self._paying.connections / self._paying.per_second if self._paying.per_second else 0.0
        due = time.perf_counter() + pause * place / self._paying.connections
        asked_at = 0.0

        def pay() -> None:
            nonlocal asked_at
            asked_at = time.perf_counter()
            connection.ask(self.request(), answered)

        def answered(status: int, body: bytes) -> None:
            nonlocal due
            self._arrivals.answered(body)
            try:
                goes_on = self._window.note(asked_at=asked_at, status=status, wanted=_CREATED, body=body)
            except Refused as error:
                ended.set_exception(error)
                return
            if not goes_on:
                ended.set_result(None)
            elif pause:
                due = max(due + pause, time.perf_counter())
                loop.call_later(due - time.perf_counter(), pay)
            else:
                pay()

        loop.call_later(max(0.0, due - time.perf_counter()), pay)
        await ended
        connection.close()


async def ask_in_turn(
    plan: Plan, asking: Reading | Posting, window: Window, connection: Connection, place: int
) -> None:
    """Ask over one connection, as one player after the other, as soon as the last is answered, until the round ends."""
    players = plan.players[place :: asking.connections]
    requests = _readings(asking, players) if isinstance(asking, Reading) else _postings(asking, players)
    wanted = _OK if isinstance(asking, Reading) else asking.wanted
    ended = asyncio.get_running_loop().create_future()
    asked_at = 0.0

    def ask() -> None:
        nonlocal asked_at
        asked_at = time.perf_counter()
        connection.ask(next(requests), answered)

    def answered(status: int, body: bytes) -> None:
        try:
            goes_on = window.note(asked_at=asked_at, status=status, wanted=wanted, body=body)
        except Refused as error:
            ended.set_exception(error)
            return
        if goes_on:
            ask()
        else:
            ended.set_result(None)

    ask()
    await ended
    connection.close()


async def storm(plan: Plan, wanted: LoginStorm, window: Window) -> Counter[str]:
    """Let everybody sign in at the moment the warm-up ends; gives the statuses of those answered in the round."""
    connections = [await connect(plan.ports[0]) for _ in range(wanted.count)]
    await asyncio.sleep(window.begins - time.perf_counter())
    statuses: Counter[str] = Counter()
    for place, connection in enumerate(connections):
        login = {"character_name": wanted.names[place % len(wanted.names)], "password": wanted.password}
        connection.ask(_login_request(login), lambda status, _body: statuses.update([str(status)]))
    await asyncio.sleep(window.ends - time.perf_counter())
    for connection in connections:
        connection.close()
    return statuses


def _readings(reading: Reading, players: Sequence[tuple[str, str]]) -> Iterator[bytes]:
    head = f"GET {reading.path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer "
    return cycle([f"{head}{token}\r\n\r\n".encode() for token, _ in players])


def _postings(posting: Posting, players: Sequence[tuple[str, str]]) -> Iterator[bytes]:
    """Ask again and again, each time under a key of its own."""
    asked = [
        (_head(posting.path, token, api_key=posting.api_key), posting.body.replace("{account}", number).encode())
        for token, number in players
    ]
    key_prefix = uuid4().hex.encode()
    for number, (head, body) in enumerate(cycle(asked)):
        yield b"%b%b-%d\r\nContent-Length: %d\r\n\r\n%b" % (head, key_prefix, number, len(body), body)


def _head(path: str, token: str, *, api_key: str = "") -> bytes:
    """Begin a request under an idempotency key, which comes next."""
    proof = f"X-API-Key: {api_key}" if api_key else f"Authorization: Bearer {token}"
    return (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\n{proof}\r\nContent-Type: application/json\r\nIdempotency-Key: "
    ).encode()


def _login_request(login: dict[str, str]) -> bytes:
    body = json.dumps(login)
    return (
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
