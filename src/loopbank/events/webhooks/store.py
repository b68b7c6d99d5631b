"""Every statement on the webhooks' tables."""

import json
from collections.abc import Mapping

from sqlalchemy import delete, insert, select, update

from loopbank.events.webhooks.tables import webhook, webhook_delivery
from loopbank.events.webhooks.words import Attempt, Delivery, Told, Webhook
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import AnyRow, Transaction

_WEBHOOK = tuple(webhook.c[name] for name in Webhook.__slots__)
_DELIVERY = (
    webhook_delivery.c.id,
    webhook_delivery.c.webhook_id,
    webhook_delivery.c.sequence,
    webhook_delivery.c.part,
    webhook_delivery.c.event,
    webhook_delivery.c.attempt,
    webhook_delivery.c.status,
    webhook_delivery.c.error,
    webhook_delivery.c.milliseconds,
    webhook_delivery.c.attempted_at,
)


async def insert_webhook(tx: Transaction, new: Webhook) -> None:
    """Store a new webhook."""
    values = {name: getattr(new, name) for name in Webhook.__slots__}
    await tx.run(insert(webhook), {**values, "events": json.dumps(new.events)})


async def find_webhook(tx: Transaction, webhook_id: str, *, owner_id: str | None = None) -> Webhook | None:
    """Find a webhook (of one owner only)."""
    owned = () if owner_id is None else (webhook.c.owner_id == owner_id,)
    row = await tx.row(select(*_WEBHOOK).where(webhook.c.id == webhook_id, *owned))
    return None if row is None else _webhook(row)


async def list_webhooks(tx: Transaction, *, owner_id: str | None, limit: int) -> list[Webhook]:
    """List webhooks of one owner or of all, the newest first."""
    query = select(*_WEBHOOK)
    if owner_id is not None:
        query = query.where(webhook.c.owner_id == owner_id)
    rows = await tx.rows(query.order_by(webhook.c.created_at.desc(), webhook.c.id).limit(limit))
    return [_webhook(row) for row in rows]


async def active_webhook_ids(tx: Transaction) -> set[str]:
    """List the webhooks that want to be told."""
    return {row[0] for row in await tx.rows(select(webhook.c.id).where(webhook.c.is_active))}


async def change_webhook(tx: Transaction, webhook_id: str, changes: Mapping[str, object]) -> None:
    """Change what an owner may change."""
    values = dict(changes)
    if "events" in values:
        values["events"] = json.dumps(values["events"])
    if values:
        await tx.run(update(webhook).where(webhook.c.id == webhook_id).values(values))


async def silence_webhooks(tx: Transaction, owner_id: str, *, made_before: Instant) -> None:
    """Have those webhooks of an owner told nothing that were made before an instant."""
    of_then = (webhook.c.owner_id == owner_id, webhook.c.created_at < made_before)
    await tx.run(update(webhook).where(*of_then).values(is_active=False))


async def delete_webhook(tx: Transaction, webhook_id: str, *, owner_id: str | None) -> bool:
    """Delete a webhook (of one owner only) with its delivery log; False when there is none."""
    owned = () if owner_id is None else (webhook.c.owner_id == owner_id,)
    if await tx.run(delete(webhook).where(webhook.c.id == webhook_id, *owned)) == 0:
        return False
    await tx.run(delete(webhook_delivery).where(webhook_delivery.c.webhook_id == webhook_id))
    return True


async def move_webhook(
    tx: Transaction, webhook_id: str, before: Told, after: Told, *, failures: int, next_attempt_at: Instant
) -> bool:
    """Note how far a webhook was told and when to go on; False when somebody else has told it meanwhile."""
    unmoved = (webhook.c.sequence == before.sequence, webhook.c.part == before.part)
    moved = await tx.run(
        update(webhook)
        .where(webhook.c.id == webhook_id, *unmoved)
        .values(sequence=after.sequence, part=after.part, failures=failures, next_attempt_at=next_attempt_at)
    )
    return moved == 1


async def insert_delivery(
    tx: Transaction, webhook_id: str, *, told: Told, event: str, attempt: int, outcome: Attempt
) -> None:
    """Keep one attempt in the delivery log; `told` names the event by its entry and its place there."""
    await tx.run(
        insert(webhook_delivery),
        {
            "webhook_id": webhook_id,
            "sequence": told.sequence,
            "part": told.part,
            "event": event,
            "attempt": attempt,
            "status": outcome.status,
            "error": outcome.error,
            "milliseconds": outcome.milliseconds,
            "attempted_at": outcome.at,
        },
    )


async def list_deliveries(tx: Transaction, webhook_id: str, *, before: int | None, limit: int) -> list[Delivery]:
    """List attempts, the newest first."""
    query = select(*_DELIVERY).where(webhook_delivery.c.webhook_id == webhook_id)
    if before is not None:
        query = query.where(webhook_delivery.c.id < before)
    return [_delivery(row) for row in await tx.rows(query.order_by(webhook_delivery.c.id.desc()).limit(limit))]


async def find_delivery(tx: Transaction, webhook_id: str, delivery_id: int) -> Delivery | None:
    """Find one attempt."""
    query = select(*_DELIVERY).where(webhook_delivery.c.webhook_id == webhook_id, webhook_delivery.c.id == delivery_id)
    row = await tx.row(query)
    return None if row is None else _delivery(row)


async def forget_deliveries(tx: Transaction, *, before: Instant) -> int:
    """Delete attempts older than an instant; gives how many."""
    return await tx.run(delete(webhook_delivery).where(webhook_delivery.c.attempted_at < before))


def _webhook(row: AnyRow) -> Webhook:
    values = dict(zip(Webhook.__slots__, row, strict=True))
    return Webhook(**{**values, "events": tuple(json.loads(values["events"]))})


def _delivery(row: AnyRow) -> Delivery:
    outcome = Attempt(row.status, row.error, row.milliseconds, row.attempted_at)
    return Delivery(row.id, row.webhook_id, row.sequence, row.part, row.event, row.attempt, outcome)
