"""The books: assets, accounts, postings, transfers and holds; the journal is append-only.

Accounts get room on their pages (fillfactor) so that PostgreSQL updates balances in place. The journal has no
foreign keys (see the ledger's tables); `loopbank check` proves its references.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_COINS_MAX = 999_999_999_999_999
_JOURNAL = ("posting", "transfer")


def upgrade() -> None:
    """Create the ledger's tables and the triggers that keep the journal append-only."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    schema = None if is_sqlite else "coin"
    number = sa.Integer() if is_sqlite else sa.BigInteger()
    op.create_table(
        "asset",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("scale", sa.Integer, nullable=False),
        schema=schema,
    )
    _create_accounts(number, schema)
    _create_postings(number, schema)
    _create_transfers(number, schema)
    _create_holds(number, schema)
    if is_sqlite:
        _protect_on_sqlite()
    else:
        _protect_on_postgresql()


def _create_accounts(number: sa.types.TypeEngine[int], schema: str | None) -> None:
    op.create_table(
        "account",
        sa.Column("id", number, primary_key=True, autoincrement=False),
        sa.Column("code", sa.Text, nullable=False, unique=True),
        sa.Column("asset", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("floor", sa.BigInteger),
        sa.Column("balance", sa.BigInteger, nullable=False),
        sa.Column("held", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("opening_key", sa.Text, nullable=False, unique=True),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.CheckConstraint("held >= 0", name="account_held_not_negative"),
        sa.CheckConstraint("floor IS NULL OR balance - held >= floor", name="account_not_below_floor"),
        sa.CheckConstraint("status IN ('open', 'frozen', 'closed')", name="account_status_known"),
        sa.CheckConstraint("version >= 0", name="account_version_not_negative"),
        schema=schema,
        postgresql_with={"fillfactor": "50"},
    )


def _create_postings(number: sa.types.TypeEngine[int], schema: str | None) -> None:
    op.create_table(
        "posting",
        sa.Column("id", number, primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("kind", "memo", "reference", "metadata", "actor", "credential")
        ),
        sa.Column("reverses_id", sa.BigInteger),
        sa.Column("hold_id", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        schema=schema,
    )
    op.create_index("posting_created_at", "posting", ["created_at"], schema=schema)


def _create_transfers(number: sa.types.TypeEngine[int], schema: str | None) -> None:
    op.create_table(
        "transfer",
        sa.Column("id", number, primary_key=True, autoincrement=False),
        sa.Column("posting_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in (
                "debit_id",
                "credit_id",
                "amount",
                "debit_balance",
                "credit_balance",
                "debit_version",
                "credit_version",
            )
        ),
        sa.Column("reverses_id", sa.BigInteger),
        sa.Column("reversed_before", sa.BigInteger),
        sa.CheckConstraint(f"amount > 0 AND amount <= {_COINS_MAX}", name="transfer_amount_in_range"),
        sa.CheckConstraint("debit_id <> credit_id", name="transfer_accounts_differ"),
        sa.CheckConstraint("(reverses_id IS NULL) = (reversed_before IS NULL)", name="transfer_reversal_complete"),
        schema=schema,
    )
    op.create_index("transfer_posting", "transfer", ["posting_id"], schema=schema)
    op.create_index("transfer_debit", "transfer", ["debit_id", "id"], schema=schema)
    op.create_index("transfer_credit", "transfer", ["credit_id", "id"], schema=schema)
    reversing = sa.text("reverses_id IS NOT NULL")
    op.create_index(
        "transfer_reversed_once",
        "transfer",
        ["reverses_id", "reversed_before"],
        unique=True,
        schema=schema,
        sqlite_where=reversing,
        postgresql_where=reversing,
    )


def _create_holds(number: sa.types.TypeEngine[int], schema: str | None) -> None:
    op.create_table(
        "hold",
        sa.Column("id", number, primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in (
                "account_id",
                "beneficiary_id",
                "amount",
                "captured",
                "released",
                "expires_at",
                "created_at",
            )
        ),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("reference", "memo", "actor", "credential")),
        sa.CheckConstraint("amount > 0 AND captured >= 0 AND released >= 0", name="hold_amounts_not_negative"),
        sa.CheckConstraint("captured + released <= amount", name="hold_not_overdrawn"),
        schema=schema,
    )
    still_open = sa.text("captured + released < amount")
    op.create_index(
        "hold_open",
        "hold",
        ["expires_at"],
        schema=schema,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def _protect_on_sqlite() -> None:
    for table, acts in (*((name, ("UPDATE", "DELETE")) for name in _JOURNAL), ("account", ("DELETE",))):
        for act in acts:
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _protect_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION coin.refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table, acts in (*((name, "UPDATE OR DELETE") for name in _JOURNAL), ("account", "DELETE")):
        op.execute(
            f"CREATE TRIGGER {table}_is_append_only BEFORE {acts} ON coin.{table} "
            "FOR EACH ROW EXECUTE FUNCTION coin.refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON coin.{table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION coin.refuse_change()"
        )
