"""The relay: a reader of the log that hands every entry to a broker."""

from importlib import import_module

from loopbank.events.brokers.port import Broker, InProcessBroker
from loopbank.events.consumers import LogConsumer
from loopbank.events.metrics import LogMetrics
from loopbank.foundation.clock import Clock
from loopbank.foundation.database import Database

_KINDS = {"nats://": "NatsJetStream", "amqp://": "RabbitMq", "amqps://": "RabbitMq"}


def connect_broker(url: str) -> Broker:
    """Give the broker at nats://… or amqp://…, connected when it is first needed; '' is this process itself.

    Raises ValueError for another address.
    """
    if not url:
        return InProcessBroker()
    kind = next((kind for begin, kind in _KINDS.items() if url.startswith(begin)), None)
    if kind is None:
        raise ValueError("The broker's address must begin with nats:// or amqp://.")
    # By name, because the brokers' libraries take half a second and 30 MiB that only those pay who have a broker.
    broker: Broker = getattr(import_module("loopbank.events.brokers.servers"), kind)(url)
    return broker


def broker_relay(database: Database, broker: Broker, *, holder: str, clock: Clock, metrics: LogMetrics) -> LogConsumer:
    """Give the reader that tells a broker everything; it goes on where it was, whichever process runs it."""
    return LogConsumer(database, "broker", broker.publish, holder=holder, clock=clock, metrics=metrics)
