"""Accounts elsewhere with which people sign in here: known by issuer and subject, never by an address."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, MetaData, Table, Text

metadata = MetaData(schema="auth")

outside_account = Table(
    "outside_account",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("auth.person.id"), nullable=False),
    Column("email", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("outside_account_person_id", "person_id"),
)
