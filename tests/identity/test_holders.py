"""What the Authentication Service asks of the Coin Service, and what it does when no answer comes."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from loopbank.access import Role, ServiceTokens
from loopbank.foundation.clock import Instant
from loopbank.identity import HolderView, HttpHolders, Person
from tests.access.signing import SettableClock
from tests.identity.authentication import SECRET_KEY

VIEW: dict[str, Any] = {
    "account_number": "NC-7K2M-Q9XD",
    "faction": "Netrunners",
    "profile_picture": None,
    "balance": 999_999_999_999.99,
    "available": 0.05,
    "held": 12,
    "free_spins": 3,
}
RUNNER = Person(id="person-1", name="Runner", role=Role.USER, created_at=Instant(17))
TOKENS = ServiceTokens(secret_key=SECRET_KEY, clock=SettableClock())


def asking(answer: Callable[[httpx.Request], httpx.Response]) -> HttpHolders:
    return HttpHolders(httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://coin.example"), TOKENS)


async def test_a_holder_is_opened_and_viewed_with_a_service_token() -> None:
    asked: list[tuple[str, str, bytes]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        TOKENS.require_service(
            Request({"type": "http", "headers": [(name.lower(), value) for name, value in request.headers.raw]})
        )
        asked.append((request.method, request.url.path, request.content))
        return httpx.Response(200, json={**VIEW, "more": "is ignored"})

    holders = asking(answer)
    assert await holders.open(RUNNER, "Netrunners") == HolderView(**VIEW)
    assert await holders.view("person-1") == HolderView(**VIEW)
    assert asked == [
        (
            "POST",
            "/internal/holders",
            b'{"person_id":"person-1","display_name":"Runner","faction":"Netrunners","joined_at":17}',
        ),
        ("GET", "/internal/holders/person-1", b""),
    ]


def refuse_connection(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def never_answer(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("too slow", request=request)


@pytest.mark.parametrize(
    "answer",
    [
        refuse_connection,
        never_answer,
        lambda _: httpx.Response(404, json={}),
        lambda _: httpx.Response(500, text="Internal Server Error"),
        lambda _: httpx.Response(503, json={}),
        lambda _: httpx.Response(302, headers={"Location": "http://elsewhere.example"}),
        lambda _: httpx.Response(200, text="not JSON"),
        lambda _: httpx.Response(200, json=[]),
        lambda _: httpx.Response(200, json={"account_number": "NC-7K2M-Q9XD"}),
    ],
)
async def test_no_usable_answer_is_no_view(answer: Callable[[httpx.Request], httpx.Response]) -> None:
    assert await asking(answer).view("person-1") is None
    assert await asking(answer).open(RUNNER, None) is None
