"""What every published contract has: error answers, a security scheme, bodies of lean routes, and examples.

An example is composed from the examples of the fields, so that it stands once, beside the field it explains.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from pydantic import BaseModel

from loopbank.foundation.problems import MEDIA_TYPE, PROBLEM_SCHEMA

_REFUSALS = {
    400: ("bad_request", "Bad request", "The request does not fit, or the bank refuses it."),
    401: ("invalid_token", "Not signed in", "Please sign in."),
    403: ("forbidden", "Not allowed", "This is not allowed."),
    404: ("not_found", "Not found", "There is no such thing."),
    409: ("conflict", "Conflict", "It conflicts with what is there."),
    413: ("payload_too_large", "Request too large", "The request is larger than 64 KiB."),
    415: ("unsupported_media_type", "Unsupported media type", "Please send JSON (Content-Type: application/json)."),
    422: ("malformed_request", "Malformed request", "The body is malformed, or its key came with another body before."),
    429: ("rate_limited", "Too many requests", "That was too often. Please try again in 30 seconds."),
    503: ("unavailable", "Temporarily unavailable", "The bank is busy. Please try again in a moment."),
}

_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}
_REFUSAL_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"description": "How to sign in.", "schema": {"type": "string"}}},
    429: _RETRY_AFTER,
    503: _RETRY_AFTER,
}
_REQUEST_ID = "4b4f6f5e3d59-2a"

SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An access token."},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "A program's key."},
}

IDEMPOTENCY_HEADER: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names this request for ever: the same key again gives the first answer and moves nothing.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "example": "4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe a route's error answers."""
    return {status: _refusal(status) for status in (*statuses, 503)}


MONEY_HEADERS: dict[str, Any] = {
    "Idempotency-Key": {"description": "The key of this request, given or made.", "schema": {"type": "string"}},
    "Idempotent-Replayed": {
        "description": "Present when this is the first answer again.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}
"""The headers of answers to requests that move money."""


def signed_in(
    *,
    lean_body: type[BaseModel] | None = None,
    example: object = None,
    moves_money: bool = False,
    by: Sequence[str] = ("bearer",),
) -> dict[str, Any]:
    """Describe a route that needs one of some proofs, with the body of a lean route and the idempotency header."""
    extra: dict[str, Any] = {"security": [{scheme: []} for scheme in by]}
    if lean_body is not None:
        extra["requestBody"] = json_body(lean_body, example)
    if moves_money:
        extra["parameters"] = [IDEMPOTENCY_HEADER]
    return extra


def json_body(model: type[BaseModel], example: object) -> dict[str, Any]:
    """Describe the JSON body of a route that reads it itself."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}


def with_conventions(document: dict[str, Any]) -> dict[str, Any]:
    """Add to a generated contract what FastAPI does not know: problems, the security scheme, examples."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM_SCHEMA
    components["securitySchemes"] = SECURITY_SCHEMES
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for operations in document.get("paths", {}).values():
        for operation in operations.values():
            _complete(operation, schemas)
    return document


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> object:
    """Compose an example of a schema. Raises LookupError for a field without one."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for key in ("example", "const"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        if key in schema:
            return schema[key][0]
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], schemas)
    if schema.get("type") == "array":
        return [example_of(schema["items"], schemas)]
    if schema.get("type") == "object":
        return {name: example_of(field, schemas) for name, field in schema.get("properties", {}).items()}
    raise LookupError(f"no example: {schema}")


def _complete(operation: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    """Give one operation the refusals of every route with a body, and examples of body and answers."""
    responses = operation.get("responses", {})
    if "HTTPValidationError" in str(responses.get("422", "")):
        del responses["422"]
    contents = [response.get("content", {}) for response in responses.values()]
    if "requestBody" in operation:
        contents.append(operation["requestBody"]["content"])
        for status in (413, 415):
            responses.setdefault(str(status), _refusal(status))
    for content in contents:
        body = content.get("application/json")
        if body is not None and "example" not in body:
            # A missing example must not keep a service from starting; the contract's own test finds it.
            with suppress(LookupError):
                body["example"] = example_of(body["schema"], schemas)


def _refusal(status: int) -> dict[str, Any]:
    code, title, sentence = _REFUSALS[status]
    example = {
        "type": f"urn:loopbank:problem:{code}",
        "title": title,
        "status": status,
        "detail": sentence,
        "code": code,
        "error": sentence,
        "message": sentence,
        "request_id": _REQUEST_ID,
    }
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    described: dict[str, Any] = {"description": sentence, "content": content}
    if status in _REFUSAL_HEADERS:
        described["headers"] = _REFUSAL_HEADERS[status]
    return described
