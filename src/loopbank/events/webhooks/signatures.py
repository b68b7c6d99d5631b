"""What a program checks: Standard Webhooks signatures, and the plain HMAC that existing receivers know.

Standard Webhooks 1.0: base64 of HMAC-SHA256 over `id.timestamp.body`, keyed with the bytes that stand base64-encoded
behind `whsec_`. `x-lb-signature`: hex HMAC-SHA256 of the raw body, keyed with the secret's text.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

_PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_webhook_secret() -> str:
    """Give a new secret."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signature_headers(body: bytes, *, event_id: str, seconds: int, keys: Sequence[str]) -> dict[str, str]:
    """Sign a raw body at a Unix time with the present secret first, and with an old one while it is still good."""
    content = f"{event_id}.{seconds}.".encode() + body
    signatures = [hmac.new(_key_of(key), content, hashlib.sha256).digest() for key in keys]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(signature).decode()}" for signature in signatures),
        "x-lb-signature": hmac.new(keys[0].encode(), body, hashlib.sha256).hexdigest(),
    }


def _key_of(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(_PREFIX))
