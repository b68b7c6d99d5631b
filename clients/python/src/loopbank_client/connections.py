"""What the two transports share: how a connection is opened, and how a method is described by the call it sends."""

import inspect
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, TypeVar

import httpx

M = TypeVar("M", bound=Callable[..., Any])


def options(address: str, *, api_key: str | None, token: str | None) -> dict[str, Any]:
    """Give an HTTP client's options. Raises ValueError for an address or a credential that cannot work."""
    url = httpx.URL(address)
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("The bank's address begins with https:// or http://.")
    if (api_key is None) == (token is None):
        raise ValueError("Please give either an API key or a token.")
    proof = {"X-API-Key": api_key} if api_key is not None else {"Authorization": f"Bearer {token}"}
    return {"base_url": url, "headers": {**proof, "User-Agent": f"loopbank-client/{version('loopbank-client')}"}}


def described(method: M, build: Callable[..., Any]) -> M:
    """Let a method show the name, the sentence and the parameters of the call that it sends."""
    method.__name__, method.__doc__ = build.__name__, build.__doc__
    myself = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    parameters = inspect.signature(build).parameters.values()
    method.__dict__["__signature__"] = inspect.Signature([myself, *parameters])
    return method
