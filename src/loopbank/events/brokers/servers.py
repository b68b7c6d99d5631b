"""NATS JetStream and RabbitMQ, through one library."""

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from aiormq.exceptions import AMQPException, ChannelInvalidStateError
from faststream.exceptions import FastStreamException
from faststream.nats import NatsBroker
from faststream.rabbit import ExchangeType, RabbitBroker, RabbitExchange
from nats.errors import Error as NatsError

from loopbank.events.brokers.port import PREFIX, Broker, BrokerUnavailable, entry_document, subject_of
from loopbank.events.log import LogEntry

STREAM = "LOOPBANK"
EXCHANGE = RabbitExchange("loopbank", type=ExchangeType.TOPIC, durable=True)
_SECONDS_MAX = 10.0
_TROUBLE = (NatsError, AMQPException, ChannelInvalidStateError, FastStreamException, OSError, TimeoutError)


class _Server(Broker):
    """A broker that is connected to on first use, and anew after trouble."""

    def __init__(self) -> None:
        self._is_connected = False

    async def publish(self, entries: Sequence[LogEntry]) -> None:
        """See `Broker.publish`. One by one: each is confirmed before the next, so none overtakes another."""
        try:
            if not self._is_connected:
                await self._connect()
                self._is_connected = True
            for entry in entries:
                await self._send(entry)
        except _TROUBLE as error:
            await self.close()
            raise BrokerUnavailable from error

    async def close(self) -> None:
        """See `Broker.close`."""
        if self._is_connected:
            self._is_connected = False
            # A connection that is gone already cannot be closed.
            with suppress(*_TROUBLE):
                await self._disconnect()

    @abstractmethod
    async def _connect(self) -> None:
        """Connect, and make the place to publish to if it is not there."""

    @abstractmethod
    async def _send(self, entry: LogEntry) -> None:
        """Publish one entry and wait until it is confirmed."""

    @abstractmethod
    async def _disconnect(self) -> None:
        """Close the connection."""


class NatsJetStream(_Server):
    """Publishes to the stream LOOPBANK under loopbank.log.<topic>; the server drops what it hears twice for a while."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._broker: Any = None

    async def _connect(self) -> None:
        self._broker = NatsBroker(self._url, connect_timeout=int(_SECONDS_MAX), allow_reconnect=False, logger=None)
        client = await self._broker.connect()
        await client.jetstream().add_stream(name=STREAM, subjects=[f"{PREFIX}.>"])

    async def _send(self, entry: LogEntry) -> None:
        await self._broker.publish(
            entry_document(entry),
            subject_of(entry),
            headers={"Nats-Msg-Id": str(entry.sequence), "content-type": "application/json"},
            stream=STREAM,
            timeout=_SECONDS_MAX,
        )

    async def _disconnect(self) -> None:
        await self._broker.stop()


class RabbitMq(_Server):
    """Publishes to the durable topic exchange `loopbank` with the entry's topic as routing key; queues bind to it."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._broker: Any = None

    async def _connect(self) -> None:
        self._broker = RabbitBroker(self._url, logger=None)
        await self._broker.connect()
        await self._broker.declare_exchange(EXCHANGE)

    async def _send(self, entry: LogEntry) -> None:
        await self._broker.publish(
            entry_document(entry),
            exchange=EXCHANGE,
            routing_key=entry.topic,
            # Nobody may be bound yet; the log is what keeps entries, not the exchange.
            mandatory=False,
            persist=True,
            message_id=str(entry.sequence),
            content_type="application/json",
            timeout=_SECONDS_MAX,
        )

    async def _disconnect(self) -> None:
        await self._broker.stop()
