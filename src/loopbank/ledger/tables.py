"""The ledger's tables. Accounts are written by the posting queue alone; the journal is append-only.

The journal carries no foreign keys: the posting queue is the one writer and `loopbank check` proves every reference,
while a foreign key would look its account up again for every line of the hottest write.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, MetaData, Table, Text

from loopbank.coins import COINS_MAX

metadata = MetaData(schema="coin")

# SQLite's rowid tables need the exact type INTEGER for the key to be the row's own number.
_Id = BigInteger().with_variant(Integer, "sqlite")

asset = Table(
    "asset",
    metadata,
    Column("code", Text, primary_key=True),
    Column("scale", Integer, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False, unique=True),
    Column("asset", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("floor", BigInteger),
    Column("balance", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("opening_key", Text, nullable=False, unique=True),
    Column("opened_at", BigInteger, nullable=False),
    CheckConstraint("held >= 0", name="account_held_not_negative"),
    CheckConstraint("floor IS NULL OR balance - held >= floor", name="account_not_below_floor"),
    CheckConstraint("status IN ('open', 'frozen', 'closed')", name="account_status_known"),
    CheckConstraint("version >= 0", name="account_version_not_negative"),
)

posting = Table(
    "posting",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("memo", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("metadata", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("credential", Text, nullable=False),
    Column("reverses_id", BigInteger),
    Column("hold_id", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Index("posting_created_at", "created_at"),
)

transfer = Table(
    "transfer",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("posting_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("debit_id", BigInteger, nullable=False),
    Column("credit_id", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("debit_balance", BigInteger, nullable=False),
    Column("credit_balance", BigInteger, nullable=False),
    Column("debit_version", BigInteger, nullable=False),
    Column("credit_version", BigInteger, nullable=False),
    Column("reverses_id", BigInteger),
    Column("reversed_before", BigInteger),
    CheckConstraint(f"amount > 0 AND amount <= {COINS_MAX}", name="transfer_amount_in_range"),
    CheckConstraint("debit_id <> credit_id", name="transfer_accounts_differ"),
    CheckConstraint("(reverses_id IS NULL) = (reversed_before IS NULL)", name="transfer_reversal_complete"),
    Index("transfer_posting", "posting_id"),
    Index("transfer_debit", "debit_id", "id"),
    Index("transfer_credit", "credit_id", "id"),
)
Index(
    "transfer_reversed_once",
    transfer.c.reverses_id,
    transfer.c.reversed_before,
    unique=True,
    sqlite_where=transfer.c.reverses_id.is_not(None),
    postgresql_where=transfer.c.reverses_id.is_not(None),
)

hold = Table(
    "hold",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False, unique=True),
    Column("account_id", BigInteger, nullable=False),
    Column("beneficiary_id", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("captured", BigInteger, nullable=False),
    Column("released", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("reference", Text, nullable=False),
    Column("memo", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("credential", Text, nullable=False),
    CheckConstraint("amount > 0 AND captured >= 0 AND released >= 0", name="hold_amounts_not_negative"),
    CheckConstraint("captured + released <= amount", name="hold_not_overdrawn"),
)
Index(
    "hold_open",
    hold.c.expires_at,
    sqlite_where=hold.c.captured + hold.c.released < hold.c.amount,
    postgresql_where=hold.c.captured + hold.c.released < hold.c.amount,
)

flow_mark = Table(
    "flow_mark",
    metadata,
    Column("code", Text, primary_key=True),
    Column("upto", BigInteger, nullable=False),
    Column("sent_count", BigInteger, nullable=False),
    Column("sent", BigInteger, nullable=False),
    Column("received_count", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
)
"""What accounts sent and received up to a transfer; read from the journal and never instead of it."""
