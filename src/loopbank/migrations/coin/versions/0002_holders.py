"""Holders: who holds which account, as the Authentication Service last told."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the holders."""
    op.create_table(
        "holder",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("account_number", sa.Text, nullable=False, unique=True),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("faction", sa.Text, nullable=False),
        sa.Column("profile_picture", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        schema=None if op.get_bind().dialect.name == "sqlite" else "coin",
    )
