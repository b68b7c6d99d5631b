"""Webhooks with how far each has read the log, their deliveries, and a short way to what administrators did."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_AUDITED = "topic = 'admin.acted'"


def upgrade() -> None:
    """Create the webhooks, their deliveries and the index of the audit log."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    schema = None if is_sqlite else "log"
    number = sa.Integer() if is_sqlite else sa.BigInteger()
    op.create_table(
        "webhook",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner_id", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("sealed_secret", sa.Text, nullable=False),
        sa.Column("sealed_old_secret", sa.Text),
        sa.Column("old_secret_ends_at", sa.BigInteger),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("part", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.BigInteger, nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger, nullable=False),
        schema=schema,
    )
    op.create_index("webhook_owner", "webhook", ["owner_id"], schema=schema)
    op.create_table(
        "webhook_delivery",
        sa.Column("id", number, sa.Identity(always=True), primary_key=True),
        sa.Column("webhook_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("part", sa.BigInteger, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("attempt", sa.BigInteger, nullable=False),
        sa.Column("status", sa.BigInteger),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("milliseconds", sa.BigInteger, nullable=False),
        sa.Column("attempted_at", sa.BigInteger, nullable=False),
        schema=schema,
        sqlite_autoincrement=True,
    )
    op.create_index("webhook_delivery_of", "webhook_delivery", ["webhook_id", "id"], schema=schema)
    op.create_index("webhook_delivery_age", "webhook_delivery", ["attempted_at"], schema=schema)
    op.create_index(
        "log_entry_audited",
        "log_entry",
        ["sequence"],
        schema=schema,
        sqlite_where=sa.text(_AUDITED),
        postgresql_where=sa.text(_AUDITED),
    )
