"""What every published contract has: error answers, a security scheme, bodies of lean routes."""

from typing import Any

from pydantic import BaseModel

from loopbank.foundation.problems import MEDIA_TYPE, PROBLEM_SCHEMA

_REASONS = {
    400: "The request does not fit, or the bank refuses it.",
    401: "Not signed in.",
    403: "Not allowed.",
    404: "There is no such thing.",
    409: "It conflicts with what is there.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "The body is malformed, or the idempotency key was used with another body.",
    429: "Too many requests; see Retry-After.",
    503: "Temporarily unavailable; see Retry-After.",
}

SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An access token."}
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
    return {
        status: {
            "description": _REASONS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in (*statuses, 503)
    }


def signed_in(
    *, lean_body: type[BaseModel] | None = None, example: object = None, moves_money: bool = False
) -> dict[str, Any]:
    """Describe a route that needs an access token, with the body of a lean route and the idempotency header."""
    extra: dict[str, Any] = {"security": [{"bearer": []}]}
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
    """Add to a generated contract what FastAPI does not know: the problem schema and the security scheme."""
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    components["securitySchemes"] = SECURITY_SCHEMES
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    for operations in document.get("paths", {}).values():
        for operation in operations.values():
            responses = operation.get("responses", {})
            if "HTTPValidationError" in str(responses.get("422", "")):
                del responses["422"]
    return document
