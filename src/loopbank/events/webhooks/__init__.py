"""Webhooks: programs of others are told of events, in order, at least once."""

from loopbank.events.webhooks.addresses import URL_LENGTH_MAX, Addresses
from loopbank.events.webhooks.couriers import Couriers
from loopbank.events.webhooks.errors import UnacceptableUrl, UnknownDelivery, UnknownWebhook
from loopbank.events.webhooks.sending import SECRET_PURPOSE, Sender
from loopbank.events.webhooks.service import Webhooks, silence_webhooks
from loopbank.events.webhooks.words import Attempt, Delivery, Translate, Webhook, WebhookEvent

__all__ = [
    "SECRET_PURPOSE",
    "URL_LENGTH_MAX",
    "Addresses",
    "Attempt",
    "Couriers",
    "Delivery",
    "Sender",
    "Translate",
    "UnacceptableUrl",
    "UnknownDelivery",
    "UnknownWebhook",
    "Webhook",
    "WebhookEvent",
    "Webhooks",
    "silence_webhooks",
]
