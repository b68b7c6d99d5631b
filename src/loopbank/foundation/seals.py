"""Sealing what is stored and must be read again: AES-256-GCM under a key of its own purpose."""

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from loopbank.foundation.keys import derive_key

_NONCE_BYTES = 12


class SealBroken(Exception):
    """What was to be opened was sealed under another secret, for another thing, or is damaged."""


class Seal:
    """Seals and opens for one purpose; `context` names the thing, so that no sealed text can stand in for another's."""

    def __init__(self, secret_key: str, purpose: str) -> None:
        self._cipher = AESGCM(derive_key(secret_key, purpose))

    def close(self, content: bytes, context: str) -> str:
        """Give the sealed text."""
        nonce = os.urandom(_NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, content, context.encode())).decode()

    def open(self, sealed: str, context: str) -> bytes:
        """Give what was sealed. Raises SealBroken."""
        try:
            whole = base64.b64decode(sealed, validate=True)
            return self._cipher.decrypt(whole[:_NONCE_BYTES], whole[_NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError, binascii.Error) as error:
            raise SealBroken(context) from error
