"""Letters on the administrators' screen: none is lost while no mail server is set.

What a letter says opens its reader's account. So only super-administrators read it, only a letter that no mail server
took, and never unseen: the audit log is told.
"""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi import Path as PathParameter
from pydantic import BaseModel, Field
from starlette.requests import Request

from loopbank.access import Actor, Guard, Role, acted
from loopbank.events import record
from loopbank.foundation import pages
from loopbank.foundation.clock import Clock, Instant, to_rfc3339
from loopbank.foundation.database import Database
from loopbank.foundation.pages import InvalidCursor
from loopbank.foundation.requests import StrictRoute
from loopbank.identity.errors import UnknownLetter
from loopbank.identity.mail import store
from loopbank.identity.mail.carriers import MaildirCarrier
from loopbank.identity.mail.letter_box import LetterBox
from loopbank.identity.mail.letters import StoredLetter
from loopbank.identity.mail.stationery import Stationery
from loopbank.identity.personal_routes import add_personal

_LETTER_EXAMPLE = "4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11"
_TIME_EXAMPLE = "2026-01-31T12:00:00.000000Z"

LetterId = Annotated[UUID, PathParameter(description="A letter.", examples=[_LETTER_EXAMPLE])]


class LetterAnswer(BaseModel):
    """A letter: `waiting`, `sent` or `given_up`."""

    id: str = Field(examples=[_LETTER_EXAMPLE])
    kind: str = Field(examples=["confirm_address"])
    address: str = Field(examples=["runner@example.org"])
    language: str = Field(examples=["en"])
    state: str = Field(examples=["waiting"])
    tries: int = Field(examples=[2])
    problem: str | None = Field(examples=["The mail server did not take it: SMTPConnectError."])
    carrier: str | None = Field(examples=["maildir"])
    created_at: str = Field(examples=[_TIME_EXAMPLE])
    sent_at: str | None = Field(examples=[_TIME_EXAMPLE])


class LettersAnswer(BaseModel):
    """Letters, newest first."""

    letters: list[LetterAnswer]
    next_cursor: str | None = Field(examples=[f"1769860800000000.{_LETTER_EXAMPLE}"])


class OpenedLetterAnswer(LetterAnswer):
    """A letter with what it says."""

    subject: str = Field(examples=["Confirm your address"])
    text: str = Field(examples=["Somebody, hopefully you, opened an account."])


class LetterRoutes:
    """Routes under /api/v1/auth/admin/letters."""

    def __init__(
        self, *, database: Database, letter_box: LetterBox, stationery: Stationery, guard: Guard, clock: Clock
    ) -> None:
        self._database = database
        self._clock = clock
        self._letter_box = letter_box
        self._stationery = stationery
        self._guard = guard
        self.router = APIRouter(prefix="/api/v1/auth/admin/letters", tags=["Administration"], route_class=StrictRoute)
        add = partial(add_personal, self.router)
        add("GET ", self.list_letters, "List letters", LettersAnswer, 400, 403, 422)
        add(
            "GET /{letter_id}",
            self.open_letter,
            "Read a letter that no mail server took",
            OpenedLetterAnswer,
            403,
            404,
            422,
        )

    async def list_letters(
        self, request: Request, limit: pages.Limit = 50, cursor: pages.Cursor = None
    ) -> LettersAnswer:
        """Show what was written to whom, and whether it left the house."""
        await self._guard.at_least(request, Role.ADMIN)
        async with self._database.reading() as tx:
            found = await store.list_letters(tx, before=_read_cursor(cursor), limit=limit + 1)
        shown, last = found[:limit], found[limit - 1] if len(found) > limit else None
        next_cursor = None if last is None else f"{last.created_at}.{last.id}"
        return LettersAnswer(letters=[_shown(one) for one in shown], next_cursor=next_cursor)

    async def open_letter(self, request: Request, letter_id: LetterId) -> OpenedLetterAnswer:
        """Show what a letter says, where nobody else can tell its reader."""
        reader = await self._guard.at_least(request, Role.SUPERADMIN)
        async with self._database.transaction() as tx:
            found = await store.find_letter(tx, str(letter_id))
            if found is None or found.carrier != MaildirCarrier.name or found.sealed_particulars is None:
                raise UnknownLetter
            actor, target = Actor(reader.person_id, reader.name), found.person_id or found.id
            await record(tx, [acted(actor, "read_letter", target, {"kind": found.kind}, self._clock())])
        written = self._stationery.write(found, self._letter_box.open(found))
        return OpenedLetterAnswer(**dict(_shown(found)), subject=written.subject, text=written.text)


def _shown(letter: StoredLetter) -> LetterAnswer:
    state = "waiting" if letter.next_try_at is not None else "given_up"
    return LetterAnswer(
        id=letter.id,
        kind=letter.kind,
        address=letter.address or "",
        language=letter.language,
        state=state if letter.sent_at is None else "sent",
        tries=letter.tries,
        problem=letter.problem,
        carrier=letter.carrier,
        created_at=to_rfc3339(letter.created_at),
        sent_at=None if letter.sent_at is None else to_rfc3339(letter.sent_at),
    )


def _read_cursor(text: str | None) -> tuple[Instant, str] | None:
    """Read the place after which a list goes on. Raises InvalidCursor."""
    if text is None:
        return None
    at, _, letter_id = text.partition(".")
    if not (at.isascii() and at.isdigit() and len(at) <= 18 and len(letter_id) == len(_LETTER_EXAMPLE)):
        raise InvalidCursor("The cursor is not one that this list gave.")
    return Instant(int(at)), letter_id
