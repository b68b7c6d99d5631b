"""Codes of an authenticator app (TOTP, RFC 6238): six digits, thirty seconds, each good once."""

import hmac
from dataclasses import dataclass

import pyotp
import segno

from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, Instant

_STEP_SECONDS = 30
_STEPS_OFF = (0, -1, 1)
"""Clocks of phones are a little off; the present step is tried first."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What somebody scans or types into their app: the secret, its address, and the address as a picture."""

    secret: str
    uri: str
    picture: str


def new_secret() -> str:
    """Give 160 random bits in base 32, as every app takes them."""
    return pyotp.random_base32()


def enrolment(secret: str, *, account: str, issuer: str) -> Enrolment:
    """Give the secret as an app takes it; the picture is an SVG in a data address."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)
    return Enrolment(secret, uri, segno.make_qr(uri, error="m").svg_data_uri(border=2, scale=4))


def matching_step(secret: str, code: str, now: Instant) -> int | None:
    """Give the time step whose code this is; None when it is none of the present ones."""
    step = now // MICROSECONDS_PER_SECOND // _STEP_SECONDS
    codes = pyotp.TOTP(secret)
    for off in _STEPS_OFF:
        if hmac.compare_digest(codes.generate_otp(step + off), code):
            return step + off
    return None
