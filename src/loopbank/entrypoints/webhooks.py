"""Webhooks put together: the routes of a service, and the couriers of a worker."""

from fastapi import APIRouter

from loopbank.access import Guard, RateLimits
from loopbank.bank import Bank
from loopbank.entrypoints.service import Part
from loopbank.events import LogMetrics
from loopbank.events.webhooks import SECRET_PURPOSE, Addresses, Couriers, Sender, Webhooks
from loopbank.foundation.clock import system_clock
from loopbank.foundation.seals import Seal
from loopbank.foundation.settings import Installation
from loopbank.partners import PARTNER_TOPICS, PartnerNews
from loopbank.partners.webhook_routes import WebhookRoutes


def build_webhook_routes(
    settings: Installation, bank: Bank, guard: Guard, rate_limits: RateLimits
) -> tuple[APIRouter, Part]:
    """Build what owners of webhooks call, and what ends with it."""
    seal = Seal(settings.secret_key, SECRET_PURPOSE)
    addresses = Addresses(private_are_allowed=settings.webhook_private_addresses)
    webhooks = Webhooks(
        bank.database,
        addresses=addresses,
        sender=Sender(addresses, seal, system_clock),
        seal=seal,
        translate=PartnerNews(bank).events_of,
        clock=system_clock,
    )
    return WebhookRoutes(webhooks, guard, rate_limits).router, Part(stop=webhooks.close)


def build_couriers(settings: Installation, bank: Bank, *, holder: str, metrics: LogMetrics) -> Couriers:
    """Build what tells the webhooks."""
    addresses = Addresses(private_are_allowed=settings.webhook_private_addresses)
    return Couriers(
        bank.database,
        Sender(addresses, Seal(settings.secret_key, SECRET_PURPOSE), system_clock),
        translate=PartnerNews(bank).events_of,
        topics=PARTNER_TOPICS,
        holder=holder,
        clock=system_clock,
        metrics=metrics,
    )
