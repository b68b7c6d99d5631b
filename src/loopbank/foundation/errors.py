"""Refusals: expected answers that say no, each with a stable code, an HTTP status and a plain sentence.

Refusal                 base of every expected "no"
|- MalformedRequest     the body or a parameter cannot be read (400 or 422)
|- Unauthenticated      401
|- Forbidden            403
|- NotFound             404
|- PayloadTooLarge      413
|- UnsupportedMedia     415
|- TooManyRequests      429, with Retry-After
`- Unavailable          503, with Retry-After
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldMistake:
    """One mistake in one field of a request."""

    field: str
    message: str


class Refusal(Exception):
    """An expected answer that says no; `detail` is a plain sentence for the person who asked."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "Refused"

    def __init__(
        self, detail: str, *, headers: Mapping[str, str] | None = None, mistakes: Sequence[FieldMistake] = ()
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = dict(headers or {})
        self.mistakes = tuple(mistakes)


class MalformedRequest(Refusal):
    """The request cannot be read as what the route takes."""

    code = "malformed_request"
    status = 422
    title = "Malformed request"


class BadRequest(MalformedRequest):
    """As MalformedRequest, on the routes whose existing clients expect 400."""

    code = "bad_request"
    status = 400
    title = "Bad request"


class Unauthenticated(Refusal):
    """The caller did not prove who they are."""

    code = "unauthenticated"
    status = 401
    title = "Not signed in"

    def __init__(self, detail: str = "Please sign in.") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(Refusal):
    """The caller is known and may not do this."""

    code = "forbidden"
    status = 403
    title = "Not allowed"


class NotFound(Refusal):
    """There is no such thing, or not for this caller."""

    code = "not_found"
    status = 404
    title = "Not found"


class PayloadTooLarge(Refusal):
    """The body is larger than the route takes."""

    code = "payload_too_large"
    status = 413
    title = "Request too large"


class UnsupportedMedia(Refusal):
    """The body is not JSON."""

    code = "unsupported_media_type"
    status = 415
    title = "Unsupported media type"


class TooManyRequests(Refusal):
    """The caller is over a rate limit."""

    code = "rate_limited"
    status = 429
    title = "Too many requests"

    def __init__(self, detail: str, *, retry_after_seconds: int) -> None:
        super().__init__(detail, headers={"Retry-After": str(max(1, retry_after_seconds))})


class Unavailable(Refusal):
    """The service cannot answer now; the same request may be sent again with the same idempotency key."""

    code = "unavailable"
    status = 503
    title = "Temporarily unavailable"

    def __init__(
        self, detail: str = "The bank is busy. Please try again in a moment.", *, retry_after_seconds: int = 2
    ) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after_seconds)})
