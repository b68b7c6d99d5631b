"""The parameters of a protocol request: from the address, a form or JSON, each at most once."""

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from loopbank.foundation.errors import UnsupportedMedia
from loopbank.foundation.requests import parse_json
from loopbank.identity.oauth.errors import InvalidRequest

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

_VALUE_LENGTH_MAX = 4_096
_FIELDS_MAX = 60
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Parameters:
    """Named values; one without a value counts as left out, one that stands twice is refused (RFC 6749, 3.1)."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, str] = {}
        for name, value in pairs:
            if name in self._values:
                raise InvalidRequest("A parameter stands in the request twice.")
            if len(value) > _VALUE_LENGTH_MAX or _CONTROL.search(value):
                raise InvalidRequest("A parameter is too long or has control characters.")
            self._values[name] = value

    def get(self, name: str) -> str | None:
        """Give a value, or None when it was left out."""
        return self._values.get(name) or None

    def require(self, name: str) -> str:
        """Give a value. Raises InvalidRequest when it was left out."""
        value = self.get(name)
        if value is None:
            raise InvalidRequest(f"The parameter {name} is missing.")
        return value


def parse_query(query: str) -> Parameters:
    """Read the parameters of a query or form. Raises InvalidRequest."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_FIELDS_MAX)
    except ValueError as error:
        raise InvalidRequest("The parameters are not a form in UTF-8.") from error
    return Parameters(pairs)


def query_of(request: Request) -> str:
    """Give the query of a request as it was sent."""
    return str(request.scope["query_string"], "latin-1")


async def read_parameters(request: Request) -> Parameters:
    """Read the body of a protocol request, a form or JSON. Raises InvalidRequest or UnsupportedMedia."""
    kind = request.headers.get("content-type", FORM).partition(";")[0].strip().lower()
    body = await request.body()
    if kind == JSON:
        return Parameters(_pairs(body))
    if kind != FORM:
        raise UnsupportedMedia("Please send a form or JSON.")
    try:
        return parse_query(str(body, "utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidRequest("The parameters are not a form in UTF-8.") from error


def _pairs(body: bytes) -> Iterable[tuple[str, str]]:
    try:
        document = parse_json(body)
    except json.JSONDecodeError as error:
        raise InvalidRequest("The request body is not valid JSON.") from error
    if not isinstance(document, Mapping) or not all(isinstance(value, str) for value in document.values()):
        raise InvalidRequest("The request body is not an object of texts.")
    return document.items()
