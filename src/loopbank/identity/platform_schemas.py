"""HTTP shapes of the platform face's accounts (camelCase)."""

from typing import Annotated

from pydantic import Field, StringConstraints

from loopbank.foundation.clock import to_rfc3339
from loopbank.foundation.requests import CamelAnswer, CamelBody, PlainText
from loopbank.identity.by_mail import EMAIL_LENGTH_MAX
from loopbank.identity.holders import HolderView
from loopbank.identity.names import NAME_LENGTH_MAX
from loopbank.identity.people import Person, Session
from loopbank.identity.schemas import OpaqueToken, Password
from loopbank.identity.tokens import AccessToken

PERSON_EXAMPLE = "4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11"
_TIME_EXAMPLE = "2026-01-31T12:00:00.000000Z"
_ACCESS_TOKEN_EXAMPLE = "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln"  # noqa: S105 -- an example

EmailText = Annotated[
    PlainText, StringConstraints(min_length=1, max_length=EMAIL_LENGTH_MAX), Field(examples=["runner@example.org"])
]
CodeText = Annotated[PlainText, StringConstraints(min_length=1, max_length=40), Field(examples=["402917"])]


class MailRegisterBody(CamelBody):
    """Who wants to join by mail."""

    email: EmailText
    password: Password
    full_name: Annotated[
        PlainText, StringConstraints(min_length=1, max_length=NAME_LENGTH_MAX), Field(examples=["A Night Runner"])
    ]


class MailLoginBody(CamelBody):
    """Who wants to sign in."""

    email: EmailText
    password: Password


class MailBody(CamelBody):
    """A mail address."""

    email: EmailText


class CodeLoginBody(CamelBody):
    """A mailed code; `loginId` names the sign-in that asked for it, where the program kept it."""

    email: EmailText
    code: CodeText
    login_id: OpaqueToken | None = None


class SecondFactorBody(CamelBody):
    """The code of an authenticator app, or a recovery code, for a sign-in that asked for it."""

    challenge: OpaqueToken
    code: CodeText


class LinkBody(CamelBody):
    """The secret of a link."""

    token: OpaqueToken


class ResetBody(CamelBody):
    """The secret of a link, or a reset slip, and the new password."""

    token: OpaqueToken
    new_password: Password


class ChangePasswordBody(CamelBody):
    """The password that is, and the one that shall be."""

    current_password: Password
    new_password: Password


class RefreshTokenBody(CamelBody):
    """The refresh token, unless it comes as a cookie."""

    refresh_token: OpaqueToken | None = None


class AccountAnswer(CamelAnswer):
    """A person of the platform."""

    id: str = Field(examples=[PERSON_EXAMPLE])
    email: str | None = Field(examples=["runner@example.org"])
    full_name: str = Field(examples=["A Night Runner"])
    role: str = Field(examples=["USER"])
    is_verified: bool = Field(description="Whether the person proved that the address is theirs.", examples=[True])


class WalletSummary(CamelAnswer):
    """What the person holds; null while the Coin Service does not answer."""

    balance: int | float | None = Field(examples=[125.5])


class OwnAccountAnswer(AccountAnswer):
    """A person with their wallet."""

    created_at: str = Field(examples=[_TIME_EXAMPLE])
    wallet: WalletSummary


class TokenAnswer(CamelAnswer):
    """Fresh tokens; the refresh token is missing where it travels as a cookie."""

    message: str = Field(examples=["Welcome back."])
    user: AccountAnswer
    token: str = Field(description="A JWT (RFC 9068).", examples=[_ACCESS_TOKEN_EXAMPLE])
    refresh_token: str = Field("", examples=["Yx2c1vJm0b0x4kq3Jr1nq0JcR8m3o9c2v7s6d5f4g3h"])
    expires_in: int = Field(description="Seconds until the token expires.", examples=[604_800])


class StepUpAnswer(CamelAnswer):
    """The password was right; the code of an app, or a recovery code, is still missing."""

    message: str = Field(examples=["Please give the code of your authenticator app."])
    totp_required: bool = Field(examples=[True])
    challenge: str = Field(
        description="Goes back with the code, within ten minutes.",
        examples=["Yx2c1vJm0b0x4kq3Jr1nq0JcR8m3o9c2v7s6d5f4g3h"],
    )


class CodeSentAnswer(CamelAnswer):
    """A code was mailed, if the address has an account."""

    message: str = Field(examples=["If the address has an account, a code is on its way."])
    login_id: str = Field(
        description="Names this sign-in; the code is good for it alone.",
        examples=["Yx2c1vJm0b0x4kq3Jr1nq0JcR8m3o9c2v7s6d5f4g3h"],
    )


class MeAnswer(CamelAnswer):
    """The person who asks."""

    user: OwnAccountAnswer


class DoneAnswer(CamelAnswer):
    """It is done."""

    message: str = Field(examples=["It is done."])


class PlatformSession(CamelAnswer):
    """One sign-in on one device."""

    id: str = Field(examples=[PERSON_EXAMPLE])
    device: str = Field(examples=["Firefox on Android"])
    place: str = Field(description="The network address.", examples=["192.0.2.7"])
    created_at: str = Field(examples=[_TIME_EXAMPLE])
    last_seen_at: str = Field(examples=[_TIME_EXAMPLE])
    is_current: bool = Field(examples=[True])


class PlatformSessionsAnswer(CamelAnswer):
    """The person's living sessions, the latest used first."""

    sessions: list[PlatformSession]


def account_answer(person: Person) -> AccountAnswer:
    """Show a person."""
    return AccountAnswer(
        id=person.id,
        email=person.email,
        full_name=person.name,
        role=person.role.name,
        is_verified=person.is_verified,
    )


def own_account_answer(person: Person, holder: HolderView | None) -> OwnAccountAnswer:
    """Show a person with their wallet."""
    return OwnAccountAnswer(
        **dict(account_answer(person)),
        created_at=to_rfc3339(person.created_at),
        wallet=WalletSummary(balance=None if holder is None else holder.balance),
    )


def token_answer(message: str, person: Person, token: AccessToken) -> TokenAnswer:
    """Hand an access token out."""
    return TokenAnswer(
        message=message, user=account_answer(person), token=token.text, expires_in=token.expires_in_seconds
    )


def session_shown(session: Session, *, current_id: str) -> PlatformSession:
    """Show a session to its owner."""
    return PlatformSession(
        id=session.id,
        device=session.device,
        place=session.address,
        created_at=to_rfc3339(session.created_at),
        last_seen_at=to_rfc3339(session.last_seen_at),
        is_current=session.id == current_id,
    )
