"""Terminals: what devices and programs do with nothing but an API key, on the event face."""
