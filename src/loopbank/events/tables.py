"""The log's tables: facts waiting to be sealed, the sealed log in blocks, the sealer's lease, the readers' cursors."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(schema="log")

# SQLite's rowid tables need the exact type INTEGER for the key to be the row's own number.
_Id = BigInteger().with_variant(Integer, "sqlite")

outbox = Table(
    "outbox",
    metadata,
    Column("id", _Id, Identity(always=True), primary_key=True),
    Column("topic", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    # A number is never given twice, so that a fact cannot stand in for one that was sealed.
    sqlite_autoincrement=True,
)

log_entry = Table(
    "log_entry",
    metadata,
    Column("sequence", _Id, primary_key=True, autoincrement=False),
    Column("topic", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    CheckConstraint("sequence > 0", name="log_entry_sequence_positive"),
)
Index(
    "log_entry_audited",
    log_entry.c.sequence,
    sqlite_where=text("topic = 'admin.acted'"),
    postgresql_where=text("topic = 'admin.acted'"),
)
_of_security = text("topic = 'security.acted'")
_by_person = (log_entry.c.subject, log_entry.c.sequence)
Index("log_entry_security", *_by_person, sqlite_where=_of_security, postgresql_where=_of_security)
Index("log_entry_security_latest", log_entry.c.sequence, sqlite_where=_of_security, postgresql_where=_of_security)

log_block = Table(
    "log_block",
    metadata,
    Column("number", _Id, primary_key=True, autoincrement=False),
    Column("first_sequence", BigInteger, nullable=False),
    Column("last_sequence", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("sealed_at", BigInteger, nullable=False),
    # The chain cannot fork: a block has one successor, and a sequence begins one block.
    UniqueConstraint("first_sequence", name="log_block_first_sequence_once"),
    UniqueConstraint("previous_hash", name="log_block_previous_hash_once"),
    CheckConstraint("number > 0", name="log_block_number_positive"),
    CheckConstraint("first_sequence <= last_sequence", name="log_block_not_empty"),
)

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

schedule = Table(
    "schedule",
    metadata,
    Column("name", Text, primary_key=True),
    Column("done_for", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("result", BigInteger),
)

log_cursor = Table(
    "log_cursor",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("moved_at", BigInteger, nullable=False),
)
