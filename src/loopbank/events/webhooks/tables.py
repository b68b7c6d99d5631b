"""The webhooks' tables: who is told what, how far each has been told, and every attempt to tell."""

from sqlalchemy import BigInteger, Boolean, Column, Identity, Index, Integer, MetaData, Table, Text

metadata = MetaData(schema="log")

# SQLite's rowid tables need the exact type INTEGER for the key to be the row's own number.
_Id = BigInteger().with_variant(Integer, "sqlite")

webhook = Table(
    "webhook",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner_id", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("sealed_secret", Text, nullable=False),
    Column("sealed_old_secret", Text),
    Column("old_secret_ends_at", BigInteger),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    # How far it has been told: every event up to this entry, and of the next entry so many events.
    Column("sequence", BigInteger, nullable=False),
    Column("part", BigInteger, nullable=False),
    Column("failures", BigInteger, nullable=False),
    Column("next_attempt_at", BigInteger, nullable=False),
    Index("webhook_owner", "owner_id"),
)

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("id", _Id, Identity(always=True), primary_key=True),
    Column("webhook_id", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("part", BigInteger, nullable=False),
    Column("event", Text, nullable=False),
    Column("attempt", BigInteger, nullable=False),
    Column("status", BigInteger),
    Column("error", Text, nullable=False),
    Column("milliseconds", BigInteger, nullable=False),
    Column("attempted_at", BigInteger, nullable=False),
    Index("webhook_delivery_of", "webhook_id", "id"),
    Index("webhook_delivery_age", "attempted_at"),
    sqlite_autoincrement=True,
)
