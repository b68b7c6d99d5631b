"""The HTTP boundary: what is true of every request and every answer, whatever the route."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import StringConstraints
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from loopbank.foundation.errors import Forbidden, TooManyRequests
from loopbank.foundation.http import BODY_BYTES_MAX, BULK_BODY_BYTES_MAX, Boundary, bulk, lean, unhurried
from loopbank.foundation.metrics import Metrics
from loopbank.foundation.problems import answer_refusals_as_problems
from loopbank.foundation.requests import Amount, FaceRoute, KnownBody, PlainText, StrictBody, StrictRoute, read_body

Memo = Annotated[PlainText, StringConstraints(max_length=10)]


class Payment(KnownBody):
    amount: Amount
    memo: Memo = ""


class Wish(KnownBody):
    colour: Memo = "any"


class StrictPayment(StrictBody):
    amount: Amount
    memo: Memo = ""


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield b"still here"


class Desk:
    """A few routes of each kind."""

    def __init__(self) -> None:
        self.router = APIRouter()
        self.strict = APIRouter(route_class=StrictRoute)
        self.face = APIRouter(route_class=FaceRoute)
        self.router.add_api_route("/forbidden", self.forbidden, methods=["GET"])
        self.router.add_api_route("/busy", self.busy, methods=["GET"])
        self.router.add_api_route("/broken", self.broken, methods=["GET"])
        self.router.add_api_route("/lean", self.pay_lean, methods=["POST"])
        self.router.add_api_route("/bulk", self.size, methods=["POST"])
        self.router.add_api_route("/crowd", self.crowd, methods=["POST"])
        self.router.add_api_route("/balance", self.balance, methods=["GET"])
        self.router.add_api_route("/live", self.live, methods=["GET"], response_class=StreamingResponse)
        self.strict.add_api_route("/strict", self.pay_strict, methods=["POST"])
        self.strict.add_api_route("/things/{thing}", self.thing, methods=["GET"])
        self.strict.add_api_route("/wish", self.wish, methods=["POST"])
        self.face.add_api_route("/face", self.pay_face, methods=["POST"])

    async def forbidden(self) -> None:
        raise Forbidden("Not for you.")

    async def busy(self) -> None:
        raise TooManyRequests("Slower, please.", retry_after_seconds=7)

    async def broken(self) -> None:
        raise RuntimeError("the secret is 42")

    @lean
    async def pay_lean(self, request: Request) -> Response:
        payment = await read_body(request, Payment)
        return Response(f'{{"amount": {payment.amount}}}', media_type="application/json")

    @bulk
    async def size(self, request: Request) -> dict[str, int]:
        return {"size": len(await request.body())}

    @unhurried
    async def crowd(self) -> dict[str, bool]:
        return {"is_served": True}

    @lean
    async def balance(self, _: Request) -> Response:
        return Response(b'{"balance": 7}', media_type="application/json")

    async def live(self) -> StreamingResponse:
        return StreamingResponse(endless())

    async def thing(self, thing: int) -> dict[str, int]:
        return {"thing": thing}

    async def wish(self, body: Wish) -> dict[str, str]:
        return {"colour": body.colour}

    async def pay_strict(self, body: StrictPayment) -> dict[str, Any]:
        return {"amount": body.amount}

    async def pay_face(self, body: Payment) -> dict[str, Any]:
        return {"amount": body.amount}


@pytest.fixture
async def client(anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    desk, app, metrics = Desk(), FastAPI(strict_content_type=False), Metrics()
    for router in (desk.router, desk.strict, desk.face):
        app.include_router(router)
    answer_refusals_as_problems(app)
    boundary = Boundary(app, metrics, (desk.router, desk.strict, desk.face))
    transport = httpx.ASGITransport(boundary, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://bank.test") as http:
        yield http


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/forbidden", 403, "forbidden"),
        ("GET", "/busy", 429, "rate_limited"),
        ("GET", "/nowhere", 404, "not_found"),
        ("DELETE", "/forbidden", 405, "method_not_allowed"),
        ("GET", "/broken", 500, "internal_error"),
    ],
)
async def test_every_refusal_is_a_problem_document(
    client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    answer = await client.request(method, path)
    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["code"] == code
    assert all(problem[name] for name in ("type", "title", "detail"))
    assert problem["error"] == problem["message"] == problem["detail"]


@pytest.mark.parametrize(("path", "status"), [("/forbidden", 403), ("/nowhere", 404)])
async def test_no_refusal_waits_for_a_thread(
    client: httpx.AsyncClient, path: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("anyio.to_thread.run_sync")
    assert (await client.get(path)).status_code == status


async def test_a_mistake_of_ours_tells_nothing_but_the_request(client: httpx.AsyncClient) -> None:
    answer = await client.get("/broken", headers={"X-Request-Id": "find-me"})
    assert "42" not in answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"] == "find-me"


@pytest.mark.parametrize("path", ["/balance", "/things/7", "/forbidden", "/nowhere"])
async def test_whoever_asks_for_the_head_gets_that_of_the_whole_answer(client: httpx.AsyncClient, path: str) -> None:
    head, whole = await client.head(path), await client.get(path)
    assert head.content == b""
    assert head.status_code == whole.status_code
    assert head.headers["content-length"] == whole.headers["content-length"] != "0"


async def test_a_stream_has_no_head_without_itself(client: httpx.AsyncClient) -> None:
    assert (await client.head("/live")).status_code == 405


@pytest.mark.parametrize("thing", ["seven", "1e3", "9" * 5_000, "%00"])
async def test_an_address_that_can_mean_nothing_is_not_found(client: httpx.AsyncClient, thing: str) -> None:
    answer = await client.get(f"/things/{thing}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


async def test_an_empty_body_is_one_that_leaves_every_field_out(client: httpx.AsyncClient) -> None:
    assert (await client.post("/wish")).json() == {"colour": "any"}
    for path in ("/lean", "/face", "/strict"):
        assert (await client.post(path)).json()["errors"] == [{"field": "amount", "message": "This is missing."}]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "This is missing."),
        (b"{", "The request body is not valid JSON."),
        (b"[]", "This must be an object."),
        (b'{"amount": 1, "memo": 5}', "This must be text."),
        (b'{"amount": 1, "memo": "longer than ten"}', "This must have at most 10 characters."),
        (b'{"amount": 1, "colour": 1}', "There is no such field here."),
    ],
)
async def test_a_mistake_is_told_in_the_words_of_a_person(client: httpx.AsyncClient, body: bytes, message: str) -> None:
    answer = await client.post("/strict", content=body, headers={"content-type": "application/json"})
    assert [one["message"] for one in answer.json()["errors"]] == [message]


async def test_a_limit_says_when_to_come_back(client: httpx.AsyncClient) -> None:
    assert (await client.get("/busy")).headers["retry-after"] == "7"


@pytest.mark.parametrize("given", ["", "a" * 65, "two words", "a\tb", "<script>"])
async def test_a_strange_request_id_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    answer = await client.get("/forbidden", headers={"X-Request-Id": given})
    assert answer.headers["x-request-id"] not in ("", given)


async def test_every_answer_has_the_safe_headers_and_is_not_kept(client: httpx.AsyncClient) -> None:
    for path in ("/forbidden", "/nowhere", "/broken"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("path", "limit"), [("/lean", BODY_BYTES_MAX), ("/bulk", BULK_BODY_BYTES_MAX)])
async def test_a_body_over_the_limit_is_refused_with_and_without_its_length(
    client: httpx.AsyncClient, path: str, limit: int
) -> None:
    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(limit // 1024 + 1):
            yield b" " * 1024

    whole = await client.post(path, content=b" " * (limit + 1), headers={"content-type": "application/json"})
    pieces = await client.post(path, content=in_pieces(), headers={"content-type": "application/json"})
    assert whole.status_code == pieces.status_code == 413


async def test_a_body_within_the_limit_arrives_whole(client: httpx.AsyncClient) -> None:
    answer = await client.post("/bulk", content=b" " * BULK_BODY_BYTES_MAX)
    assert answer.json() == {"size": BULK_BODY_BYTES_MAX}


async def test_a_body_that_trickles_in_arrives_whole(client: httpx.AsyncClient) -> None:
    async def byte_by_byte() -> AsyncIterator[bytes]:
        for _ in range(BODY_BYTES_MAX // 2):
            yield b" "

    answer = await client.post("/bulk", content=byte_by_byte())
    assert answer.json() == {"size": BODY_BYTES_MAX // 2}


@pytest.mark.parametrize("length", ["-1", "many", "1" * 5_000])
async def test_a_length_that_is_none_is_refused(client: httpx.AsyncClient, length: str) -> None:
    answer = await client.post("/lean", content=b"{}", headers={"content-length": length})
    assert answer.status_code == 413


HOSTILE = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"amount"',
    b'{"amount": NaN}',
    b'{"amount": Infinity}',
    b'{"amount": 1e308}',
    b'{"amount": 1e999999999}',
    b'{"amount": 0.001}',
    b'{"amount": 0}',
    b'{"amount": -1}',
    b'{"amount": true}',
    b'{"amount": null}',
    b'{"amount": [1]}',
    b'{"amount": "1e3"}',
    b'{"amount": ' + b"9" * 10_000 + b"}",
    b'{"amount": 1, "amount": 2}',
    b'{"amount": 1, "memo": "\xff"}',
    b'{"amount": 1, "memo": "\\ud800"}',
    b'{"amount": 1, "memo": "\\u0000"}',
    b'{"amount": 1, "memo": "\\u202e"}',
    b'{"amount": 1, "memo": "longer than ten"}',
    b'{"amount": 1, "memo": 5}',
    b"[" * 60_000,
    "{“amount”: 1}".encode(),
]


@pytest.mark.parametrize(("path", "status"), [("/lean", 400), ("/face", 400), ("/strict", 422)])
@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: repr(body[:32]))
async def test_a_hostile_body_is_refused_by_every_kind_of_route(
    client: httpx.AsyncClient, path: str, status: int, body: bytes
) -> None:
    answer = await client.post(path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/lean", "/face", "/strict"])
@pytest.mark.parametrize("amount", ["12.5", '"12.50"', "1250e-2", "12.500"])
async def test_an_amount_arrives_exactly_on_every_kind_of_route(
    client: httpx.AsyncClient, path: str, amount: str
) -> None:
    answer = await client.post(path, content=f'{{"amount": {amount}}}', headers={"content-type": "application/json"})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"amount": 1250}


async def test_an_unknown_field_is_ignored_on_old_routes_and_refused_on_new_ones(client: httpx.AsyncClient) -> None:
    body = {"amount": 1, "colour": "magenta"}
    assert (await client.post("/lean", json=body)).status_code == 200
    assert (await client.post("/face", json=body)).status_code == 200
    refused = await client.post("/strict", json=body)
    assert refused.status_code == 422
    assert [mistake["field"] for mistake in refused.json()["errors"]] == ["colour"]


@pytest.mark.parametrize("path", ["/lean", "/face", "/strict"])
async def test_what_is_not_json_is_refused(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.post(path, content=b"amount=1", headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 415


async def test_a_crowd_at_an_unhurried_route_lets_a_payment_go_first(client: httpx.AsyncClient) -> None:
    served: list[str] = []

    async def ask(path: str) -> None:
        answer = await client.post(path, content=b'{"amount": 1}')
        assert answer.status_code == 200
        served.append(path)

    await asyncio.gather(*(ask("/crowd") for _ in range(30)), ask("/lean"))
    assert served.index("/lean") <= 1
    assert served.count("/crowd") == 30
