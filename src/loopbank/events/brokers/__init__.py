"""Message brokers: the sealed log told to whoever listens outside, in order, at least once."""

from loopbank.events.brokers.port import Broker, BrokerUnavailable, InProcessBroker, entry_document, subject_of
from loopbank.events.brokers.relay import broker_relay, connect_broker

__all__ = [
    "Broker",
    "BrokerUnavailable",
    "InProcessBroker",
    "broker_relay",
    "connect_broker",
    "entry_document",
    "subject_of",
]
