"""Refusals as problem documents: `application/problem+json` (RFC 9457)."""

from typing import Any

import orjson
import structlog
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from loopbank.foundation.errors import Refusal

log = structlog.get_logger("loopbank.http")

MEDIA_TYPE = "application/problem+json"

_TITLES = {404: ("not_found", "Not found"), 405: ("method_not_allowed", "Method not allowed")}

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "Why a request was refused (RFC 9457). `error` and `message` repeat the plain sentence.",
    "required": ["type", "title", "status", "detail", "code", "error", "message"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Stable; meant for programs."},
        "error": {"type": "string"},
        "message": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def problem_response(refusal: Refusal, request_id: str) -> Response:
    """Write a refusal as a problem document."""
    document = {
        "type": f"urn:loopbank:problem:{refusal.code}",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.detail,
        "code": refusal.code,
        "error": refusal.detail,
        "message": refusal.detail,
        "request_id": request_id,
    }
    if refusal.mistakes:
        document["errors"] = [{"field": m.field, "message": m.message} for m in refusal.mistakes]
    return Response(orjson.dumps(document), refusal.status, refusal.headers, MEDIA_TYPE)


def internal_error_response(request_id: str) -> Response:
    """Write the answer to a mistake of ours: it names the request and nothing else."""
    return problem_response(_InternalError("Something went wrong on our side."), request_id)


def answer_refusals_as_problems(app: FastAPI) -> None:
    """Let a FastAPI app answer every refusal, its own included, as a problem document."""

    # The framework calls plain functions in a thread each, which a crowd of refusals would make everybody wait for.
    async def on_refusal(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        return problem_response(error, request.scope.get("loopbank.request_id", ""))

    async def on_http_exception(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return await on_refusal(request, _from_framework(error))

    async def on_mistake(request: Request, error: Exception) -> Response:
        # The framework would answer in plain text, and after the answer it raises the error for the server's log.
        request_id = request.scope.get("loopbank.request_id", "")
        log.error("request failed", request_id=request_id, path=request.url.path, exc_info=error)
        return internal_error_response(request_id)

    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(Exception, on_mistake)


class _InternalError(Refusal):
    code = "internal_error"
    status = 500
    title = "Internal error"


def _from_framework(error: HTTPException) -> Refusal:
    """Give the framework's own refusals (no such route, wrong method) our shape."""
    code, title = _TITLES.get(error.status_code, ("refused", "Refused"))
    shape = type("FrameworkRefusal", (Refusal,), {"code": code, "title": title, "status": error.status_code})
    detail = {404: "There is nothing here.", 405: "This address does not take that method."}
    refusal: Refusal = shape(detail.get(error.status_code, str(error.detail)), headers=error.headers)
    return refusal
