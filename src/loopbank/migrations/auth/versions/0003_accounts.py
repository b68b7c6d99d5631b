"""Accounts by mail: claimed addresses, single-use proofs, letters, second factors, accounts elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what people prove who they are with."""
    schema = None if op.get_bind().dialect.name == "sqlite" else "auth"
    for column in (
        sa.Column("claimed_email_key", sa.Text),
        sa.Column("claimed_from", sa.Text),
        sa.Column("staff_since", sa.BigInteger),
        sa.Column("second_factor_since", sa.BigInteger),
    ):
        op.add_column("person", column, schema=schema)
    op.create_index("person_claimed_email_key", "person", ["claimed_email_key"], schema=schema)
    _create_proofs(schema)
    _create_letters(schema)
    _create_second_factors(schema)
    op.create_table(
        "outside_account",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        _person(schema, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        schema=schema,
    )
    op.create_index("outside_account_person_id", "outside_account", ["person_id"], schema=schema)


def _person(schema: str | None, **options: bool) -> sa.Column[str]:
    prefix = f"{schema}." if schema else ""
    return sa.Column("person_id", sa.Text, sa.ForeignKey(f"{prefix}person.id"), **options)  # type: ignore[arg-type]  # flags


def _create_proofs(schema: str | None) -> None:
    op.create_table(
        "one_time_secret",
        sa.Column("mark", sa.Text, primary_key=True),
        sa.Column("purpose", sa.Text, nullable=False),
        _person(schema),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        schema=schema,
    )
    op.create_index("one_time_secret_person_id", "one_time_secret", ["person_id"], schema=schema)
    op.create_index("one_time_secret_ends_at", "one_time_secret", ["ends_at"], schema=schema)
    op.create_table(
        "challenge",
        sa.Column("mark", sa.Text, primary_key=True),
        sa.Column("purpose", sa.Text, nullable=False),
        _person(schema),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("answer_mark", sa.Text, nullable=False),
        sa.Column("tries_left", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        sa.CheckConstraint("tries_left >= 0", name="challenge_tries_bounded"),
        schema=schema,
    )
    op.create_index("challenge_asked_by", "challenge", ["asked_by"], schema=schema)
    op.create_index("challenge_ends_at", "challenge", ["ends_at"], schema=schema)
    op.create_table(
        "patience",
        sa.Column("mark", sa.Text, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("open_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        schema=schema,
    )
    op.create_index("patience_ends_at", "patience", ["ends_at"], schema=schema)


def _create_letters(schema: str | None) -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        _person(schema),
        sa.Column("address", sa.Text),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("sealed_particulars", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("next_try_at", sa.BigInteger),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("carrier", sa.Text),
        sa.Column("problem", sa.Text),
        schema=schema,
    )
    op.create_index("letter_created_at", "letter", ["created_at"], schema=schema)
    waits = sa.text("next_try_at IS NOT NULL")
    op.create_index(
        "letter_waiting", "letter", ["next_try_at"], schema=schema, sqlite_where=waits, postgresql_where=waits
    )


def _create_second_factors(schema: str | None) -> None:
    prefix = f"{schema}." if schema else ""
    op.create_table(
        "totp",
        sa.Column("person_id", sa.Text, sa.ForeignKey(f"{prefix}person.id"), primary_key=True),
        sa.Column("sealed_secret", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("confirmed_at", sa.BigInteger),
        sa.Column("last_step", sa.BigInteger, nullable=False),
        schema=schema,
    )
    op.create_table(
        "recovery_code",
        sa.Column("mark", sa.Text, primary_key=True),
        _person(schema, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        schema=schema,
    )
    op.create_index("recovery_code_person_id", "recovery_code", ["person_id"], schema=schema)
    op.create_table(
        "passkey",
        sa.Column("id", sa.Text, primary_key=True),
        _person(schema, nullable=False),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        schema=schema,
    )
    op.create_index("passkey_person_id", "passkey", ["person_id"], schema=schema)
