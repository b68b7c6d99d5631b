"""Every SQL statement about letters."""

from sqlalchemy import delete, insert, select, update

from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Transaction
from loopbank.identity.mail.letters import StoredLetter
from loopbank.identity.mail.tables import letter

_LETTER = tuple(letter.c[name] for name in StoredLetter.__slots__)


async def insert_letter(tx: Transaction, stored: StoredLetter) -> None:
    """Store a letter that waits."""
    await tx.run(insert(letter), {name: getattr(stored, name) for name in StoredLetter.__slots__})


async def letters_wait(tx: Transaction, *, now: Instant) -> bool:
    """Tell, without writing, whether a letter is due."""
    return await tx.row(select(letter.c.id).where(letter.c.next_try_at <= now).limit(1)) is not None


async def take_letter(tx: Transaction, *, now: Instant, again_at: Instant) -> StoredLetter | None:
    """Take the letter that has waited longest; no other worker gets it before `again_at`."""
    due = letter.c.next_try_at <= now
    first = select(letter.c.id).where(due).order_by(letter.c.next_try_at, letter.c.id).limit(1).scalar_subquery()
    taken = await tx.row(
        update(letter)
        .where(letter.c.id == first, due)
        .values(next_try_at=again_at, tries=letter.c.tries + 1)
        .returning(*_LETTER)
    )
    return None if taken is None else StoredLetter(*taken)


async def note_sent(tx: Transaction, letter_id: str, *, carrier: str, at: Instant, forgets: bool) -> None:
    """Note that a letter was sent; where the carrier keeps no copy of ours, what it said is forgotten."""
    sent = {"sent_at": at, "carrier": carrier, "next_try_at": None, "problem": None}
    await tx.run(
        update(letter).where(letter.c.id == letter_id).values(sent | ({"sealed_particulars": None} if forgets else {}))
    )


async def note_problem(tx: Transaction, letter_id: str, *, problem: str, next_try_at: Instant | None) -> None:
    """Note why a letter was not sent and when it is tried again; None gives it up and forgets what it said."""
    change: dict[str, object] = {"problem": problem, "next_try_at": next_try_at}
    await tx.run(
        update(letter)
        .where(letter.c.id == letter_id)
        .values(change | ({"sealed_particulars": None} if next_try_at is None else {}))
    )


async def drop_letter(tx: Transaction, letter_id: str) -> None:
    """Delete a letter to nobody."""
    await tx.run(delete(letter).where(letter.c.id == letter_id))


async def list_letters(tx: Transaction, *, before: tuple[int, str] | None, limit: int) -> list[StoredLetter]:
    """List letters to somebody, the newest first, before a place given by time and id."""
    query = select(*_LETTER).where(letter.c.address.is_not(None))
    if before is not None:
        at, letter_id = before
        query = query.where((letter.c.created_at < at) | ((letter.c.created_at == at) & (letter.c.id > letter_id)))
    found = await tx.rows(query.order_by(letter.c.created_at.desc(), letter.c.id).limit(limit))
    return [StoredLetter(*row) for row in found]


async def find_letter(tx: Transaction, letter_id: str) -> StoredLetter | None:
    """Find a letter to somebody."""
    found = await tx.row(select(*_LETTER).where(letter.c.id == letter_id, letter.c.address.is_not(None)))
    return None if found is None else StoredLetter(*found)


async def forget_letters_to(tx: Transaction, person_id: str) -> None:
    """Delete every letter to a person."""
    await tx.run(delete(letter).where(letter.c.person_id == person_id))


async def forget_letters(tx: Transaction, *, before: Instant, limit: int) -> int:
    """Delete letters that were written before an instant; gives how many went."""
    oldest = select(letter.c.id).where(letter.c.created_at < before).limit(limit)
    return await tx.run(delete(letter).where(letter.c.id.in_(oldest)))
