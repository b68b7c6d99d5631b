"""Every statement on the bank's own tables."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert  # The construct compiles on SQLite too, whose syntax is the same.

from loopbank.bank.tables import faction, holder, transfer_note
from loopbank.bank.words import Holder
from loopbank.foundation.clock import Instant
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
_MEMBERS = Prepared(
    select(holder.c.faction, holder.c.account_number)
    .where(holder.c.faction != "", holder.c.is_active)
    .order_by(holder.c.account_number)
)
_FACTIONS = Prepared(select(faction.c.name))
_FOUND_FACTION = (
    insert(faction)
    .values(name=bindparam("name"), description=bindparam("description"), created_at=bindparam("now"))
    .on_conflict_do_nothing(index_elements=["name"])
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


async def search_holders(tx: Transaction, text: str, limit: int) -> list[Holder]:
    """Find people whose name or account number contains a text, whatever its case."""
    needle = text.lower()
    found = func.lower(holder.c.display_name).contains(needle, autoescape=True) | func.lower(
        holder.c.account_number
    ).contains(needle, autoescape=True)
    rows = await tx.rows(_HOLDERS.where(found).order_by(holder.c.display_name, holder.c.person_id).limit(limit))
    return [Holder(*row) for row in rows]


async def list_holders(tx: Transaction, after: AccountCode, limit: int) -> list[Holder]:
    """List people in the order of their account numbers, after one of them."""
    rows = await tx.rows(_HOLDERS.where(holder.c.account_number > after).order_by(holder.c.account_number).limit(limit))
    return [Holder(*row) for row in rows]


async def faction_members(tx: Transaction) -> dict[str, list[AccountCode]]:
    """Give the account numbers of every faction's people."""
    members: dict[str, list[AccountCode]] = {}
    for name, number in await tx.rows(_MEMBERS):
        members.setdefault(name, []).append(number)
    return members


async def list_factions(tx: Transaction) -> list[str]:
    """List the factions that staff have founded."""
    return [row.name for row in await tx.rows(_FACTIONS)]


async def insert_faction(tx: Transaction, name: str, description: str, *, now: Instant) -> bool:
    """Store a new faction; False when it exists."""
    return await tx.run(_FOUND_FACTION, {"name": name, "description": description, "now": now}) == 1


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
