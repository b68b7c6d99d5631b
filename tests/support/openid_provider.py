"""A real OpenID provider on a port of this machine, which signs people in without asking, and lies when told to."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "the-bank.apps.example"
CLIENT_SECRET = "a secret of the bank and the provider"
_TOKEN_SECONDS = 3_600


@cache
def _keys() -> tuple[RSAKey, RSAKey]:
    """The provider's own key, and another's."""
    own, foreign = (RSAKey.generate_key(2_048, auto_kid=False) for _ in range(2))
    return own, foreign


@dataclass
class Lies:
    """What the provider says and does otherwise than it should."""

    claims: Mapping[str, object] = field(default_factory=dict)
    algorithm: str = "RS256"
    is_signed_by_another: bool = False
    answers: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """Whole answers by path."""


class OpenidProvider:
    """Knows one client, the bank, and one person at a time; `account` is what it tells of them."""

    def __init__(self, seconds: Callable[[], int]) -> None:
        self._seconds = seconds
        self._codes: dict[str, dict[str, str]] = {}
        self.account: dict[str, object] = {}
        self.lies = Lies()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def issuer(self) -> str:
        """Where the provider is."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, parameters: Mapping[str, str]) -> tuple[int, str]:
        """Answer a request; a redirect gives its address."""
        if path in self.lies.answers:
            return self.lies.answers[path]
        match path:
            case "/.well-known/openid-configuration":
                return 200, json.dumps(self._configuration())
            case "/keys":
                own, _ = _keys()
                return 200, json.dumps({"keys": [{**own.as_dict(private=False), "kid": "own", "use": "sig"}]})
            case "/authorize":
                return self._authorize(parameters)
            case "/token":
                return self._token(parameters)
        return 404, "{}"

    def _configuration(self) -> dict[str, str]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def _authorize(self, asked: Mapping[str, str]) -> tuple[int, str]:
        expected = (asked["client_id"], asked["response_type"], asked["code_challenge_method"])
        if expected != (CLIENT_ID, "code", "S256") or "openid" not in asked["scope"].split():
            return 400, "{}"
        code = secrets.token_urlsafe(16)
        self._codes[code] = dict(asked)
        return 302, f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def _token(self, shown: Mapping[str, str]) -> tuple[int, str]:
        asked = self._codes.pop(shown.get("code", ""), None)
        digest = hashlib.sha256(shown.get("code_verifier", "").encode()).digest()
        is_right = (
            asked is not None
            and (shown.get("client_id"), shown.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
            and shown.get("redirect_uri") == asked["redirect_uri"]
            and asked["code_challenge"] == _text(digest)
        )
        if asked is None or not is_right:
            return 400, json.dumps({"error": "invalid_grant"})
        return 200, json.dumps({"access_token": "opaque", "token_type": "Bearer", "id_token": self._id_token(asked)})

    def _id_token(self, asked: Mapping[str, str]) -> str:
        now = self._seconds()
        honest = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + _TOKEN_SECONDS,
            **self.account,
        }
        claims = {name: value for name, value in {**honest, **self.lies.claims}.items() if value is not None}
        own, foreign = _keys()
        return _signed(claims, self.lies.algorithm, foreign if self.lies.is_signed_by_another else own, own)


def _signed(claims: dict[str, Any], algorithm: str, key: RSAKey, own: RSAKey) -> str:
    header = {"alg": algorithm, "kid": "own"}
    if algorithm not in ("none", "HS256"):
        return jwt.encode(header, claims, key, algorithms=[algorithm])
    content = ".".join(_text(json.dumps(part).encode()) for part in (header, claims))
    # The oldest tricks: no signature, or the published key taken for a shared secret.
    secret = own.as_pem(private=False)
    signature = b"" if algorithm == "none" else hmac.digest(secret, content.encode(), hashlib.sha256)
    return f"{content}.{_text(signature)}"


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _handler(provider: OpenidProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(urlsplit(self.path).query)

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["content-length"])).decode())

        def _answer(self, text: str) -> None:
            parameters = {name: values[0] for name, values in parse_qs(text).items()}
            status, content = provider.answer(urlsplit(self.path).path, parameters)
            body = b"" if status == 302 else content.encode()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", content)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
