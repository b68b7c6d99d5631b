"""Webhooks: programs of others are told of events, in order, at least once."""
