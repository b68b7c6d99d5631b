"""Notes stay as they were written, like the transfers that they belong to."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the triggers that keep notes."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER transfer_note_refuses_{act.lower()} BEFORE {act} ON transfer_note "
                "BEGIN SELECT RAISE(ABORT, 'transfer_note is append-only'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER transfer_note_is_append_only BEFORE UPDATE OR DELETE ON coin.transfer_note "
            "FOR EACH ROW EXECUTE FUNCTION coin.refuse_change()"
        )
