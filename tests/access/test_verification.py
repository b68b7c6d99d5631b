"""Access tokens: what counts is RS256, a published key, and the claims; nothing that the token says about itself."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from loopbank.access import InvalidToken, Principal, Role, TokenVerifier, token_issuer
from loopbank.foundation.clock import Instant
from loopbank.foundation.errors import Unavailable
from tests.access.signing import ISSUER, SettableClock, Signer


@pytest.fixture(scope="module")
def module_signer() -> Signer:
    return Signer(SettableClock())


@pytest.fixture
def signer(module_signer: Signer) -> Signer:
    module_signer.fetches = 0
    module_signer.is_down = False
    module_signer.published = [module_signer]
    return module_signer


@pytest.fixture
def verifier(signer: Signer) -> TokenVerifier:
    return TokenVerifier(fetch_keys=signer.fetch_keys, issuer=ISSUER, clock=signer.clock)


async def is_refused(verifier: TokenVerifier, token: str) -> bool:
    try:
        await verifier.verify(token)
    except InvalidToken:
        return True
    return False


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def test_a_token_stands_for_its_person(signer: Signer, verifier: TokenVerifier) -> None:
    expires_at = Instant((signer.clock.seconds + 3600) * 1_000_000)
    expected = Principal("person-1", "session-1", "Runner", Role.ADMIN, expires_at)
    assert await verifier.verify(signer.token(role="ADMIN")) == expected


async def test_a_token_that_was_verified_once_needs_no_key_again(signer: Signer, verifier: TokenVerifier) -> None:
    token = signer.token()
    first = await verifier.verify(token)
    signer.is_down = True
    signer.clock.let_pass(1200)
    assert await verifier.verify(token) is first


async def test_a_verified_token_is_refused_from_the_second_it_expires(signer: Signer, verifier: TokenVerifier) -> None:
    token = signer.token(exp=signer.clock.seconds + 60)
    await verifier.verify(token)
    signer.clock.let_pass(59)
    await verifier.verify(token)
    signer.clock.let_pass(1)
    assert await is_refused(verifier, token)


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "another-product"},
        {"aud": None},
        {"iss": "https://other.example"},
        {"iss": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"sid": None},
        {"sid": 7},
        {"sub": None},
        {"sub": 7},
        {"name": None},
        {"role": "EMPEROR"},
        {"role": None},
        {"iat": None},
        {"nbf": None},
        {"nbf": 99_999_999_999},
        {"iat": 99_999_999_999},
    ],
    ids=str,
)
async def test_a_signed_token_with_wrong_claims_is_refused(
    signer: Signer, verifier: TokenVerifier, changed: dict[str, Any]
) -> None:
    assert await is_refused(verifier, signer.token(**changed))
    assert not await is_refused(verifier, signer.token())


async def test_two_machines_clocks_may_differ_a_little(signer: Signer, verifier: TokenVerifier) -> None:
    soon = signer.clock.seconds + 3
    assert not await is_refused(verifier, signer.token(iat=soon, nbf=soon))


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"jku": "https://attacker.example/keys"},
        {"x5u": "https://attacker.example/chain"},
        {"crit": ["kid"]},
        {"kid": "unknown"},
    ],
    ids=str,
)
async def test_a_token_with_another_header_is_refused(
    signer: Signer, verifier: TokenVerifier, header: dict[str, Any]
) -> None:
    assert await is_refused(verifier, signer.token(header))


async def test_a_token_cannot_bring_its_own_key(signer: Signer, verifier: TokenVerifier) -> None:
    own = RSAKey.generate_key(2048, auto_kid=False)
    header = {"alg": "RS256", "typ": "at+jwt", "kid": signer.key_id, "jwk": own.as_dict(private=False)}
    assert await is_refused(verifier, jwt.encode(header, signer.claims(), own, algorithms=["RS256"]))


async def test_alg_none_is_refused(signer: Signer, verifier: TokenVerifier) -> None:
    for algorithm in ("none", "None", "NONE", ""):
        header = json.dumps({"alg": algorithm, "typ": "at+jwt", "kid": signer.key_id}).encode()
        claims = json.dumps(signer.claims()).encode()
        assert await is_refused(verifier, f"{base64url(header)}.{base64url(claims)}.")


async def test_the_public_key_is_no_secret_for_hs256(signer: Signer, verifier: TokenVerifier) -> None:
    as_secret = OctKey.import_key(base64.b64encode(signer.key.as_pem(private=False)))
    header = {"alg": "HS256", "typ": "at+jwt", "kid": signer.key_id}
    assert await is_refused(verifier, jwt.encode(header, signer.claims(), as_secret, algorithms=["HS256"]))


async def test_a_token_of_another_key_under_a_known_id_is_refused(signer: Signer, verifier: TokenVerifier) -> None:
    forger = Signer(signer.clock, signer.key_id)
    assert await is_refused(verifier, forger.token())


async def test_no_changed_character_is_accepted(signer: Signer, verifier: TokenVerifier) -> None:
    token = signer.token()
    header, claims, signature = token.split(".")
    for place in range(0, len(token), 7):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert await is_refused(verifier, changed), place
    other = base64url(json.dumps(signer.claims(role="SUPERADMIN")).encode())
    assert await is_refused(verifier, f"{header}.{other}.{signature}")
    assert await is_refused(verifier, f"{header}.{claims}.")


@given(st.text(max_size=300) | st.from_regex(r"[A-Za-z0-9_-]{0,80}\.[A-Za-z0-9_-]{0,80}\.[A-Za-z0-9_-]{0,80}"))
def test_any_text_is_refused_without_an_error(text: str) -> None:
    async def fetch_keys() -> dict[str, Any]:
        return {"keys": []}

    verify = TokenVerifier(fetch_keys=fetch_keys, issuer=ISSUER, clock=SettableClock()).verify(text)
    with pytest.raises(InvalidToken):
        verify.send(None)


async def test_a_very_long_token_is_refused(signer: Signer, verifier: TokenVerifier) -> None:
    assert await is_refused(verifier, signer.token(name="x" * 5_000))


async def test_a_new_key_is_fetched_when_its_first_token_comes(signer: Signer, verifier: TokenVerifier) -> None:
    await verifier.verify(signer.token())
    second = Signer(signer.clock, "second")
    signer.published = [signer, second]
    signer.clock.let_pass(5)
    assert (await verifier.verify(second.token())).name == "Runner"
    assert signer.fetches == 2


async def test_unknown_keys_do_not_cause_a_burst_of_fetches(signer: Signer, verifier: TokenVerifier) -> None:
    for number in range(20):
        assert await is_refused(verifier, signer.token({"kid": f"unknown-{number}"}))
    assert signer.fetches == 1
    signer.clock.let_pass(5)
    assert await is_refused(verifier, signer.token({"kid": "unknown"}))
    assert signer.fetches == 2


async def test_known_keys_stay_in_use_while_none_can_be_fetched(signer: Signer, verifier: TokenVerifier) -> None:
    await verifier.verify(signer.token())
    signer.is_down = True
    signer.clock.let_pass(3_000)
    assert (await verifier.verify(signer.token())).name == "Runner"


async def test_without_any_key_nobody_is_told_that_their_token_is_wrong(
    signer: Signer, verifier: TokenVerifier
) -> None:
    signer.is_down = True
    with pytest.raises(Unavailable):
        await verifier.verify(signer.token())
    signer.is_down = False
    signer.clock.let_pass(5)
    assert (await verifier.verify(signer.token())).name == "Runner"


async def test_a_withdrawn_key_takes_its_verified_tokens_along(signer: Signer, verifier: TokenVerifier) -> None:
    token = signer.token(exp=signer.clock.seconds + 7_200)
    await verifier.verify(token)
    second = Signer(signer.clock, "second")
    signer.published = [second]
    signer.clock.let_pass(31)
    assert await is_refused(verifier, token), "whoever has nothing but this token makes us look"
    await verifier.verify(second.token())


async def test_short_and_foreign_keys_are_not_used(signer: Signer) -> None:
    async def fetch_keys() -> dict[str, Any]:
        encrypting = {**signer.public_key(), "use": "enc"}
        symmetric = {"kty": "oct", "kid": signer.key_id, "use": "sig", "k": "c2VjcmV0"}
        return {"keys": [encrypting, symmetric]}

    assert await is_refused(TokenVerifier(fetch_keys=fetch_keys, issuer=ISSUER, clock=signer.clock), signer.token())


async def test_the_memory_of_verified_tokens_is_bounded(
    signer: Signer, verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifier._verified, "_entries_max", 3)
    tokens = [signer.token(jti=str(number)) for number in range(4)]
    principals = [await verifier.verify(token) for token in tokens[:3]]
    assert await verifier.verify(tokens[0]) is principals[0]
    await verifier.verify(tokens[3])
    assert await verifier.verify(tokens[0]) is principals[0]
    assert await verifier.verify(tokens[1]) is not principals[1]


def test_the_issuer_is_the_public_address_without_its_slash() -> None:
    assert token_issuer("https://bank.example/") == "https://bank.example"
    assert token_issuer("") == "loopbank"
