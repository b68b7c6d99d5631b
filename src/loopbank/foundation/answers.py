"""Answers of hot routes: JSON that is ready to be sent, without the framework's work on headers."""

from collections.abc import Mapping

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class JsonAnswer(Response):
    """A finished JSON answer."""

    media_type = "application/json"

    def __init__(self, document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        # The base class would build the same list by a longer way; nothing else of it is needed here.
        self.status_code = status
        self.background = None
        self.body = orjson.dumps(document)
        self.raw_headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(self.body)),
            *((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in (headers or {}).items()),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 -- the ASGI signature
        """Send the answer."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})
