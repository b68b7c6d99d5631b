"""Service tokens: only the bank's own services have the secret they are made from."""

import base64
import json
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from starlette.requests import Request

from loopbank.access import InvalidServiceToken, ServiceAuth, ServiceTokens
from loopbank.foundation.keys import derive_key
from tests.access.signing import SettableClock, Signer

SECRET = "a secret of at least thirty-two characters"


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def tokens(clock: SettableClock) -> ServiceTokens:
    return ServiceTokens(secret_key=SECRET, clock=clock)


def is_let_in(tokens: ServiceTokens, authorization: str) -> bool:
    headers = [(b"authorization", authorization.encode("latin-1"))]
    try:
        tokens.require_service(Request({"type": "http", "headers": headers}))
    except InvalidServiceToken:
        return False
    return True


def forged(clock: SettableClock, header: dict[str, Any], key: bytes, **changed: object) -> str:
    claims = {"aud": "internal", "iat": clock.seconds, "exp": clock.seconds + 60, **changed}
    full_header = {"alg": "HS256", "typ": "service+jwt", **header}
    return jwt.encode(full_header, claims, OctKey.import_key(key), algorithms=["HS256", "HS512"])


def test_a_service_of_the_installation_is_let_in(tokens: ServiceTokens) -> None:
    assert is_let_in(tokens, f"Bearer {tokens.issue()}")


def test_a_service_token_lives_five_minutes(tokens: ServiceTokens, clock: SettableClock) -> None:
    token = tokens.issue()
    clock.let_pass(299)
    assert is_let_in(tokens, f"Bearer {token}")
    clock.let_pass(7)
    assert not is_let_in(tokens, f"Bearer {token}")


def test_another_installations_token_is_refused(tokens: ServiceTokens, clock: SettableClock) -> None:
    other = ServiceTokens(secret_key=SECRET + "!", clock=clock)
    assert not is_let_in(tokens, f"Bearer {other.issue()}")


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer x", "Bearer a.b.c", "Basic eA==", "Bearer \xff.\xff.\xff"])
def test_anything_else_is_refused(tokens: ServiceTokens, value: str) -> None:
    assert not is_let_in(tokens, value)


def test_a_token_without_the_scheme_is_refused(tokens: ServiceTokens) -> None:
    assert not is_let_in(tokens, f"Basic {tokens.issue()}")


def test_tokens_of_other_shapes_are_refused(tokens: ServiceTokens, clock: SettableClock) -> None:
    key = derive_key(SECRET, "service-token")
    assert is_let_in(tokens, f"Bearer {forged(clock, {}, key)}")
    for token in (
        forged(clock, {"typ": "JWT"}, key),
        forged(clock, {"alg": "HS512"}, key),
        forged(clock, {}, key, aud="loopbank"),
        forged(clock, {}, key, exp=clock.seconds - 60),
        forged(clock, {}, key, iat=clock.seconds + 3_600),
        forged(clock, {}, SECRET.encode()),
        forged(clock, {}, derive_key(SECRET, "signing-key")),
    ):
        assert not is_let_in(tokens, f"Bearer {token}")


def test_an_unsigned_token_is_refused(tokens: ServiceTokens, clock: SettableClock) -> None:
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "service+jwt"}).encode()).rstrip(b"=").decode()
    claims = tokens.issue().split(".")[1]
    assert not is_let_in(tokens, f"Bearer {header}.{claims}.")


def test_a_persons_token_is_refused(tokens: ServiceTokens, clock: SettableClock) -> None:
    assert not is_let_in(tokens, f"Bearer {Signer(clock).token(aud='internal')}")


async def test_a_client_signs_every_request(tokens: ServiceTokens) -> None:
    seen: list[bool] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(is_let_in(tokens, request.headers["Authorization"]))
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), auth=ServiceAuth(tokens)) as client:
        await client.get("http://coin.example/internal/holders/1")
    assert seen == [True]
