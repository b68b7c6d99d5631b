"""The casino's tables; what each column means stands in their migration."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text, UniqueConstraint

metadata = MetaData(schema="coin")

_Id = BigInteger().with_variant(Integer, "sqlite")
"""A number that SQLite uses as its own row id."""

configuration = Table(
    "casino_configuration",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("game", Text, nullable=False),
    Column("dial", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

setting = Table(
    "casino_setting",
    metadata,
    Column("game", Text, primary_key=True),
    Column("is_enabled", Boolean, nullable=False),
    Column("config_hash", Text, nullable=False),
    Column("dial", Integer, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

epoch = Table(
    "casino_epoch",
    metadata,
    Column("player", Text, primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("commitment", Text, nullable=False),
    Column("sealed_seed", Text, nullable=False),
    Column("client_seed", Text),
    Column("begun_at", BigInteger),
    Column("server_seed", Text),
    Column("revealed_at", BigInteger),
)

played = Table(
    "casino_round",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=False),
    Column("player", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Column("game", Text, nullable=False),
    Column("config_hash", Text, nullable=False),
    Column("client_seed", Text, nullable=False),
    Column("bet", BigInteger, nullable=False),
    Column("total_bet", BigInteger, nullable=False),
    Column("win", BigInteger, nullable=False),
    Column("free_win", BigInteger, nullable=False),
    Column("free_spins", Integer, nullable=False),
    Column("hold_id", BigInteger),
    Column("stops", Text, nullable=False),
    Column("awards", Text, nullable=False),
    Column("request_key", Text),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("player", "epoch", "nonce", name="casino_round_once"),
    Index("casino_round_player", "player", "id"),
    Index("casino_round_created", "created_at"),
)
Index(
    "casino_round_trigger",
    played.c.player,
    played.c.game,
    played.c.id,
    sqlite_where=played.c.free_spins > 0,
    postgresql_where=played.c.free_spins > 0,
)

reveal = Table(
    "casino_reveal",
    metadata,
    Column("round_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sub", Integer, primary_key=True, autoincrement=False),
    Column("player", Text, nullable=False),
    Column("posting_id", BigInteger),
    Column("request_key", Text),
    Column("revealed_at", BigInteger, nullable=False),
)

for _table in (played, reveal):
    Index(
        f"{_table.name}_request",
        _table.c.player,
        _table.c.request_key,
        unique=True,
        sqlite_where=_table.c.request_key.is_not(None),
        postgresql_where=_table.c.request_key.is_not(None),
    )

limit = Table(
    "casino_limit",
    metadata,
    Column("player", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", BigInteger),
    Column("next_value", BigInteger),
    Column("next_at", BigInteger),
)

absence = Table(
    "casino_absence",
    metadata,
    Column("player", Text, primary_key=True),
    Column("break_until", BigInteger, nullable=False),
    Column("excluded_until", BigInteger, nullable=False),
)
