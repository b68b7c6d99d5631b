"""API keys of programs, and what the items of a list of payments say for themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the keys and the notes of transfers."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    schema = None if is_sqlite else "coin"
    op.create_table(
        "api_key",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("hash", sa.Text, nullable=False, unique=True),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("permission", sa.Text, nullable=False),
        sa.Column("owner_id", sa.Text, nullable=False),
        sa.Column("owner_name", sa.Text, nullable=False),
        sa.Column("allowed_accounts", sa.Text, nullable=False),
        sa.Column("spend_limit_per_day", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
        sa.Column("use_count", sa.BigInteger, nullable=False),
        sa.Column("last_used_at", sa.BigInteger),
        sa.CheckConstraint("permission IN ('read', 'write', 'admin')", name="api_key_permission_known"),
        sa.CheckConstraint("spend_limit_per_day > 0", name="api_key_spend_limit_positive"),
        schema=schema,
    )
    op.create_index("api_key_owner", "api_key", ["owner_id"], schema=schema)
    op.create_table(
        "transfer_note",
        sa.Column("transfer_id", sa.Integer() if is_sqlite else sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("text", sa.Text, nullable=False),
        schema=schema,
    )
