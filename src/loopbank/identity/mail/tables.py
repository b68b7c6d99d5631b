"""Letters that wait to be sent, and those that were: what they say is sealed, because it opens accounts."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, Text, text

metadata = MetaData(schema="auth")

letter = Table(
    "letter",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("person_id", Text, ForeignKey("auth.person.id")),
    Column("address", Text),
    Column("language", Text, nullable=False),
    Column("sealed_particulars", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("next_try_at", BigInteger),
    Column("tries", Integer, nullable=False),
    Column("sent_at", BigInteger),
    Column("carrier", Text),
    Column("problem", Text),
    Index("letter_created_at", "created_at"),
)
_waits = text("next_try_at IS NOT NULL")
Index("letter_waiting", letter.c.next_try_at, sqlite_where=_waits, postgresql_where=_waits)
