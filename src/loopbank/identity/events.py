"""What the Authentication Service tells the rest of the house, in the transaction of the change itself."""

from loopbank.access import Role
from loopbank.events import Fact
from loopbank.foundation.clock import Instant


def user_registered(*, person_id: str, name: str, role: Role, faction: str | None, at: Instant) -> Fact:
    """Tell that a person joined the bank."""
    payload = {"character_name": name, "role": role.name, "faction": faction}
    return Fact(topic="user.registered", subject=person_id, payload=payload, at=at)


def user_verified(*, person_id: str, at: Instant) -> Fact:
    """Tell that a person proved an address to be theirs."""
    return Fact(topic="user.verified", subject=person_id, payload={}, at=at)


def user_renamed(*, person_id: str, name: str, at: Instant) -> Fact:
    """Tell that a person goes by another name."""
    return Fact(topic="user.renamed", subject=person_id, payload={"character_name": name}, at=at)


def role_changed(*, person_id: str, before: Role, after: Role, actor: str, at: Instant) -> Fact:
    """Tell that a person may do more or less than before."""
    payload = {"before": before.name, "after": after.name, "actor": actor}
    return Fact(topic="role.changed", subject=person_id, payload=payload, at=at)


def user_deactivated(*, person_id: str, actor: str, at: Instant) -> Fact:
    """Tell that a person was shut out."""
    return Fact(topic="user.deactivated", subject=person_id, payload={"actor": actor}, at=at)


def user_restored(*, person_id: str, actor: str, at: Instant) -> Fact:
    """Tell that a person who was shut out may sign in again."""
    return Fact(topic="user.restored", subject=person_id, payload={"actor": actor}, at=at)


def session_revoked(*, person_id: str, session_id: str, reason: str, at: Instant) -> Fact:
    """Tell that a session ended before its time."""
    payload = {"session_id": session_id, "reason": reason}
    return Fact(topic="session.revoked", subject=person_id, payload=payload, at=at)


def password_changed(*, person_id: str, at: Instant) -> Fact:
    """Tell that a person chose a new password."""
    return Fact(topic="password.changed", subject=person_id, payload={}, at=at)
