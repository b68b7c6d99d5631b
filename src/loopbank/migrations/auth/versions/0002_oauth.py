"""Programs that people sign in to with their account: clients, grants, families of tokens, codes, browsers."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KINDS = (
    "'session_revoked', 'person_deactivated', 'person_restored', 'role_changed', "
    "'client_revoked', 'grant_revoked', 'family_revoked'"
)


def upgrade() -> None:
    """Create the provider's tables, and let revocations name what a partner's tokens hang on."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    schema = None if is_sqlite else "auth"
    _create_clients(schema, is_sqlite=is_sqlite)
    _create_families(schema)
    _create_codes(schema)
    if is_sqlite:
        _widen_revocations_on_sqlite()
    else:
        op.drop_constraint("revocation_kind_known", "revocation", schema=schema)
        op.create_check_constraint("revocation_kind_known", "revocation", f"kind IN ({_KINDS})", schema=schema)


def _prefix(schema: str | None) -> str:
    return f"{schema}." if schema else ""


def _create_clients(schema: str | None, *, is_sqlite: bool) -> None:
    prefix = _prefix(schema)
    op.create_table(
        "oauth_client",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("owner_id", sa.Text, sa.ForeignKey(f"{prefix}person.id"), nullable=False),
        sa.Column("secret_hash", sa.Text),
        sa.Column("redirect_uris", sa.Text, nullable=False),
        sa.Column("post_logout_redirect_uris", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("grant_types", sa.Text, nullable=False),
        sa.Column("requires_pkce", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("deleted_at", sa.BigInteger),
        sa.CheckConstraint("secret_hash IS NOT NULL OR requires_pkce", name="oauth_client_public_proves_its_code"),
        schema=schema,
    )
    op.create_index("oauth_client_owner_id", "oauth_client", ["owner_id"], schema=schema)
    op.create_table(
        "oauth_grant",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, sa.ForeignKey(f"{prefix}person.id"), nullable=False),
        sa.Column("client_id", sa.Text, sa.ForeignKey(f"{prefix}oauth_client.id"), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("spend_limit", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
        sa.CheckConstraint("spend_limit > 0", name="oauth_grant_spend_limit_positive"),
        schema=schema,
    )
    # A person's two answers at once to one program cannot both stand.
    table = "oauth_grant" if is_sqlite else "auth.oauth_grant"
    op.execute(f"CREATE UNIQUE INDEX oauth_grant_one_living ON {table} (person_id, client_id) WHERE revoked_at IS NULL")
    op.create_index("oauth_grant_client_id", "oauth_grant", ["client_id"], schema=schema)


def _create_families(schema: str | None) -> None:
    prefix = _prefix(schema)
    session = f"{prefix}session.id"
    op.create_table(
        "oauth_family",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("grant_id", sa.Text, sa.ForeignKey(f"{prefix}oauth_grant.id"), nullable=False),
        sa.Column("session_id", sa.Text, sa.ForeignKey(session, ondelete="CASCADE"), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("authenticated_at", sa.BigInteger, nullable=False),
        sa.Column("amr", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
        schema=schema,
    )
    op.create_index("oauth_family_grant_id", "oauth_family", ["grant_id"], schema=schema)
    op.create_index("oauth_family_session_id", "oauth_family", ["session_id"], schema=schema)
    op.create_index("oauth_family_ends_at", "oauth_family", ["ends_at"], schema=schema)
    op.create_table(
        "browser_sign_in",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("session_id", sa.Text, sa.ForeignKey(session, ondelete="CASCADE"), nullable=False),
        sa.Column("authenticated_at", sa.BigInteger, nullable=False),
        sa.Column("amr", sa.Text, nullable=False),
        schema=schema,
    )
    op.create_index("browser_sign_in_session_id", "browser_sign_in", ["session_id"], schema=schema)


def _create_codes(schema: str | None) -> None:
    prefix = _prefix(schema)
    family = f"{prefix}oauth_family.id"
    op.create_table(
        "oauth_code",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("family_id", sa.Text, sa.ForeignKey(family, ondelete="CASCADE"), nullable=False),
        sa.Column("redirect_uri", sa.Text, nullable=False),
        sa.Column("challenge", sa.Text),
        sa.Column("nonce", sa.Text),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        schema=schema,
    )
    op.create_index("oauth_code_family_id", "oauth_code", ["family_id"], schema=schema)
    op.create_table(
        "oauth_refresh_token",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("family_id", sa.Text, sa.ForeignKey(family, ondelete="CASCADE"), nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        schema=schema,
    )
    op.create_index("oauth_refresh_token_family_id", "oauth_refresh_token", ["family_id"], schema=schema)
    op.create_table(
        "oauth_device_code",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("user_code_hash", sa.Text, nullable=False, unique=True),
        sa.Column("client_id", sa.Text, sa.ForeignKey(f"{prefix}oauth_client.id"), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("interval_seconds", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("polled_at", sa.BigInteger),
        sa.Column("denied_at", sa.BigInteger),
        sa.Column("family_id", sa.Text, sa.ForeignKey(family, ondelete="CASCADE")),
        sa.Column("used_at", sa.BigInteger),
        sa.CheckConstraint("denied_at IS NULL OR family_id IS NULL", name="oauth_device_code_decided_once"),
        schema=schema,
    )
    op.create_index("oauth_device_code_ends_at", "oauth_device_code", ["ends_at"], schema=schema)
    op.create_index("oauth_device_code_family_id", "oauth_device_code", ["family_id"], schema=schema)


def _widen_revocations_on_sqlite() -> None:
    """Build the table anew, as SQLite cannot change a constraint."""
    op.rename_table("revocation", "revocation_before")
    op.drop_index("revocation_ends_at", "revocation_before")
    op.create_table(
        "revocation",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name="revocation_kind_known"),
        sa.CheckConstraint("(kind = 'role_changed') = (role IS NOT NULL)", name="revocation_role_given"),
    )
    op.create_index("revocation_ends_at", "revocation", ["ends_at"])
    op.execute(
        "INSERT INTO revocation (number, kind, subject, role, ends_at) "
        "SELECT number, kind, subject, role, ends_at FROM revocation_before"
    )
    op.drop_table("revocation_before")
