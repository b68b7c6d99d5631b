"""An authenticator in software: it keeps ES256 keys and does what a browser and a phone do (WebAuthn, level 3)."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

PRESENT = 0x01
VERIFIED = 0x04
_HAS_KEY = 0x40

Credential = dict[str, Any]


def text_of(content: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """The bytes of a text in base64url."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One device with one key; what it tells can be bent to what an honest one never says."""

    origin: str = "https://bank.example"
    counts: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0
    handle: str | None = None

    def make(
        self,
        options: dict[str, Any],
        *,
        flags: int = PRESENT | VERIFIED,
        rp_id: str | None = None,
        **told: str,
    ) -> Credential:
        """Make the key that a site asks for, without an attestation."""
        self.handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + encode_cbor(cose)
        data = self._data(rp_id or options["rp"]["id"], flags | _HAS_KEY) + attested
        response = {
            "clientDataJSON": text_of(self._client_data("webauthn.create", options, told)),
            "attestationObject": text_of(encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})),
        }
        return self._credential(response)

    def sign(
        self,
        options: dict[str, Any],
        *,
        flags: int = PRESENT | VERIFIED,
        rp_id: str | None = None,
        **told: str,
    ) -> Credential:
        """Sign what a site asks for."""
        self.count += 1 if self.counts else 0
        data = self._data(rp_id or options["rpId"], flags)
        client_data = self._client_data("webauthn.get", options, told)
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": text_of(client_data),
            "authenticatorData": text_of(data),
            "signature": text_of(signature),
            "userHandle": self.handle,
        }
        return self._credential(response)

    def _data(self, rp_id: str, flags: int) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client_data(self, kind: str, options: dict[str, Any], told: dict[str, str]) -> bytes:
        honest = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps({**honest, **told}).encode()

    def _credential(self, response: dict[str, Any]) -> Credential:
        return {"id": text_of(self.id), "rawId": text_of(self.id), "type": "public-key", "response": response}
