"""Factions that staff have founded; people name theirs in their profile."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the factions."""
    op.create_table(
        "faction",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        schema=None if op.get_bind().dialect.name == "sqlite" else "coin",
    )
