"""The OAuth 2.1 and OpenID Connect provider: programs of others that people sign in to with their account."""

from loopbank.identity.oauth.clients import remove_clients, rest_clients, wake_clients
from loopbank.identity.oauth.families import withdraw_grants
from loopbank.identity.oauth.provider import Provider, Surroundings

__all__ = ["Provider", "Surroundings", "remove_clients", "rest_clients", "wake_clients", "withdraw_grants"]
