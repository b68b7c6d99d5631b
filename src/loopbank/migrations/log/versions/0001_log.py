"""The log: the outbox, the sealed entries in blocks (append-only), the lease and the cursors."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SEALED = ("log_entry", "log_block")


def upgrade() -> None:
    """Create the log's tables and the triggers that keep what is sealed as it is."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    schema = None if is_sqlite else "log"
    number = sa.Integer() if is_sqlite else sa.BigInteger()
    _create_outbox(number, schema)
    _create_entries(number, schema)
    _create_blocks(number, schema)
    _create_lease_and_cursors(schema)
    if is_sqlite:
        _protect_on_sqlite()
    else:
        _protect_on_postgresql()
        # The outbox is a queue: its dead rows must be swept long before a fifth of a large table has died.
        op.execute(
            "ALTER TABLE log.outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)"
        )


def _create_outbox(number: sa.types.TypeEngine[int], schema: str | None) -> None:
    op.create_table(
        "outbox",
        sa.Column("id", number, sa.Identity(always=True), primary_key=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("occurred_at", sa.BigInteger, nullable=False),
        schema=schema,
        sqlite_autoincrement=True,
    )


def _create_entries(number: sa.types.TypeEngine[int], schema: str | None) -> None:
    op.create_table(
        "log_entry",
        sa.Column("sequence", number, primary_key=True, autoincrement=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("occurred_at", sa.BigInteger, nullable=False),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("sequence > 0", name="log_entry_sequence_positive"),
        schema=schema,
    )


def _create_blocks(number: sa.types.TypeEngine[int], schema: str | None) -> None:
    op.create_table(
        "log_block",
        sa.Column("number", number, primary_key=True, autoincrement=False),
        sa.Column("first_sequence", sa.BigInteger, nullable=False),
        sa.Column("last_sequence", sa.BigInteger, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("previous_hash", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("sealed_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("first_sequence", name="log_block_first_sequence_once"),
        sa.UniqueConstraint("previous_hash", name="log_block_previous_hash_once"),
        sa.CheckConstraint("number > 0", name="log_block_number_positive"),
        sa.CheckConstraint("first_sequence <= last_sequence", name="log_block_not_empty"),
        schema=schema,
    )


def _create_lease_and_cursors(schema: str | None) -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        schema=schema,
    )
    op.create_table(
        "log_cursor",
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("moved_at", sa.BigInteger, nullable=False),
        schema=schema,
    )


def _protect_on_sqlite() -> None:
    for table in _SEALED:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _protect_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in _SEALED:
        op.execute(
            f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON log.{table} "
            "FOR EACH ROW EXECUTE FUNCTION log.refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_is_not_truncated BEFORE TRUNCATE ON log.{table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change()"
        )
