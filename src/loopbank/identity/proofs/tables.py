"""What proves something once: secrets of links and slips, challenges with a few tries, and patience with guessers.

Only keyed marks are stored, never what a person holds in their hand. A row without a person stands for an address
that nobody has: it is written so that both cases do the same work.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, Table, Text

metadata = MetaData(schema="auth")

one_time_secret = Table(
    "one_time_secret",
    metadata,
    Column("mark", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("person_id", Text, ForeignKey("auth.person.id")),
    Column("created_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index("one_time_secret_person_id", "person_id"),
    Index("one_time_secret_ends_at", "ends_at"),
)

challenge = Table(
    "challenge",
    metadata,
    Column("mark", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("person_id", Text, ForeignKey("auth.person.id")),
    Column("asked_by", Text, nullable=False),
    Column("answer_mark", Text, nullable=False),
    Column("tries_left", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    CheckConstraint("tries_left >= 0", name="challenge_tries_bounded"),
    Index("challenge_asked_by", "asked_by"),
    Index("challenge_ends_at", "ends_at"),
)

patience = Table(
    "patience",
    metadata,
    Column("mark", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("open_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Index("patience_ends_at", "ends_at"),
)
