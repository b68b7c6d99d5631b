"""Clients rest without their developer: revocations can be taken back for them, as for people."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KNOWN = (
    "kind IN ('session_revoked', 'person_deactivated', 'person_restored', 'role_changed', "
    "'client_revoked', 'client_restored', 'grant_revoked', 'family_revoked')"
)


def upgrade() -> None:
    """Let revocations say that a client works again."""
    if op.get_bind().dialect.name == "sqlite":
        _build_anew_on_sqlite()
        return
    op.drop_constraint("revocation_kind_known", "revocation", schema="auth")
    op.create_check_constraint("revocation_kind_known", "revocation", _KNOWN, schema="auth")


def _build_anew_on_sqlite() -> None:
    """Move the rows to a table with the wider constraint, which SQLite cannot change."""
    op.create_table(
        "revocation_after",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.CheckConstraint(_KNOWN, name="revocation_kind_known"),
        sa.CheckConstraint("(kind = 'role_changed') = (role IS NOT NULL)", name="revocation_role_given"),
    )
    op.execute("INSERT INTO revocation_after SELECT number, kind, subject, role, ends_at FROM revocation")
    op.drop_table("revocation")
    op.rename_table("revocation_after", "revocation")
    op.create_index("revocation_ends_at", "revocation", ["ends_at"])
