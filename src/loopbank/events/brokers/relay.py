"""The relay: a reader of the log that hands every entry to a broker."""

from loopbank.events.brokers.port import Broker, InProcessBroker
from loopbank.events.consumers import LogConsumer
from loopbank.events.metrics import LogMetrics
from loopbank.foundation.clock import Clock
from loopbank.foundation.database import Database


def connect_broker(url: str) -> Broker:
    """Give the broker at nats://… or amqp://…, connected when it is first needed; '' is this process itself.

    Raises ValueError for another address.
    """
    if not url:
        return InProcessBroker()
    # Half a second and 30 MiB that only an installation with a broker pays.
    from loopbank.events.brokers.servers import NatsJetStream, RabbitMq  # noqa: PLC0415 -- see above

    if url.startswith("nats://"):
        return NatsJetStream(url)
    if url.startswith(("amqp://", "amqps://")):
        return RabbitMq(url)
    raise ValueError("The broker's address must begin with nats:// or amqp://.")


def broker_relay(database: Database, broker: Broker, *, holder: str, clock: Clock, metrics: LogMetrics) -> LogConsumer:
    """Give the reader that tells a broker everything; it goes on where it was, whichever process runs it."""
    return LogConsumer(database, "broker", broker.publish, holder=holder, clock=clock, metrics=metrics)
