"""The outbox: a fact is written in the transaction of the change it tells of, or not at all."""

from collections.abc import Mapping, Sequence

import orjson
from sqlalchemy import bindparam, select

from loopbank.events.tables import outbox
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Transaction
from loopbank.values import value

OUTBOX = outbox
"""The table of facts that wait, for whoever writes one together with rows of other tables."""

OUTBOX_COLUMNS = ("topic", "subject", "payload", "occurred_at")
_PAYLOADS = select(outbox.c.payload).where(outbox.c.topic == bindparam("topic")).order_by(outbox.c.id)


@value()
class Fact:
    """Something that happened: what (`user.registered`), to whom or what, the particulars, and when.

    The payload is JSON; amounts in it are minor units, times are microseconds, and floats have no place.
    """

    topic: str
    subject: str
    payload: Mapping[str, object]
    at: Instant


async def record(tx: Transaction, facts: Sequence[Fact]) -> None:
    """Write facts for the sealer, in their order, in the caller's transaction.

    Facts of one subject keep their order across transactions when each records them under the subject's row lock.
    """
    await tx.insert(outbox, OUTBOX_COLUMNS, [outbox_row(fact) for fact in facts])


def outbox_row(fact: Fact) -> tuple[object, ...]:
    """Give a fact as a row of the outbox, for whoever writes it together with rows of other tables."""
    return (fact.topic, fact.subject, payload_text(fact.payload), int(fact.at))


def payload_text(payload: Mapping[str, object]) -> str:
    """Write a payload as the log keeps it: JSON with sorted keys, no spaces, characters as they are.

    Raises TypeError for values that JSON does not have and for text that UTF-8 does not have.
    """
    return orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode()


async def outbox_payloads(tx: Transaction, topic: str) -> list[str]:
    """Give the payloads of one topic that wait to be sealed, in their order."""
    return [row.payload for row in await tx.rows(_PAYLOADS, {"topic": topic})]
