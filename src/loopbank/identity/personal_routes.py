"""Routes for people who are signed in, described in one line each."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from loopbank.foundation import openapi
from loopbank.foundation.openapi import refusals


def add_personal(
    router: APIRouter,
    route: str,
    endpoint: Callable[..., Any],
    summary: str,
    answer: type[BaseModel],
    *refused: int,
    status_code: int = 200,
) -> None:
    """Add a route such as `GET /sessions` that wants an access token."""
    method, _, path = route.partition(" ")
    router.add_api_route(
        path,
        endpoint,
        methods=[method],
        status_code=status_code,
        summary=summary,
        response_model=answer,
        response_model_exclude_unset=True,
        responses=refusals(401, *refused),
        openapi_extra=openapi.signed_in(),
    )
