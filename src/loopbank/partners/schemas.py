"""HTTP shapes of webhooks (camelCase)."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from loopbank.events.webhooks import URL_LENGTH_MAX, Attempt, Delivery, Webhook
from loopbank.foundation.clock import to_rfc3339
from loopbank.foundation.requests import PlainText, StrictBody

_CAMEL = ConfigDict(alias_generator=to_camel, populate_by_name=True)
_URL = "https://shop.example.com/loopbank"

EventName = Literal["transaction.created", "user.registered", "user.verified", "balance.updated", "treasury.updated"]
Url = Annotated[PlainText, StringConstraints(min_length=1, max_length=URL_LENGTH_MAX), Field(examples=[_URL])]
Events = Annotated[list[EventName], Field(min_length=1, max_length=10, examples=[["transaction.created"]])]
Description = Annotated[PlainText, StringConstraints(max_length=200), Field(examples=["The web shop"])]
Time = Annotated[str, Field(examples=["2026-01-31T12:00:00.000000Z"])]


class WebhookBody(StrictBody):
    """An address to tell, and of what."""

    model_config = _CAMEL
    url: Url
    events: Events
    description: Description = ""


class WebhookChangeBody(StrictBody):
    """What to change; what is left out stays."""

    model_config = _CAMEL
    url: Url | None = None
    events: Events | None = None
    description: Description | None = None
    is_active: Annotated[bool, Field(examples=[True])] | None = None


class WebhookView(BaseModel):
    """A webhook."""

    model_config = _CAMEL
    id: str = Field(examples=["wh_4b4f6f5e3d594c399a666f7a0f2f9c11"])
    url: str = Field(examples=[_URL])
    events: list[str] = Field(examples=[["transaction.created"]])
    description: str = Field(examples=["The web shop"])
    is_active: bool = Field(examples=[True])
    failures: int = Field(description="Attempts that have failed one after the other.", examples=[0])
    next_attempt_at: str | None = Field(examples=[None])
    created_at: Time


class WebhookWithSecret(WebhookView):
    """A webhook with its secret, which is shown only here."""

    secret: str = Field(examples=["whsec_" + "A" * 43 + "="])


class WebhookSecretAnswer(BaseModel):
    """A webhook that was made or has a new secret."""

    model_config = _CAMEL
    message: str = Field(examples=["Webhook created. Its secret is shown only this once."])
    webhook: WebhookWithSecret


class WebhookAnswer(BaseModel):
    """A webhook."""

    model_config = _CAMEL
    webhook: WebhookView


class WebhooksAnswer(BaseModel):
    """Webhooks, the newest first."""

    model_config = _CAMEL
    webhooks: list[WebhookView]


class DeletedAnswer(BaseModel):
    """What was done."""

    model_config = _CAMEL
    message: str = Field(examples=["Webhook deleted"])


class AttemptAnswer(BaseModel):
    """What came of an attempt."""

    model_config = _CAMEL
    delivered: bool = Field(examples=[True])
    status: int | None = Field(description="What the receiver answered.", examples=[200])
    error: str = Field(examples=[""])
    milliseconds: int = Field(examples=[42])


class DeliveryView(AttemptAnswer):
    """One attempt in the delivery log."""

    id: int = Field(examples=[7])
    event_id: str = Field(examples=["evt_42_0"])
    event: str = Field(examples=["transaction.created"])
    sequence: int = Field(examples=[42])
    attempt: int = Field(examples=[1])
    attempted_at: Time


class DeliveriesAnswer(BaseModel):
    """Attempts, the newest first."""

    model_config = _CAMEL
    deliveries: list[DeliveryView]
    next_cursor: str | None = Field(examples=["7"])


def webhook_view(hook: Webhook) -> dict[str, Any]:
    """Show a webhook."""
    return {
        "id": hook.id,
        "url": hook.url,
        "events": list(hook.events),
        "description": hook.description,
        "isActive": hook.is_active,
        "failures": hook.failures,
        "nextAttemptAt": to_rfc3339(hook.next_attempt_at) if hook.failures else None,
        "createdAt": to_rfc3339(hook.created_at),
    }


def attempt_view(outcome: Attempt) -> dict[str, Any]:
    """Show what came of an attempt."""
    return {
        "delivered": outcome.is_delivered,
        "status": outcome.status,
        "error": outcome.error,
        "milliseconds": outcome.milliseconds,
    }


def delivery_view(delivery: Delivery) -> dict[str, Any]:
    """Show an attempt of the delivery log."""
    return {
        "id": delivery.id,
        "eventId": f"evt_{delivery.sequence}_{delivery.part}",
        "event": delivery.event,
        "sequence": delivery.sequence,
        "attempt": delivery.attempt,
        "attemptedAt": to_rfc3339(delivery.outcome.at),
        **attempt_view(delivery.outcome),
    }
