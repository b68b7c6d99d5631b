"""The Authentication Service's tables.

A session is the parent of its refresh tokens and of every access token that names it: ending the session ends them
all. Grants of OAuth clients will stand between the two. Only hashes of refresh and set-up tokens are stored.

A person's `email_key` is an address whose owner they proved to be, so it is unique; `claimed_email_key` is one they
merely gave, from the client `claimed_from`, and any number of people may have given it.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, Text

metadata = MetaData(schema="auth")

# SQLite's rowid tables need the exact type INTEGER for the key to be the row's own number.
_Number = BigInteger().with_variant(Integer, "sqlite")

person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    Column("email", Text),
    Column("email_key", Text, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("signed_in_at", BigInteger),
    Column("deactivated_at", BigInteger),
    Column("claimed_email_key", Text),
    Column("claimed_from", Text),
    Column("staff_since", BigInteger),
    Column("second_factor_since", BigInteger),
)

session = Table(
    "session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("auth.person.id"), nullable=False),
    Column("device", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("idle_ends_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

refresh_token = Table(
    "refresh_token",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("session_id", Text, ForeignKey("auth.session.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

signing_key = Table(
    "signing_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("public_jwk", Text, nullable=False),
    Column("sealed_private_key", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("retired_at", BigInteger),
)

setup_token = Table(
    "setup_token",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

revocation = Table(
    "revocation",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("role", Text),
    Column("ends_at", BigInteger, nullable=False),
)

revocation_count = Table(
    "revocation_count",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("latest", BigInteger, nullable=False),
)

Index("person_role", person.c.role)
Index("person_claimed_email_key", person.c.claimed_email_key)
Index("session_person_id", session.c.person_id)
Index("session_idle_ends_at", session.c.idle_ends_at)
Index("refresh_token_session_id", refresh_token.c.session_id)
Index("refresh_token_ends_at", refresh_token.c.ends_at)
Index("revocation_ends_at", revocation.c.ends_at)
_is_active = signing_key.c.retired_at.is_(None)
Index("signing_key_one_active", _is_active, unique=True, sqlite_where=_is_active, postgresql_where=_is_active)
