"""Asking until the answer is definite: what an answer or its absence means, and how long to wait before the next try.

The same request with the same key is sent again after a connection error, after 429 and after every 5xx, as none of
them says whether coins moved. A refusal is definite, but for one case: after an attempt that went unanswered, a refusal
of the caller (the key or token has ended meanwhile) does not say what became of that attempt.
"""

import random
import time
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import httpx

from loopbank_client.calls import Call
from loopbank_client.documents import Unreadable, parse
from loopbank_client.errors import (
    BankError,
    NoDefiniteAnswer,
    NotAllowed,
    NotTheBank,
    Refused,
    SpendLimitReached,
    Unauthenticated,
    Unreachable,
    refusal,
)

T = TypeVar("T")

SECONDS_MAX = 60.0
"""How long a call is tried unless the caller says otherwise."""

_ATTEMPT_SECONDS_MAX = 10.0
_PAUSE_SECONDS = (0.1, 8.0)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_DICE = random.SystemRandom()


class Attempts(Generic[T]):
    """The attempts at one call. `result` is there once an attempt gave None for a pause."""

    def __init__(self, call: Call[T], seconds_max: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._call = call
        self._clock = clock
        self._ends_at = clock() + seconds_max
        self._count = 0
        self._is_unclear = False
        self.result: T

    def request(self, http: httpx.Client | httpx.AsyncClient) -> httpx.Request:
        """Build the request of the next attempt."""
        call = self._call
        headers = {} if call.key is None else {"Idempotency-Key": call.key}
        left = max(0.1, self._ends_at - self._clock())
        return http.build_request(
            call.method,
            call.path,
            params=call.parameters,
            json=call.body,
            headers=headers,
            timeout=min(_ATTEMPT_SECONDS_MAX, left),
        )

    def pause_after_silence(self, error: httpx.RequestError) -> float:
        """Give the seconds to wait after an attempt without an answer. Raises NoDefiniteAnswer or Unreachable."""
        self._is_unclear = self._is_unclear or not isinstance(error, _NEVER_SENT)
        heard = f"no answer ({type(error).__name__})"
        return self._pause(self._backoff(), self._giving_up(heard, Unreachable(f"{heard}; nothing was sent")), error)

    def pause_after(self, answer: httpx.Response) -> float | None:
        """Give the seconds to wait after an answer, or None when it is definite and `result` is there.

        Raises Refused, NotTheBank or NoDefiniteAnswer.
        """
        if answer.is_success and self._takes(answer):
            return None
        refused = _refusal(answer)
        self._is_unclear = self._is_unclear or answer.is_success or answer.is_server_error
        error = self._giving_up(f"the last answer was {answer.status_code}", refused)
        if self._is_worth_another(answer, refused):
            return self._pause(_retry_after(answer) or self._backoff(), error, refused)
        if _is_about_the_caller(refused) and error is not refused:
            raise error from refused
        raise refused

    def _is_worth_another(self, answer: httpx.Response, refused: BankError) -> bool:
        """Tell whether the answer leaves open what another attempt may tell."""
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.is_success or answer.is_server_error:
            return True
        return self._is_unclear and isinstance(refused, NotTheBank)

    def _takes(self, answer: httpx.Response) -> bool:
        try:
            self.result = self._call.read(parse(answer.content))
        except (ValueError, TypeError, ArithmeticError):
            return False
        return True

    def _giving_up(self, heard: str, otherwise: BankError) -> BankError:
        return NoDefiniteAnswer(heard, self._call.key) if self._is_unclear else otherwise

    def _pause(self, seconds: float, error: BankError, cause: Exception) -> float:
        if self._clock() + seconds >= self._ends_at:
            raise error from (None if error is cause else cause)
        return seconds

    def _backoff(self) -> float:
        """Double the pause each time and shorten it by chance, so that many callers do not come back together."""
        first, longest = _PAUSE_SECONDS
        self._count += 1
        return min(longest, first * 2.0 ** (self._count - 1)) * _DICE.uniform(0.5, 1)


def _refusal(answer: httpx.Response) -> Refused | NotTheBank:
    """Read the problem document of an answer; what has none is not the bank's, unless it asks to wait."""
    kind = answer.headers.get("content-type", "").partition(";")[0]
    try:
        problem: Mapping[str, Any] = parse(answer.content) if kind == "application/problem+json" else {}
        if problem or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            return refusal(answer.status_code, problem)
    except (Unreadable, AttributeError, KeyError, TypeError):
        pass
    return NotTheBank(f"{answer.request.url} answered {answer.status_code} and not as a bank does")


def _is_about_the_caller(refused: BankError) -> bool:
    return isinstance(refused, Unauthenticated | NotAllowed) and not isinstance(refused, SpendLimitReached)


def _retry_after(answer: httpx.Response) -> float | None:
    """Give the seconds that the answer asks to wait."""
    text: str = answer.headers.get("retry-after", "")
    return float(text) if text.isdigit() else None
