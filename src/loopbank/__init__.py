"""Loopbank: a self-hosted bank for a closed-loop currency."""

__version__ = "0.1.0"
