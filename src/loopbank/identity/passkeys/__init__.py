"""Passkeys: signing in with a key that a device keeps and its owner unlocks."""

from loopbank.identity.passkeys.store import forget_passkeys

__all__ = ["forget_passkeys"]
