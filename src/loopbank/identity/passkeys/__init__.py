"""Passkeys: signing in with a key that a device keeps and its owner unlocks."""
