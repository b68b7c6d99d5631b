"""The OpenID provider elsewhere: where it sends people, and what its signed tokens say of them."""

import asyncio
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, Clock
from loopbank.identity.by_mail import accepted_email
from loopbank.identity.errors import OutsideSignInRefused, OutsideUnavailable, UnacceptableEmail

_SECONDS_MAX = 10.0
_DISCOVERY_PATH = "/.well-known/openid-configuration"
_SCOPES = "openid email profile"
_ALGORITHM = "RS256"
_CLOCK_SKEW_SECONDS = 60
_ANSWER_BYTES_MAX = 100_000

_SUBJECT = re.compile(r"[\x21-\x7e]{1,255}")
"""Who somebody is there: as many ASCII characters as OpenID Connect Core, section 2, allows."""


@dataclass(frozen=True, slots=True)
class OutsideClient:
    """Us, as the provider knows us."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to the provider and back: nothing of it may come from another."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class OutsideIdentity:
    """Who somebody is elsewhere; the address is there only when the provider vouches for it."""

    issuer: str
    subject: str
    email: str | None
    name: str


class OutsideProvider:
    """Speaks to one provider."""

    def __init__(self, http: httpx.AsyncClient, client: OutsideClient, clock: Clock) -> None:
        self._http = http
        self._client = client
        self._clock = clock
        self._configuration: Mapping[str, Any] | None = None
        self._turn = asyncio.Lock()
        issuer = client.issuer
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: clock() // MICROSECONDS_PER_SECOND,
            leeway=_CLOCK_SKEW_SECONDS,
            # Google signs with and without the scheme; both are its own.
            iss={"essential": True, "values": [issuer, issuer.removeprefix("https://")]},
            aud={"essential": True, "value": client.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True},
        )

    async def authorization_url(self, attempt: Attempt) -> str:
        """Give where to send somebody. Raises OutsideUnavailable."""
        configuration = await self._configured()
        url: str = prepare_grant_uri(
            configuration["authorization_endpoint"],
            client_id=self._client.client_id,
            response_type="code",
            redirect_uri=self._client.redirect_uri,
            scope=_SCOPES,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )
        return url

    async def identity(self, code: str, attempt: Attempt) -> OutsideIdentity:
        """Exchange the code that somebody came back with. Raises OutsideSignInRefused or OutsideUnavailable."""
        configuration = await self._configured()
        token = await self._exchanged(configuration["token_endpoint"], code, attempt)
        keys = await self._fetched("GET", configuration["jwks_uri"])
        try:
            decoded = jwt.decode(token, KeySet.import_key_set(keys), algorithms=[_ALGORITHM])  # type: ignore[arg-type]  # JSON
            self._claims.validate(decoded.claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise OutsideSignInRefused from error
        return self._read(decoded.claims, attempt)

    def _read(self, claims: Mapping[str, Any], attempt: Attempt) -> OutsideIdentity:
        is_answer = hmac.compare_digest(str(claims["nonce"]).encode(), attempt.nonce.encode())
        if not is_answer or not self._is_for_us(claims) or not _SUBJECT.fullmatch(claims["sub"]):
            raise OutsideSignInRefused
        email, name = claims.get("email"), claims.get("name")
        return OutsideIdentity(
            issuer=self._client.issuer,
            subject=claims["sub"],
            email=_usable(email) if claims.get("email_verified") is True else None,
            name=name if isinstance(name, str) else "",
        )

    def _is_for_us(self, claims: Mapping[str, Any]) -> bool:
        """Tell whether the token was made for us and not for another who shows it (OpenID Connect Core, 3.1.3.7)."""
        client_id, audience = self._client.client_id, claims["aud"]
        is_ours_alone = audience in (client_id, [client_id])
        return bool(claims.get("azp", client_id if is_ours_alone else None) == client_id)

    async def _exchanged(self, endpoint: str, code: str, attempt: Attempt) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.redirect_uri,
            "code_verifier": attempt.verifier,
            "client_id": self._client.client_id,
            "client_secret": self._client.client_secret,
        }
        answer = await self._fetched("POST", endpoint, form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise OutsideSignInRefused
        return token

    async def _configured(self) -> Mapping[str, Any]:
        async with self._turn:
            if self._configuration is None:
                found = await self._fetched("GET", self._client.issuer.rstrip("/") + _DISCOVERY_PATH)
                needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
                if found.get("issuer") != self._client.issuer or not all(isinstance(found.get(n), str) for n in needed):
                    raise OutsideUnavailable
                self._configuration = found
            return self._configuration

    async def _fetched(self, method: str, url: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            async with self._http.stream(method, url, data=form, timeout=_SECONDS_MAX) as response:
                if response.is_client_error:
                    raise OutsideSignInRefused
                document = json.loads(await _bounded(response.raise_for_status()))
        except (httpx.HTTPError, ValueError, RecursionError) as error:
            raise OutsideUnavailable from error
        if not isinstance(document, dict):
            raise OutsideUnavailable
        return document


async def _bounded(response: httpx.Response) -> bytes:
    """Read an answer as far as an honest one goes. Raises OutsideUnavailable."""
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > _ANSWER_BYTES_MAX:
            raise OutsideUnavailable
    return bytes(body)


def _usable(email: object) -> str | None:
    """Give an address as far as it is one that people may have here."""
    try:
        return accepted_email(email) if isinstance(email, str) else None
    except UnacceptableEmail:
        return None
