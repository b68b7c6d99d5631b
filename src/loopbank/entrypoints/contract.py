"""The contract of the whole bank: what /openapi.json answers and the reference at /docs shows."""

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import Any

Contract = dict[str, Any]
"""An OpenAPI 3.1 document."""


class JoinedContract:
    """The services' contracts as one, written when somebody first asks: that is a second of work."""

    def __init__(self, title: str, contracts: Callable[[], Iterable[Contract]]) -> None:
        self._title = title
        self._contracts = contracts
        self._writing: asyncio.Future[bytes] | None = None

    async def text(self) -> bytes:
        """Give the contract as JSON."""
        if self._writing is None:
            # In a thread, so that everybody else is answered meanwhile.
            self._writing = asyncio.ensure_future(asyncio.to_thread(self._write))
        return await asyncio.shield(self._writing)

    def _write(self) -> bytes:
        return json.dumps(joined(self._title, *self._contracts())).encode()


def joined(title: str, *contracts: Contract) -> Contract:
    """Join the services' contracts under one title."""
    whole: Contract = {**contracts[0], "info": {**contracts[0]["info"], "title": title}, "paths": {}}
    whole["components"] = {"schemas": {}, "securitySchemes": {}}
    for contract in contracts:
        whole["paths"] |= contract["paths"]
        for kind in whole["components"]:
            whole["components"][kind] |= contract["components"].get(kind, {})
    return whole
