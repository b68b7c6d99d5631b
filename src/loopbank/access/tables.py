"""The API keys' table: the hash of each key, never the key."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, MetaData, Table, Text

metadata = MetaData(schema="coin")

api_key = Table(
    "api_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("prefix", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("permission", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("owner_name", Text, nullable=False),
    Column("allowed_accounts", Text, nullable=False),
    Column("spend_limit_per_day", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("use_count", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
    CheckConstraint("permission IN ('read', 'write', 'admin')", name="api_key_permission_known"),
    CheckConstraint("spend_limit_per_day > 0", name="api_key_spend_limit_positive"),
    Index("api_key_owner", "owner_id"),
)
