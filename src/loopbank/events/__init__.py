"""The log of the house: facts recorded with the change they tell of, sealed into one order, read with a cursor."""

from loopbank.events.checking import log_checks
from loopbank.events.consumers import Handler, LogConsumer, TransactionalLogConsumer, TransactionHandler
from loopbank.events.log import LogEntry, log_head, read_entries, read_latest
from loopbank.events.metrics import LogMetrics
from loopbank.events.outbox import OUTBOX, OUTBOX_COLUMNS, Fact, outbox_payloads, outbox_row, payload_text, record
from loopbank.events.position import LogPosition, log_position
from loopbank.events.schedules import Schedules, note_run
from loopbank.events.sealing import Sealer
from loopbank.events.signing import LogKey
from loopbank.events.times import Timetable
from loopbank.events.turns import Turns

__all__ = [
    "OUTBOX",
    "OUTBOX_COLUMNS",
    "Fact",
    "Handler",
    "LogConsumer",
    "LogEntry",
    "LogKey",
    "LogMetrics",
    "LogPosition",
    "Schedules",
    "Sealer",
    "Timetable",
    "TransactionHandler",
    "TransactionalLogConsumer",
    "Turns",
    "log_checks",
    "log_head",
    "log_position",
    "note_run",
    "outbox_payloads",
    "outbox_row",
    "payload_text",
    "read_entries",
    "read_latest",
    "record",
]
