"""The bank for programs that wait: every call of `calls`, sent until its answer is definite."""

import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Concatenate, ParamSpec, Self, TypeVar

import httpx

from loopbank_client import calls
from loopbank_client.attempts import SECONDS_MAX, Attempts
from loopbank_client.calls import Call, Page
from loopbank_client.connections import described, options
from loopbank_client.documents import Transaction

P = ParamSpec("P")
T = TypeVar("T")


def _sent(build: Callable[P, Call[T]]) -> Callable[Concatenate["Bank", P], T]:
    """Give the method that builds a call and sends it; it takes what the builder takes, and gives what it reads."""

    def method(bank: "Bank", /, *given: P.args, **named: P.kwargs) -> T:
        return bank.send(build(*given, **named))

    return described(method, build)


def _listed(build: Callable[P, Call[Page]]) -> Callable[Concatenate["Bank", P], Iterator[Transaction]]:
    """Give the method that goes through all pages of a list."""

    def method(bank: "Bank", /, *given: P.args, **named: P.kwargs) -> Iterator[Transaction]:
        call: Call[Page] | None = build(*given, **named)
        while call is not None:
            page = bank.send(call)
            yield from page.transactions
            call = page.following

    return described(method, build)


class Bank:
    """A bank, called with an API key or a token; use it as a context manager, from any number of threads.

    `seconds_max` is how long one call is tried. Every method raises BankError, as `errors` tells.
    """

    def __init__(
        self, address: str, *, api_key: str | None = None, token: str | None = None, seconds_max: float = SECONDS_MAX
    ) -> None:
        self._http = httpx.Client(**options(address, api_key=api_key, token=token))
        self._seconds_max = seconds_max

    def send(self, call: Call[T]) -> T:
        """Send a call until its answer is definite, and give what it says."""
        attempts = Attempts(call, self._seconds_max)
        while True:
            try:
                pause = attempts.pause_after(self._http.send(attempts.request(self._http)))
            except httpx.RequestError as error:
                pause = attempts.pause_after_silence(error)
            if pause is None:
                return attempts.result
            time.sleep(pause)

    balance = _sent(calls.balance)
    wallet = _sent(calls.wallet)
    history = _listed(calls.history)
    transfer = _sent(calls.transfer)
    pay_treasury = _sent(calls.pay_treasury)
    hold = _sent(calls.hold)
    find_hold = _sent(calls.find_hold)
    capture = _sent(calls.capture)
    release = _sent(calls.release)
    charge = _sent(calls.charge)
    account_balance = _sent(calls.account_balance)
    mint = _sent(calls.mint)
    burn = _sent(calls.burn)
    mint_list = _sent(calls.mint_list)
    transfer_list = _sent(calls.transfer_list)
    treasuries = _sent(calls.treasuries)
    treasury = _sent(calls.treasury)
    pay_out = _sent(calls.pay_out)
    pay_prizes = _sent(calls.pay_prizes)
    reverse = _sent(calls.reverse)
    supply = _sent(calls.supply)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
