"""Webhooks as their owners handle them: made, changed, tried out, looked into, given a new secret, deleted."""

from collections.abc import Mapping, Sequence

from loopbank.events.log import log_head, read_entries
from loopbank.events.webhooks import store
from loopbank.events.webhooks.addresses import Addresses
from loopbank.events.webhooks.errors import UnknownDelivery, UnknownWebhook
from loopbank.events.webhooks.sending import Sender
from loopbank.events.webhooks.signatures import new_webhook_secret
from loopbank.events.webhooks.words import TEST_EVENT, Attempt, Delivery, Told, Translate, Webhook, WebhookEvent
from loopbank.foundation.clock import Clock, Instant, later
from loopbank.foundation.database import Database
from loopbank.foundation.ids import new_id
from loopbank.foundation.seals import Seal

OLD_SECRET_SECONDS = 24 * 3_600
_LISTED_MAX = 200


class Webhooks:
    """The webhooks of one installation; `owner_id` None stands for staff, who see all of them."""

    def __init__(
        self,
        database: Database,
        *,
        addresses: Addresses,
        sender: Sender,
        seal: Seal,
        translate: Translate,
        clock: Clock,
    ) -> None:
        self._database = database
        self._addresses = addresses
        self._sender = sender
        self._seal = seal
        self._translate = translate
        self._clock = clock

    async def close(self) -> None:
        """Close the connections of trials."""
        await self._sender.close()

    async def create(self, owner_id: str, *, url: str, events: Sequence[str], description: str) -> tuple[Webhook, str]:
        """Make a webhook that is told of everything from now on; gives its secret too. Raises UnacceptableUrl."""
        self._addresses.check(url)
        secret, webhook_id = new_webhook_secret(), f"wh_{new_id().replace('-', '')}"
        async with self._database.transaction() as tx:
            hook = Webhook(
                id=webhook_id,
                owner_id=owner_id,
                url=url,
                description=description,
                events=tuple(dict.fromkeys(events)),
                sealed_secret=self._seal.close(secret.encode(), webhook_id),
                sealed_old_secret=None,
                old_secret_ends_at=None,
                is_active=True,
                created_at=self._clock(),
                sequence=await log_head(tx),
                part=0,
                failures=0,
                next_attempt_at=Instant(0),
            )
            await store.insert_webhook(tx, hook)
        return hook, secret

    async def list(self, owner_id: str | None) -> Sequence[Webhook]:
        """List webhooks, the newest first."""
        async with self._database.reading() as tx:
            return await store.list_webhooks(tx, owner_id=owner_id, limit=_LISTED_MAX)

    async def find(self, owner_id: str | None, webhook_id: str) -> Webhook:
        """Give a webhook. Raises UnknownWebhook."""
        async with self._database.reading() as tx:
            hook = await store.find_webhook(tx, webhook_id, owner_id=owner_id)
        if hook is None:
            raise UnknownWebhook
        return hook

    async def change(self, owner_id: str | None, webhook_id: str, changes: Mapping[str, object]) -> Webhook:
        """Change address, events, description or whether it is told; a change makes the next attempt due at once.

        Raises UnknownWebhook or UnacceptableUrl.
        """
        await self.find(owner_id, webhook_id)
        if isinstance(url := changes.get("url"), str):
            self._addresses.check(url)
        async with self._database.transaction() as tx:
            await store.change_webhook(tx, webhook_id, {**changes, "next_attempt_at": Instant(0)})
        return await self.find(owner_id, webhook_id)

    async def delete(self, owner_id: str | None, webhook_id: str) -> None:
        """Delete a webhook. Raises UnknownWebhook."""
        async with self._database.transaction() as tx:
            if not await store.delete_webhook(tx, webhook_id, owner_id=owner_id):
                raise UnknownWebhook

    async def rotate_secret(self, owner_id: str | None, webhook_id: str) -> tuple[Webhook, str]:
        """Give a webhook a new secret; the old one signs beside it for a day. Raises UnknownWebhook."""
        hook = await self.find(owner_id, webhook_id)
        secret = new_webhook_secret()
        changes = {
            "sealed_secret": self._seal.close(secret.encode(), webhook_id),
            "sealed_old_secret": hook.sealed_secret,
            "old_secret_ends_at": later(self._clock(), OLD_SECRET_SECONDS),
        }
        async with self._database.transaction() as tx:
            await store.change_webhook(tx, webhook_id, changes)
        return await self.find(owner_id, webhook_id), secret

    async def try_out(self, owner_id: str | None, webhook_id: str) -> Attempt:
        """Send a test event now. Raises UnknownWebhook."""
        hook = await self.find(owner_id, webhook_id)
        now = self._clock()
        event = WebhookEvent(TEST_EVENT, {"webhookId": hook.id})
        return await self._sender.send(hook, event, Told(0, now), happened_at=now)

    async def deliveries(
        self, owner_id: str | None, webhook_id: str, *, before: int | None, limit: int
    ) -> Sequence[Delivery]:
        """List attempts to tell a webhook, the newest first. Raises UnknownWebhook."""
        await self.find(owner_id, webhook_id)
        async with self._database.reading() as tx:
            return await store.list_deliveries(tx, webhook_id, before=before, limit=limit)

    async def redeliver(self, owner_id: str | None, webhook_id: str, delivery_id: int) -> Attempt:
        """Tell an event once more, now and out of its order. Raises UnknownWebhook or UnknownDelivery."""
        hook = await self.find(owner_id, webhook_id)
        async with self._database.reading() as tx:
            delivery = await store.find_delivery(tx, webhook_id, delivery_id)
            entries = [] if delivery is None else await read_entries(tx, delivery.sequence - 1, 1)
        if delivery is None or not entries or entries[0].sequence != delivery.sequence:
            raise UnknownDelivery
        event = (await self._translate(entries[0]))[delivery.part]
        told = Told(delivery.sequence, delivery.part)
        outcome = await self._sender.send(hook, event, told, happened_at=entries[0].at)
        async with self._database.transaction() as tx:
            await store.insert_delivery(
                tx, hook.id, told=told, event=event.name, attempt=delivery.attempt + 1, outcome=outcome
            )
        return outcome


async def silence_webhooks(database: Database, owner_id: str, *, made_before: Instant) -> None:
    """Have those webhooks of an owner told nothing that were made before an instant; harmless to repeat."""
    async with database.transaction() as tx:
        await store.silence_webhooks(tx, owner_id, made_before=made_before)
