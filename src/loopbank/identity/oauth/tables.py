"""The provider's tables: what a person granted a program, and the tokens that hang on it.

A family of tokens has three parents: the session it was opened in, the grant it uses and, through the grant, the
client. Ending any of them ends the family with everything in it. Of every secret only a hash is stored.
"""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, MetaData, Table, Text

metadata = MetaData(schema="auth")

oauth_client = Table(
    "oauth_client",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("owner_id", Text, ForeignKey("auth.person.id"), nullable=False),
    Column("secret_hash", Text),
    Column("redirect_uris", Text, nullable=False),
    Column("post_logout_redirect_uris", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("grant_types", Text, nullable=False),
    Column("requires_pkce", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("deleted_at", BigInteger),
    CheckConstraint("secret_hash IS NOT NULL OR requires_pkce", name="oauth_client_public_proves_its_code"),
    Index("oauth_client_owner_id", "owner_id"),
)

oauth_grant = Table(
    "oauth_grant",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("auth.person.id"), nullable=False),
    Column("client_id", Text, ForeignKey("auth.oauth_client.id"), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("spend_limit", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    CheckConstraint("spend_limit > 0", name="oauth_grant_spend_limit_positive"),
    Index("oauth_grant_client_id", "client_id"),
)
_is_living = oauth_grant.c.revoked_at.is_(None)
Index(
    "oauth_grant_one_living",
    oauth_grant.c.person_id,
    oauth_grant.c.client_id,
    unique=True,
    sqlite_where=_is_living,
    postgresql_where=_is_living,
)

oauth_family = Table(
    "oauth_family",
    metadata,
    Column("id", Text, primary_key=True),
    Column("grant_id", Text, ForeignKey("auth.oauth_grant.id"), nullable=False),
    Column("session_id", Text, ForeignKey("auth.session.id", ondelete="CASCADE"), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("authenticated_at", BigInteger, nullable=False),
    Column("amr", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Index("oauth_family_grant_id", "grant_id"),
    Index("oauth_family_session_id", "session_id"),
    Index("oauth_family_ends_at", "ends_at"),
)

oauth_code = Table(
    "oauth_code",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("family_id", Text, ForeignKey("auth.oauth_family.id", ondelete="CASCADE"), nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("challenge", Text),
    Column("nonce", Text),
    Column("ends_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index("oauth_code_family_id", "family_id"),
)

oauth_refresh_token = Table(
    "oauth_refresh_token",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("family_id", Text, ForeignKey("auth.oauth_family.id", ondelete="CASCADE"), nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index("oauth_refresh_token_family_id", "family_id"),
)

oauth_device_code = Table(
    "oauth_device_code",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("user_code_hash", Text, nullable=False, unique=True),
    Column("client_id", Text, ForeignKey("auth.oauth_client.id"), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("interval_seconds", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("polled_at", BigInteger),
    Column("denied_at", BigInteger),
    Column("family_id", Text, ForeignKey("auth.oauth_family.id", ondelete="CASCADE")),
    Column("used_at", BigInteger),
    CheckConstraint("denied_at IS NULL OR family_id IS NULL", name="oauth_device_code_decided_once"),
    Index("oauth_device_code_ends_at", "ends_at"),
    Index("oauth_device_code_family_id", "family_id"),
)

browser_sign_in = Table(
    "browser_sign_in",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("session_id", Text, ForeignKey("auth.session.id", ondelete="CASCADE"), nullable=False),
    Column("authenticated_at", BigInteger, nullable=False),
    Column("amr", Text, nullable=False),
    Index("browser_sign_in_session_id", "session_id"),
)
