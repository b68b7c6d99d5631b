"""What somebody has beside a password: a shared secret for an app's codes, and recovery codes."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, MetaData, Table, Text

metadata = MetaData(schema="auth")

totp = Table(
    "totp",
    metadata,
    Column("person_id", Text, ForeignKey("auth.person.id"), primary_key=True),
    Column("sealed_secret", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("confirmed_at", BigInteger),
    Column("last_step", BigInteger, nullable=False),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("mark", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("auth.person.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index("recovery_code_person_id", "person_id"),
)
