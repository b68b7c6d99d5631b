"""What the bank wrote to somebody, read where it waits for the postman."""

from dataclasses import dataclass

from sqlalchemy import func, select

from loopbank.identity.mail import LetterBox, list_letters
from loopbank.identity.mail.tables import letter
from tests.identity.authentication import SECRET_KEY, Authentication


@dataclass(frozen=True, slots=True)
class Written:
    """One letter."""

    kind: str
    address: str | None
    language: str
    particulars: dict[str, str]

    @property
    def secret(self) -> str:
        """What stands behind the # of its link."""
        return self.particulars["link"].partition("#")[2]


async def letters(authentication: Authentication, address: str) -> list[Written]:
    """Give the letters to an address, the newest first."""
    box = LetterBox(SECRET_KEY, authentication.clock)
    async with authentication.database.reading() as tx:
        stored = await list_letters(tx, before=None, limit=100)
    found = [one for one in stored if one.address == address]
    return [Written(one.kind, one.address, one.language, dict(box.open(one))) for one in found]


async def latest(authentication: Authentication, address: str, kind: str) -> Written:
    """Give the newest letter of a kind."""
    return next(one for one in await letters(authentication, address) if one.kind == kind)


async def count_letters(authentication: Authentication) -> int:
    """Count all letters, those to nobody included."""
    async with authentication.database.reading() as tx:
        counted: int = await tx.value(select(func.count()).select_from(letter))
    return counted
