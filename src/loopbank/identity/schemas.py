"""HTTP shapes of the event face's authentication routes."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from loopbank.access import Role
from loopbank.foundation.clock import to_rfc3339
from loopbank.foundation.requests import KnownBody, PlainText, StrictBody
from loopbank.identity.holders import HolderView
from loopbank.identity.names import NAME_LENGTH_MAX
from loopbank.identity.password_rules import PASSWORD_LENGTH_MAX
from loopbank.identity.people import Person, Session

_FACTION_LENGTH_MAX = 50
_TOKEN_LENGTH_MAX = 200

CharacterName = Annotated[PlainText, Field(min_length=1, max_length=NAME_LENGTH_MAX, examples=["Night Runner"])]
Password = Annotated[str, Field(min_length=1, max_length=PASSWORD_LENGTH_MAX, examples=["chrome-rain-4417"])]
OpaqueToken = Annotated[
    PlainText,
    Field(min_length=1, max_length=_TOKEN_LENGTH_MAX, examples=["Yx2c1vJm0b0x4kq3Jr1nq0JcR8m3o9c2v7s6d5f4g3h"]),
]


class RegisterBody(KnownBody):
    """Who wants to join."""

    character_name: CharacterName
    password: Password
    faction: (
        Annotated[
            PlainText,
            StringConstraints(strip_whitespace=True, max_length=_FACTION_LENGTH_MAX),
            Field(examples=["Netrunners"]),
        ]
        | None
    ) = None


class LoginBody(KnownBody):
    """Who wants to sign in."""

    character_name: CharacterName
    password: Password


class RefreshBody(KnownBody):
    """The refresh token, unless it comes as a cookie."""

    refresh_token: OpaqueToken | None = None


class PasswordBody(KnownBody):
    """The password that is, and the one that shall be."""

    current_password: Password
    new_password: Password


class SetupBody(StrictBody):
    """Who becomes the first administrator."""

    token: OpaqueToken
    character_name: CharacterName
    password: Password


class SlipBody(StrictBody):
    """A reset slip, or the secret of a mailed link, and the new password."""

    slip: Annotated[PlainText, Field(min_length=1, max_length=_TOKEN_LENGTH_MAX, examples=["7K2M-Q9XD-0RTB-V4WN"])]
    new_password: Password


class ChallengeBody(StrictBody):
    """The code of an authenticator app, or a recovery code, for a sign-in that asked for it."""

    challenge: OpaqueToken
    code: Annotated[PlainText, Field(min_length=1, max_length=40, examples=["402917"])]


class UserAnswer(BaseModel):
    """A person with their wallet; the wallet's fields are null while the Coin Service does not answer."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "character_name": "Night Runner",
                "account_number": "NC-7K2M-Q9XD",
                "faction": "Netrunners",
                "created_at": "2026-01-31T12:00:00.000000Z",
                "is_admin": False,
                "role": "USER",
                "profile_picture": "\U0001f98a",
                "free_spins": 0,
                "balance": 1000,
                "available": 1000,
                "held": 0,
            }
        }
    )

    character_name: str
    account_number: str | None
    faction: str | None
    created_at: str
    is_admin: bool
    role: str
    profile_picture: str | None
    free_spins: int | None
    balance: int | float | None
    available: int | float | None
    held: int | float | None


class RegisteredAnswer(BaseModel):
    """The new person."""

    message: str = Field(examples=["Welcome to the bank."])
    user: UserAnswer


class SignedInAnswer(BaseModel):
    """Fresh tokens; the refresh token is missing where it travels as a cookie."""

    access_token: str = Field(
        description="A JWT (RFC 9068).", examples=["eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln"]
    )
    token_type: str = Field(examples=["Bearer"])
    expires_in: int = Field(description="Seconds until the access token expires.", examples=[86_400])
    refresh_token: str = Field("", examples=["Yx2c1vJm0b0x4kq3Jr1nq0JcR8m3o9c2v7s6d5f4g3h"])
    user: UserAnswer


class ChallengeAnswer(BaseModel):
    """The password was right; the code of an app, or a recovery code, is still missing."""

    totp_required: bool = Field(examples=[True])
    challenge: str = Field(
        description="Goes back with the code, within ten minutes.",
        examples=["Yx2c1vJm0b0x4kq3Jr1nq0JcR8m3o9c2v7s6d5f4g3h"],
    )


class MessageAnswer(BaseModel):
    """It is done."""

    message: str = Field(examples=["It is done."])


class SessionAnswer(BaseModel):
    """One sign-in on one device."""

    id: str = Field(examples=["4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11"])
    device: str = Field(examples=["Firefox on Android"])
    address: str = Field(examples=["192.0.2.7"])
    created_at: str = Field(examples=["2026-01-31T12:00:00.000000Z"])
    last_seen_at: str = Field(examples=["2026-01-31T18:30:00.000000Z"])
    is_current: bool = Field(examples=[True])


class SessionsAnswer(BaseModel):
    """The person's living sessions, the latest used first."""

    sessions: list[SessionAnswer]


class KeySetAnswer(BaseModel):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[dict[str, str]] = Field(
        examples=[[{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "2026-01", "n": "4f7kq0", "e": "AQAB"}]]
    )


def user_answer(person: Person, holder: HolderView | None) -> UserAnswer:
    """Join what the two services know of a person."""
    return UserAnswer(
        character_name=person.name,
        account_number=None if holder is None else holder.account_number,
        faction=None if holder is None else holder.faction,
        created_at=to_rfc3339(person.created_at),
        is_admin=person.role >= Role.ADMIN,
        role=person.role.name,
        profile_picture=None if holder is None else holder.profile_picture,
        free_spins=None if holder is None else holder.free_spins,
        balance=None if holder is None else holder.balance,
        available=None if holder is None else holder.available,
        held=None if holder is None else holder.held,
    )


def session_answer(session: Session, *, current_id: str) -> SessionAnswer:
    """Show a session to its owner."""
    return SessionAnswer(
        id=session.id,
        device=session.device,
        address=session.address,
        created_at=to_rfc3339(session.created_at),
        last_seen_at=to_rfc3339(session.last_seen_at),
        is_current=session.id == current_id,
    )
