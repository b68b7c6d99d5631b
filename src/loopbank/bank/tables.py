"""The bank's tables: who holds which account, factions, and what the items of a list of payments say for themselves."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, Table, Text

metadata = MetaData(schema="coin")

holder = Table(
    "holder",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("account_number", Text, nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("faction", Text, nullable=False),
    Column("profile_picture", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
)

transfer_note = Table(
    "transfer_note",
    metadata,
    Column("transfer_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
)

faction = Table(
    "faction",
    metadata,
    Column("name", Text, primary_key=True),
    Column("description", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
