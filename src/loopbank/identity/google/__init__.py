"""Signing in with an account that somebody has elsewhere."""

from loopbank.identity.google.store import forget_outside_accounts

__all__ = ["forget_outside_accounts"]
