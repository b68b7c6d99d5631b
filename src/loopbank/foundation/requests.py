"""Reading requests strictly: exact numbers, no NaN, no hidden floats, clear mistakes."""

import json
import re
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Annotated, Any, ClassVar, NoReturn, TypeVar

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import Response

from loopbank.coins import Coins, parse_amount, parse_coins
from loopbank.foundation.errors import BadRequest, FieldMistake, MalformedRequest, NotFound, UnsupportedMedia
from loopbank.foundation.mistakes import mistakes_of

_JSON = "application/json"
_NOTHING = b"{}"
"""What an empty body stands for: clients send none where every field may be left out."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_without_repeats)
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")

Model = TypeVar("Model", bound=BaseModel)


class KnownBody(BaseModel):
    """A body of the faces' old routes: unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class StrictBody(BaseModel):
    """A body of a new route: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CamelBody(KnownBody):
    """A body of the platform face, whose names are camelCase."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class CamelAnswer(BaseModel):
    """An answer of the platform face, whose names are camelCase."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


def is_plain_text(text: str) -> bool:
    """Tell whether a text has no control or direction-changing characters."""
    return _CONTROL.search(text) is None


def _plain_text(text: str) -> str:
    if not is_plain_text(text):
        raise ValueError("Control characters are not allowed.")
    return text


PlainText = Annotated[str, AfterValidator(_plain_text)]
"""Text without control or direction-changing characters (PostgreSQL could not even store a NUL)."""

Amount = Annotated[
    Any,
    BeforeValidator(parse_amount, json_schema_input_type=float | str),
]
"""An amount that moves money, read exactly from a JSON number or a numeric string into `Coins`."""


def _not_zero(value: object) -> Coins:
    coins = parse_coins(value)
    if coins == 0:
        raise ValueError("The amount must not be zero.")
    return coins


SignedAmount = Annotated[
    Any,
    BeforeValidator(_not_zero, json_schema_input_type=float | str),
]
"""An amount to give or, below zero, to take; read as exactly as an `Amount`."""


def parse_json(body: bytes) -> Any:
    """Parse UTF-8 JSON with exact decimals. Raises json.JSONDecodeError for everything that is not strict JSON.

    Strict is: no NaN, no name twice in one object (two readers could take different values for the truth), and no
    half of a surrogate pair, which neither database could store.
    """
    try:
        text = str(body, "utf-8")
        document = _DECODER.decode(text)
        if _ESCAPED_SURROGATE.search(text):
            json.dumps(document, ensure_ascii=False, default=str).encode()
        return document
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise json.JSONDecodeError(f"Not valid JSON: {error}", "", 0) from error


async def read_body(request: Request, model: type[Model], *, malformed: type[MalformedRequest] = BadRequest) -> Model:
    """Read and validate the body of a lean route. Raises `malformed` or UnsupportedMedia."""
    _require_json(request)
    try:
        return model.model_validate(parse_json(await request.body() or _NOTHING))
    except json.JSONDecodeError as error:
        raise malformed("The request body is not valid JSON.") from error
    except ValidationError as error:
        raise _refusal(malformed, mistakes_of(RequestValidationError(error.errors()))) from error


class StrictRoute(APIRoute):
    """A route whose body is parsed strictly: mistakes are answered with 422, an impossible address with 404."""

    malformed: ClassVar[type[MalformedRequest]] = MalformedRequest

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the framework's handler."""
        handler = super().get_route_handler()
        takes_json = self.body_field is not None

        async def handle(request: Request) -> Response:
            if takes_json:
                _require_json(request)
            try:
                return await handler(_StrictRequest(request.scope, request.receive) if takes_json else request)
            except RequestValidationError as error:
                if any(mistake["loc"][0] == "path" for mistake in error.errors()):
                    raise NotFound("There is nothing here.") from error
                raise _refusal(self.malformed, mistakes_of(error)) from error

        return handle


class FaceRoute(StrictRoute):
    """A route of the existing faces, whose clients expect 400 for a body that does not fit."""

    malformed = BadRequest


class _StrictRequest(Request):
    """A request whose body is an object."""

    async def body(self) -> bytes:
        return await super().body() or _NOTHING

    async def json(self) -> Any:
        return parse_json(await self.body())


def _refusal(malformed: type[MalformedRequest], mistakes: list[FieldMistake]) -> MalformedRequest:
    first = mistakes[0]
    name = first.field.replace("_", " ")
    detail = first.message if not name or name in first.message.lower() else f"{name}: {first.message}"
    return malformed(detail, mistakes=mistakes)


def _require_json(request: Request) -> None:
    given = request.headers.get("content-type", _JSON)
    kind = given if given == _JSON else given.partition(";")[0].strip().lower()
    if kind != _JSON and not (kind.startswith("application/") and kind.endswith("+json")):
        raise UnsupportedMedia("Please send JSON (Content-Type: application/json).")
