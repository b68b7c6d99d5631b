"""The log of the house: facts recorded with the change they tell of, sealed into one order, read with a cursor."""

from loopbank.events.log import LogEntry, log_head, read_entries
from loopbank.events.outbox import Fact, outbox_payloads, payload_text, record

__all__ = ["Fact", "LogEntry", "log_head", "outbox_payloads", "payload_text", "read_entries", "record"]
