"""What the provider tells the rest of the house, in the transaction of the change itself."""

from loopbank.events import Fact
from loopbank.foundation.clock import Instant
from loopbank.identity.oauth.model import StoredGrant
from loopbank.identity.oauth.scopes import write_scopes


def grant_given(grant: StoredGrant, *, client_name: str) -> Fact:
    """Tell that a person let an app do something in their name; the limit is in minor units."""
    payload = {
        "grant_id": grant.id,
        "client_id": grant.client_id,
        "client_name": client_name,
        "scope": write_scopes(grant.scopes),
        "spend_limit": grant.spend_limit,
    }
    return Fact(topic="grant.given", subject=grant.person_id, payload=payload, at=grant.created_at)


def grant_revoked(grant: StoredGrant, *, at: Instant) -> Fact:
    """Tell that a grant ended."""
    payload = {"grant_id": grant.id, "client_id": grant.client_id}
    return Fact(topic="grant.revoked", subject=grant.person_id, payload=payload, at=at)


def family_revoked(*, family_id: str, grant_id: str, reason: str, at: Instant) -> Fact:
    """Tell that the tokens of one sign-in to an app ended before their time."""
    payload = {"family_id": family_id, "reason": reason}
    return Fact(topic="family.revoked", subject=grant_id, payload=payload, at=at)
