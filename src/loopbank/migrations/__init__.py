"""Migrations: `migrate(url)` brings a database to this release's tables, `is_current(url)` tells whether it is there.

Laws:
 - A branch is a folder with `versions`: one line of revisions named 0001, 0002, …, with its own version table.
 - Migrations only go forward. A database that a newer release has already migrated is left as it is, so that the
   previous release can start beside the new one.
 - Every branch runs in one transaction, under a lock: two starts at once migrate once.
"""

from loopbank.migrations.runner import is_current, migrate

__all__ = ["is_current", "migrate"]
