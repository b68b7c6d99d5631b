"""The Broker port: what the relay needs of a message broker, and the one that needs no server.

Law: `publish` returns when the broker has the entries safely, and raises otherwise; the relay then publishes them
again. Every message carries its entry's sequence, by which a listener knows what it has heard before.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence

import orjson

from loopbank.events.log import LogEntry
from loopbank.foundation.errors import Unavailable

PREFIX = "loopbank.log"

Listener = Callable[[LogEntry], Awaitable[None]]


class BrokerUnavailable(Unavailable):
    """The broker cannot be reached or did not confirm; what was published may come again."""

    code = "broker_unavailable"


class Broker(ABC):
    """Takes entries of the log, in their order."""

    @abstractmethod
    async def publish(self, entries: Sequence[LogEntry]) -> None:
        """Hand entries over, in order, and wait until the broker has them. Raises BrokerUnavailable."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of the broker."""


class InProcessBroker(Broker):
    """Tells listeners of the same process, one after the other."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Have a function told every entry from now on; what it raises is told to the relay."""
        self._listeners.append(listener)

    async def publish(self, entries: Sequence[LogEntry]) -> None:
        """See `Broker.publish`."""
        for entry in entries:
            for listener in self._listeners:
                await listener(entry)

    async def close(self) -> None:
        """See `Broker.close`."""
        self._listeners.clear()


def entry_document(entry: LogEntry) -> bytes:
    """Write an entry as a message: sequence, topic, subject, payload as it was sealed, and time in microseconds."""
    document = {
        "sequence": entry.sequence,
        "topic": entry.topic,
        "subject": entry.subject,
        "payload": orjson.Fragment(entry.payload),
        "occurred_at": int(entry.at),
    }
    return orjson.dumps(document)


def subject_of(entry: LogEntry) -> str:
    """Name the place where an entry is published: loopbank.log.transaction.created."""
    return f"{PREFIX}.{entry.topic}"
