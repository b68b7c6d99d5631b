"""Checking that a webhook's request comes from the bank: Standard Webhooks 1.0."""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping

from loopbank_client.documents import Unreadable, WebhookEvent, parse, read
from loopbank_client.errors import InvalidSignature

AGE_SECONDS_MAX = 300
"""How far the time of sending may lie from now; what is older could be a request that somebody kept."""


def verify_webhook(
    body: bytes, headers: Mapping[str, str], secret: str, *, now_seconds: float | None = None
) -> WebhookEvent:
    """Give the event of a request whose raw body is signed with the webhook's secret (`whsec_…`), within five minutes.

    Check before anything else reads the body. Raises InvalidSignature.
    """
    named = {name.lower(): value for name, value in headers.items()}
    event_id, sent_at = named.get("webhook-id", ""), named.get("webhook-timestamp", "")
    now = time.time() if now_seconds is None else now_seconds
    if not sent_at.isdigit() or abs(now - int(sent_at)) > AGE_SECONDS_MAX:
        raise InvalidSignature("The request was not sent just now.")
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise ValueError("A webhook's secret begins with whsec_.") from error
    signed = hmac.new(key, f"{event_id}.{sent_at}.".encode() + body, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(signed)
    signatures = named.get("webhook-signature", "").encode().split()
    if not any(hmac.compare_digest(expected, given) for given in signatures):
        raise InvalidSignature("The request is not signed with this webhook's secret.")
    try:
        return read(WebhookEvent, parse(body))
    except Unreadable as error:
        raise InvalidSignature("The body is no event.") from error
