"""Partners: what programs of others are told, and the routes with which their makers handle that."""

from loopbank.partners.news import PARTNER_TOPICS, PartnerNews
from loopbank.partners.owners import WebhookOwners

__all__ = ["PARTNER_TOPICS", "PartnerNews", "WebhookOwners"]
