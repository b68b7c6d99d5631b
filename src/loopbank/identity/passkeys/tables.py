"""Passkeys: the public halves of keys that people's devices keep."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, MetaData, Table, Text

metadata = MetaData(schema="auth")

passkey = Table(
    "passkey",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("auth.person.id"), nullable=False),
    Column("public_key", Text, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index("passkey_person_id", "person_id"),
)
