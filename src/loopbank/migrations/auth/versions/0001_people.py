"""People, their sessions and refresh tokens, signing keys, set-up links and revocations."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the Authentication Service's first tables."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    schema = None if is_sqlite else "auth"
    _create_people(schema)
    _create_sessions(schema)
    _create_keys(schema, is_sqlite=is_sqlite)
    _create_revocations(schema, is_sqlite=is_sqlite)


def _create_people(schema: str | None) -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False, unique=True),
        sa.Column("email", sa.Text),
        sa.Column("email_key", sa.Text, unique=True),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("signed_in_at", sa.BigInteger),
        sa.Column("deactivated_at", sa.BigInteger),
        sa.CheckConstraint("role IN ('USER', 'DEVELOPER', 'ADMIN', 'SUPERADMIN')", name="person_role_known"),
        schema=schema,
    )
    op.create_index("person_role", "person", ["role"], schema=schema)


def _create_sessions(schema: str | None) -> None:
    prefix = f"{schema}." if schema else ""
    op.create_table(
        "session",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, sa.ForeignKey(f"{prefix}person.id"), nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_seen_at", sa.BigInteger, nullable=False),
        sa.Column("idle_ends_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
        schema=schema,
    )
    op.create_index("session_person_id", "session", ["person_id"], schema=schema)
    op.create_index("session_idle_ends_at", "session", ["idle_ends_at"], schema=schema)
    op.create_table(
        "refresh_token",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("session_id", sa.Text, sa.ForeignKey(f"{prefix}session.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        schema=schema,
    )
    op.create_index("refresh_token_session_id", "refresh_token", ["session_id"], schema=schema)
    op.create_index("refresh_token_ends_at", "refresh_token", ["ends_at"], schema=schema)


def _create_keys(schema: str | None, *, is_sqlite: bool) -> None:
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("public_jwk", sa.Text, nullable=False),
        sa.Column("sealed_private_key", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("retired_at", sa.BigInteger),
        sa.CheckConstraint("retired_at IS NOT NULL OR sealed_private_key IS NOT NULL", name="signing_key_can_sign"),
        schema=schema,
    )
    # At most one key is the newest; two processes that start at once cannot both make one.
    table = "signing_key" if is_sqlite else "auth.signing_key"
    op.execute(f"CREATE UNIQUE INDEX signing_key_one_active ON {table} ((retired_at IS NULL)) WHERE retired_at IS NULL")
    op.create_table(
        "setup_token",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        schema=schema,
    )


def _create_revocations(schema: str | None, *, is_sqlite: bool) -> None:
    op.create_table(
        "revocation",
        sa.Column("number", sa.Integer() if is_sqlite else sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.CheckConstraint(
            "kind IN ('session_revoked', 'person_deactivated', 'person_restored', 'role_changed')",
            name="revocation_kind_known",
        ),
        sa.CheckConstraint("(kind = 'role_changed') = (role IS NOT NULL)", name="revocation_role_given"),
        schema=schema,
    )
    op.create_index("revocation_ends_at", "revocation", ["ends_at"], schema=schema)
    count = op.create_table(
        "revocation_count",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("latest", sa.BigInteger, nullable=False),
        sa.CheckConstraint("id = 1", name="revocation_count_single"),
        schema=schema,
    )
    op.bulk_insert(count, [{"id": 1, "latest": 0}])
