"""HTTP shapes of the platform's user administration (camelCase)."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from loopbank.foundation.clock import to_rfc3339
from loopbank.foundation.requests import CamelAnswer, CamelBody, PlainText
from loopbank.identity.directory_store import DirectoryEntry
from loopbank.identity.platform_schemas import PERSON_EXAMPLE, WalletSummary, account_answer

PAGE_MAX = 10_000
_TIME_EXAMPLE = "2026-01-31T12:00:00.000000Z"

Page = Annotated[int, Query(ge=1, le=PAGE_MAX, examples=[1])]
PageSize = Annotated[int, Query(alias="pageSize", ge=1, le=100, examples=[20])]
Search = Annotated[PlainText, Query(max_length=100, description="A part of a name or address.", examples=["runner"])]


class RoleBody(CamelBody):
    """The role to give."""

    role: Annotated[str, Field(pattern="^(USER|DEVELOPER|ADMIN|SUPERADMIN)$", examples=["DEVELOPER"])]


class StatusBody(CamelBody):
    """Whether the person may sign in."""

    is_active: Annotated[bool, Field(strict=True, examples=[False])]


class UserEntry(CamelAnswer):
    """A person as administrators see them."""

    id: str = Field(examples=[PERSON_EXAMPLE])
    email: str | None = Field(examples=["runner@example.org"])
    full_name: str = Field(examples=["A Night Runner"])
    role: str = Field(examples=["USER"])
    is_verified: bool = Field(examples=[True])
    is_active: bool = Field(examples=[True])
    is_removed: bool = Field(description="Shut out for ever, and nameless.", examples=[False])
    has_second_factor: bool = Field(examples=[False])
    created_at: str = Field(examples=[_TIME_EXAMPLE])
    last_login_at: str | None = Field(examples=[_TIME_EXAMPLE])


class UserWithWallet(UserEntry):
    """A person with what they hold."""

    wallet: WalletSummary


class Pagination(CamelAnswer):
    """Where a page stands among all that match."""

    page: int = Field(examples=[1])
    page_size: int = Field(examples=[20])
    total: int = Field(examples=[1])


class UserListAnswer(CamelAnswer):
    """A page of people, the newest first."""

    users: list[UserEntry]
    pagination: Pagination


class UserAnswerWithWallet(CamelAnswer):
    """One person."""

    user: UserWithWallet


class UserRole(CamelAnswer):
    """A person's role."""

    id: str = Field(examples=[PERSON_EXAMPLE])
    role: str = Field(examples=["DEVELOPER"])


class UserStatus(CamelAnswer):
    """Whether a person may sign in."""

    id: str = Field(examples=[PERSON_EXAMPLE])
    is_active: bool = Field(examples=[False])


class StatusAnswer(CamelAnswer):
    """Whether a person may sign in now."""

    message: str = Field(examples=["The person is shut out."])
    user: UserStatus


class RoleAnswer(CamelAnswer):
    """The role that a person has now."""

    message: str = Field(examples=["The role is changed."])
    user: UserRole


def user_entry(entry: DirectoryEntry) -> UserEntry:
    """Show a person to administrators."""
    return UserEntry(
        **dict(account_answer(entry.person)),
        is_active=entry.deactivated_at is None,
        is_removed=entry.is_anonymous,
        has_second_factor=entry.person.second_factor_since is not None,
        created_at=to_rfc3339(entry.person.created_at),
        last_login_at=None if entry.signed_in_at is None else to_rfc3339(entry.signed_in_at),
    )
