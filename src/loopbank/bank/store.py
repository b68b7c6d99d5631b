"""Every statement on the bank's own tables."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select, update

from loopbank.bank.tables import holder, transfer_note
from loopbank.bank.words import Holder
from loopbank.foundation.database import Transaction
from loopbank.foundation.prepared import Prepared
from loopbank.foundation.set_statements import one_of
from loopbank.ledger import AccountCode, Companion, Outcome, Posted

_HOLDER_COLUMNS = (
    "person_id", "account_number", "display_name", "faction", "profile_picture", "role", "is_active", "opened_at",
)  # fmt: skip
_HOLDERS = select(*(holder.c[name] for name in _HOLDER_COLUMNS))
_BY_PERSON = Prepared(_HOLDERS.where(holder.c.person_id == bindparam("person")))
_BY_NUMBER = Prepared(_HOLDERS.where(holder.c.account_number == bindparam("number")))
_NAMES = Prepared(
    select(holder.c.account_number, holder.c.display_name).where(one_of(holder.c.account_number, "numbers"))
)

_PERSON_IDS = Prepared(
    select(holder.c.account_number, holder.c.person_id).where(one_of(holder.c.account_number, "numbers"))
)
_NUMBERS = Prepared(select(holder.c.person_id, holder.c.account_number).where(one_of(holder.c.person_id, "people")))
_NOTES = Prepared(
    select(transfer_note.c.transfer_id, transfer_note.c.text).where(one_of(transfer_note.c.transfer_id, "transfers"))
)
_NOTE_COLUMNS = ("transfer_id", "text")


def holder_companion(opened: Holder) -> Companion:
    """Give the holder's row to be written together with the opening of the account."""
    values = tuple(getattr(opened, name) for name in _HOLDER_COLUMNS)
    return Companion(holder, _HOLDER_COLUMNS, lambda _outcome: values)


def note_companion(text: str, position: int) -> Companion:
    """Give the note of one line of a posting, to be written together with it."""

    def row(outcome: Outcome) -> tuple[object, ...]:
        assert isinstance(outcome, Posted)
        return (outcome.posting.transfers[position].id, text)

    return Companion(transfer_note, _NOTE_COLUMNS, row)


async def read_holder(tx: Transaction, person_id: str) -> Holder | None:
    """Read the holder for a person."""
    row = await tx.row(_BY_PERSON, {"person": person_id})
    return None if row is None else Holder(*row)


async def read_holder_of(tx: Transaction, number: AccountCode) -> Holder | None:
    """Read the holder of an account number."""
    row = await tx.row(_BY_NUMBER, {"number": number})
    return None if row is None else Holder(*row)


async def read_names(tx: Transaction, numbers: Sequence[AccountCode]) -> dict[AccountCode, str]:
    """Read the names behind account numbers; numbers without a holder are absent."""
    return {row[0]: row[1] for row in await tx.rows(_NAMES, {"numbers": list(numbers)})}


async def read_person_ids(tx: Transaction, numbers: Sequence[AccountCode]) -> dict[AccountCode, str]:
    """Read who holds accounts; numbers without a holder are absent."""
    return {row[0]: row[1] for row in await tx.rows(_PERSON_IDS, {"numbers": list(numbers)})}


async def read_numbers(tx: Transaction, person_ids: Sequence[str]) -> dict[str, AccountCode]:
    """Read people's account numbers; unknown people are absent."""
    return {row[0]: row[1] for row in await tx.rows(_NUMBERS, {"people": list(person_ids)})}


async def read_notes(tx: Transaction, transfer_ids: Sequence[int]) -> dict[int, str]:
    """Read what items of lists say for themselves."""
    return {row[0]: row[1] for row in await tx.rows(_NOTES, {"transfers": list(transfer_ids)})}


async def write_profile(tx: Transaction, person_id: str, *, faction: str | None, profile_picture: str | None) -> None:
    """Change what a person chose about themselves; None leaves a field as it is."""
    values = {"faction": faction, "profile_picture": profile_picture}
    changes = {name: value for name, value in values.items() if value is not None}
    if changes:
        await tx.run(update(holder).where(holder.c.person_id == person_id).values(changes))


async def write_told(
    tx: Transaction,
    person_id: str,
    *,
    display_name: str | None = None,
    role: str | None = None,
    is_active: bool | None = None,
) -> None:
    """Change what the Authentication Service told about a person; None leaves a field as it is."""
    values = {"display_name": display_name, "role": role, "is_active": is_active}
    changes = {name: value for name, value in values.items() if value is not None}
    if changes:
        await tx.run(update(holder).where(holder.c.person_id == person_id).values(changes))
