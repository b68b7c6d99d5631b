"""The casino: configurations, epochs of seeds, rounds and reveals, and what players chose to protect themselves.

Configurations, rounds and reveals only grow. A round's number is that of its posting. Amounts are minor units; bets
are per line. Texts `stops` and `awards` are JSON, one entry per spin of the round, the paid one first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("casino_configuration", "casino_round", "casino_reveal")


def upgrade() -> None:
    """Create the casino's tables and the triggers that keep its history."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    schema = None if is_sqlite else "coin"
    number = sa.Integer() if is_sqlite else sa.BigInteger()
    _create_configurations(schema)
    _create_epochs(schema)
    _create_rounds(number, schema)
    _create_care(schema)
    for table in _APPEND_ONLY:
        for act in ("UPDATE", "DELETE"):
            if is_sqlite:
                op.execute(
                    f"CREATE TRIGGER {table}_refuses_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
            else:
                op.execute(
                    f"CREATE TRIGGER {table}_refuses_{act.lower()} BEFORE {act} ON coin.{table} "
                    "FOR EACH ROW EXECUTE FUNCTION coin.refuse_change()"
                )


def _create_configurations(schema: str | None) -> None:
    op.create_table(
        "casino_configuration",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("game", sa.Text, nullable=False),
        sa.Column("dial", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        schema=schema,
    )
    op.create_table(
        "casino_setting",
        sa.Column("game", sa.Text, primary_key=True),
        sa.Column("is_enabled", sa.Boolean, nullable=False),
        sa.Column("config_hash", sa.Text, nullable=False),
        sa.Column("dial", sa.Integer, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        schema=schema,
    )


def _create_epochs(schema: str | None) -> None:
    op.create_table(
        "casino_epoch",
        sa.Column("player", sa.Text, primary_key=True),
        sa.Column("epoch", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("commitment", sa.Text, nullable=False),
        sa.Column("sealed_seed", sa.Text, nullable=False),
        sa.Column("client_seed", sa.Text),
        sa.Column("begun_at", sa.BigInteger),
        sa.Column("server_seed", sa.Text),
        sa.Column("revealed_at", sa.BigInteger),
        sa.CheckConstraint("(client_seed IS NULL) = (begun_at IS NULL)", name="casino_epoch_begins_with_a_seed"),
        sa.CheckConstraint("(server_seed IS NULL) = (revealed_at IS NULL)", name="casino_epoch_ends_with_its_seed"),
        sa.CheckConstraint("revealed_at IS NULL OR begun_at IS NOT NULL", name="casino_epoch_ends_after_it_began"),
        schema=schema,
    )


def _create_rounds(number: sa.types.TypeEngine[int], schema: str | None) -> None:
    op.create_table(
        "casino_round",
        sa.Column("id", number, primary_key=True, autoincrement=False),
        sa.Column("player", sa.Text, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("nonce", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("game", "config_hash", "client_seed")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("bet", "total_bet", "win", "free_win")),
        sa.Column("free_spins", sa.Integer, nullable=False),
        sa.Column("hold_id", sa.BigInteger),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("stops", "awards")),
        sa.Column("request_key", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("player", "epoch", "nonce", name="casino_round_once"),
        sa.CheckConstraint("bet > 0 AND total_bet >= bet AND win >= 0 AND free_win >= 0", name="casino_round_amounts"),
        sa.CheckConstraint("(hold_id IS NULL) = (free_win = 0)", name="casino_round_holds_its_free_win"),
        schema=schema,
    )
    op.create_table(
        "casino_reveal",
        sa.Column("round_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("sub", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("player", sa.Text, nullable=False),
        sa.Column("posting_id", sa.BigInteger),
        sa.Column("request_key", sa.Text),
        sa.Column("revealed_at", sa.BigInteger, nullable=False),
        schema=schema,
    )
    op.create_index("casino_round_player", "casino_round", ["player", "id"], schema=schema)
    op.create_index("casino_round_created", "casino_round", ["created_at"], schema=schema)
    triggering, keyed = sa.text("free_spins > 0"), sa.text("request_key IS NOT NULL")
    op.create_index(
        "casino_round_trigger",
        "casino_round",
        ["player", "game", "id"],
        schema=schema,
        sqlite_where=triggering,
        postgresql_where=triggering,
    )
    for table in ("casino_round", "casino_reveal"):
        op.create_index(
            f"{table}_request",
            table,
            ["player", "request_key"],
            unique=True,
            schema=schema,
            sqlite_where=keyed,
            postgresql_where=keyed,
        )


def _create_care(schema: str | None) -> None:
    op.create_table(
        "casino_limit",
        sa.Column("player", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("value", sa.BigInteger),
        sa.Column("next_value", sa.BigInteger),
        sa.Column("next_at", sa.BigInteger),
        sa.CheckConstraint("kind IN ('spend', 'loss', 'session')", name="casino_limit_kind_known"),
        sa.CheckConstraint("value > 0 AND next_value > 0", name="casino_limit_positive"),
        schema=schema,
    )
    op.create_table(
        "casino_absence",
        sa.Column("player", sa.Text, primary_key=True),
        sa.Column("break_until", sa.BigInteger, nullable=False),
        sa.Column("excluded_until", sa.BigInteger, nullable=False),
        schema=schema,
    )
