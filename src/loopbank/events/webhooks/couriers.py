"""Couriers: one per webhook, each telling its events in order, at least once, and never holding up another.

A courier reads the log from where its webhook stands. A failure leaves it standing there and is tried again, later and
later, for three days; then that event is given up and the next one tried. Any worker may take a courier's next turn,
one at a time under a lease.
"""

import asyncio
from collections.abc import Sequence

import structlog

from loopbank.events.leases import Lease
from loopbank.events.log import LogEntry, log_head, read_entries
from loopbank.events.metrics import LogMetrics
from loopbank.events.turns import Turns
from loopbank.events.webhooks import store
from loopbank.events.webhooks.sending import Sender
from loopbank.events.webhooks.words import Attempt, Told, Translate, Webhook, WebhookEvent
from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, Clock, Instant, later
from loopbank.foundation.database import Database

GIVE_UP_SECONDS = 3 * 86_400
KEPT_SECONDS = 30 * 86_400

_RETRY_SECONDS = (5, 15, 45, 120, 300, 600, 1_200, 1_800)
_ENTRIES_PER_TURN = 50
_LEASE_SECONDS = 120
_MOVE_AFTER_ENTRIES = 10_000
_SECONDS_BETWEEN_SWEEPS = 3_600

log = structlog.get_logger("loopbank.webhooks")


class Courier:
    """Tells one webhook."""

    def __init__(
        self,
        webhook_id: str,
        database: Database,
        sender: Sender,
        *,
        translate: Translate,
        topics: Sequence[str],
        holder: str,
        clock: Clock,
    ) -> None:
        self._webhook_id = webhook_id
        self._database = database
        self._sender = sender
        self._translate = translate
        self._topics = topics
        self._clock = clock
        self._lease = Lease(f"webhook:{webhook_id}", holder, clock, seconds=_LEASE_SECONDS)
        self._looked_through = 0
        self._waits_since: Instant | None = None

    @property
    def lag_seconds(self) -> float:
        """Give the age of the event that could not be told yet; 0 when none waits."""
        waits_since = self._waits_since
        return 0.0 if waits_since is None else max(0, self._clock() - waits_since) / MICROSECONDS_PER_SECOND

    async def take_turn(self) -> bool:
        """Tell what is next; False when there is nothing to tell now."""
        async with self._database.reading() as tx:
            hook = await store.find_webhook(tx, self._webhook_id)
            if hook is None or not hook.is_active or hook.next_attempt_at > self._clock():
                return False
            begin = max(hook.sequence, self._looked_through)
            head = await log_head(tx)
            if head <= begin or await self._lease.is_held_by_another(tx):
                self._waits_since = None
                return False
            entries = await read_entries(tx, begin, _ENTRIES_PER_TURN, self._topics)
        if not entries:
            await self._pass_by(hook, head)
            return False
        async with self._database.transaction() as tx:
            if not await self._lease.take(tx):
                return False
        return await self._tell_all(hook, entries)

    async def give_back(self) -> None:
        """Let another worker take the next turn at once."""
        await self._lease.give_back(self._database)

    async def _tell_all(self, hook: Webhook, entries: Sequence[LogEntry]) -> bool:
        """Tell the events of some entries in order until one fails; gives whether all went well."""
        told, failures = hook.told, hook.failures
        for entry in entries:
            events = await self._translate(entry)
            for part, event in enumerate(events[told.part :], told.part):
                if event.name not in hook.events:
                    continue
                outcome = await self._sender.send(hook, event, Told(entry.sequence, part), happened_at=entry.at)
                after = await self._note(hook, told, entry, event, part=part, outcome=outcome, failures=failures)
                if after is None:
                    return False
                told, failures = after, 0
            told = await self._leave(hook, told, Told(entry.sequence, 0), failures)
        return True

    async def _note(
        self,
        hook: Webhook,
        told: Told,
        entry: LogEntry,
        event: WebhookEvent,
        *,
        part: int,
        outcome: Attempt,
        failures: int,
    ) -> Told | None:
        """Keep an attempt and how far the webhook stands after it; None when it must be tried again later."""
        is_over = later(entry.at, GIVE_UP_SECONDS) <= outcome.at
        goes_on = outcome.is_delivered or is_over
        after = Told(entry.sequence - 1, part + 1) if goes_on else told
        next_at = Instant(0) if goes_on else _next_attempt(outcome.at, failures)
        async with self._database.transaction() as tx:
            await store.insert_delivery(
                tx,
                hook.id,
                told=Told(entry.sequence, part),
                event=event.name,
                attempt=failures + 1,
                outcome=outcome,
            )
            kept = 0 if goes_on else failures + 1
            # A slow receiver must not outlive the lease.
            is_ours = await self._lease.take(tx)
            if not is_ours or not await store.move_webhook(
                tx, hook.id, told, after, failures=kept, next_attempt_at=next_at
            ):
                raise LostWebhook(hook.id)
        self._waits_since = None if goes_on else entry.at
        if not goes_on:
            log.warning("webhook not told", webhook=hook.id, attempt=failures + 1, error=outcome.error)
        return after if goes_on else None

    async def _leave(self, hook: Webhook, told: Told, after: Told, failures: int) -> Told:
        """Leave an entry behind; when nothing of it was told, the next write is early enough to say so."""
        self._looked_through = after.sequence
        if told.part == 0:
            return told
        async with self._database.transaction() as tx:
            if not await store.move_webhook(
                tx, hook.id, told, after, failures=failures, next_attempt_at=hook.next_attempt_at
            ):
                raise LostWebhook(hook.id)
        return after

    async def _pass_by(self, hook: Webhook, head: int) -> None:
        """Go past entries that are nothing for anybody; only many of them are worth a write."""
        self._looked_through = head
        if head - hook.sequence >= _MOVE_AFTER_ENTRIES and hook.part == 0:
            async with self._database.transaction() as tx:
                await store.move_webhook(
                    tx, hook.id, hook.told, Told(head, 0), failures=hook.failures, next_attempt_at=hook.next_attempt_at
                )


class LostWebhook(Exception):
    """Somebody else has told this webhook meanwhile; this turn's write is rolled back."""


class Couriers:
    """Keeps a courier on the way for every webhook that wants to be told."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        *,
        translate: Translate,
        topics: Sequence[str],
        holder: str,
        clock: Clock,
        metrics: LogMetrics,
    ) -> None:
        self._database = database
        self._sender = sender
        self._translate = translate
        self._topics = topics
        self._holder = holder
        self._clock = clock
        self._lag_seconds = metrics.webhook_lag_seconds
        self._swept_at = Instant(0)
        self._turns: dict[str, tuple[Courier, Turns]] = {}
        self._watch = Turns("webhooks", self._keep_up)

    def start(self) -> None:
        """Send the couriers out."""
        self._watch.start()

    def wake(self) -> None:
        """Have every courier look at once: entries were sealed."""
        self._watch.wake()
        for _, turns in self._turns.values():
            turns.wake()

    async def stop(self) -> None:
        """Let the present turns end and call the couriers back."""
        await self._watch.stop()
        await asyncio.gather(*(self._call_back(webhook_id) for webhook_id in list(self._turns)))
        await self._sender.close()

    async def _keep_up(self) -> bool:
        async with self._database.reading() as tx:
            wanted = await store.active_webhook_ids(tx)
        for webhook_id in wanted - self._turns.keys():
            self._send_out(webhook_id)
        for webhook_id in self._turns.keys() - wanted:
            await self._call_back(webhook_id)
        self._lag_seconds.set(max((courier.lag_seconds for courier, _ in self._turns.values()), default=0.0))
        await self._sweep()
        return False

    def _send_out(self, webhook_id: str) -> None:
        courier = Courier(
            webhook_id,
            self._database,
            self._sender,
            translate=self._translate,
            topics=self._topics,
            holder=self._holder,
            clock=self._clock,
        )
        turns = Turns(f"webhook {webhook_id}", courier.take_turn)
        self._turns[webhook_id] = (courier, turns)
        turns.start()

    async def _call_back(self, webhook_id: str) -> None:
        courier, turns = self._turns.pop(webhook_id)
        await turns.stop()
        await courier.give_back()

    async def _sweep(self) -> None:
        """Forget old deliveries, once an hour."""
        now = self._clock()
        if now < later(self._swept_at, _SECONDS_BETWEEN_SWEEPS):
            return
        self._swept_at = now
        async with self._database.transaction() as tx:
            await store.forget_deliveries(tx, before=later(now, -KEPT_SECONDS))


def _next_attempt(now: Instant, failures: int) -> Instant:
    return later(now, _RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)])
