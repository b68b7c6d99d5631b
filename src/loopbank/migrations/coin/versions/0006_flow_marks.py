"""Marks up to which an account's flow is summed up, so that a look at it costs no more with the years."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the marks."""
    op.create_table(
        "flow_mark",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("upto", sa.BigInteger, nullable=False),
        sa.Column("sent_count", sa.BigInteger, nullable=False),
        sa.Column("sent", sa.BigInteger, nullable=False),
        sa.Column("received_count", sa.BigInteger, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        schema=None if op.get_bind().dialect.name == "sqlite" else "coin",
    )
