"""Who did what to the safety of an account, found by person."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OF_SECURITY = "topic = 'security.acted'"


def upgrade() -> None:
    """Index the facts of one topic by their subject."""
    schema = None if op.get_bind().dialect.name == "sqlite" else "log"
    where = sa.text(_OF_SECURITY)
    op.create_index(
        "log_entry_security",
        "log_entry",
        ["subject", "sequence"],
        schema=schema,
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_index(
        "log_entry_security_latest",
        "log_entry",
        ["sequence"],
        schema=schema,
        sqlite_where=where,
        postgresql_where=where,
    )
