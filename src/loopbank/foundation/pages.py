"""What lists take in their address: how much, from where, between when."""

import re
from typing import Annotated

from fastapi import Query

from loopbank.foundation.clock import Instant, from_rfc3339, later
from loopbank.foundation.errors import BadRequest

LIMIT_MAX = 100
OFFSET_MAX = 10_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY_SECONDS = 86_400

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, examples=[20])]
Offset = Annotated[int, Query(ge=0, le=OFFSET_MAX, description="For existing clients; use `cursor`.", examples=[0])]
Cursor = Annotated[str | None, Query(description="Where the page before said that the next begins.", examples=["42"])]
Types = Annotated[
    str | None,
    Query(
        alias="type",
        description="Comma-separated transaction types.",
        max_length=200,
        pattern=r"^[A-Za-z_, ]*$",
        examples=["transfer,welcome_bonus"],
    ),
]
From = Annotated[
    str | None,
    Query(alias="from", description="RFC 3339 time or date, inclusive.", max_length=40, examples=["2026-01-01"]),
]
To = Annotated[
    str | None,
    Query(
        alias="to",
        description="RFC 3339 time (exclusive) or date (inclusive).",
        max_length=40,
        examples=["2026-01-31T18:00:00Z"],
    ),
]


class InvalidCursor(BadRequest):
    """A cursor, limit or filter of a list cannot be read."""

    code = "invalid_page"


def read_cursor(text: str | None) -> int | None:
    """Read a cursor that a list gave. Raises InvalidCursor."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise InvalidCursor("The cursor is not one that this list gave.")
    return int(text)


def read_types(text: str | None) -> tuple[str, ...]:
    """Read transaction types, as either face writes them."""
    return tuple(kind.strip().lower() for kind in (text or "").split(",") if kind.strip())


def read_instant(name: str, text: str | None, *, through_the_day: bool = False) -> Instant | None:
    """Read a bound of time; a bare date as the upper bound means the whole day. Raises InvalidCursor."""
    if text is None:
        return None
    try:
        instant = from_rfc3339(text.replace(" ", "+"))
    except (ValueError, OverflowError) as error:
        raise InvalidCursor(f"`{name}` must be an RFC 3339 time or date.") from error
    return later(instant, _DAY_SECONDS) if through_the_day and _DAY.fullmatch(text) else instant
