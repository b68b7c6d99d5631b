"""Passkeys over HTTP (snake_case around the browser's own documents)."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from loopbank.access import client_key
from loopbank.foundation.clock import to_rfc3339
from loopbank.foundation.http import unhurried
from loopbank.foundation.openapi import refusals
from loopbank.foundation.requests import PlainText, StrictBody, StrictRoute
from loopbank.identity.answers import TokenAnswers
from loopbank.identity.devices import place_of
from loopbank.identity.doors import Doors
from loopbank.identity.mail import language_of
from loopbank.identity.passkeys.ceremonies import Passkeys
from loopbank.identity.passkeys.sites import Site, site_of
from loopbank.identity.passkeys.store import StoredPasskey
from loopbank.identity.password_change import PasswordChange
from loopbank.identity.personal_routes import add_personal
from loopbank.identity.schemas import MessageAnswer, Password, SignedInAnswer
from loopbank.identity.session_transport import TRANSPORT_PARAMETER

_LIMIT = "30/minute"
_LIMIT_OF_CHANGES = "20/hour"
_TIME_EXAMPLE = "2026-01-31T12:00:00.000000Z"
_ID_EXAMPLE = "Yx2c1vJm0b0x4kq3Jr1nqw"
_BYTES_EXAMPLE = "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0"
_TEXT_MAX = 20_000

PasskeyId = Annotated[
    str,
    PathParameter(pattern="^[A-Za-z0-9_-]{1,1400}$", description="One of one's own passkeys.", examples=[_ID_EXAMPLE]),
]
_Bytes = Annotated[str, Field(min_length=1, max_length=_TEXT_MAX, pattern="^[A-Za-z0-9_=-]+$")]


class _BrowserDocument(BaseModel):
    """Part of what a browser gives; it may say more than we read."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class AttestationDocument(_BrowserDocument):
    """A new key, as a browser tells of it; base64url."""

    clientDataJSON: Annotated[_Bytes, Field(examples=[_BYTES_EXAMPLE])]  # noqa: N815 -- the browser's name
    attestationObject: Annotated[_Bytes, Field(examples=[_BYTES_EXAMPLE])]  # noqa: N815 -- the browser's name


class AssertionDocument(_BrowserDocument):
    """A signature, as a browser tells of it; base64url."""

    clientDataJSON: Annotated[_Bytes, Field(examples=[_BYTES_EXAMPLE])]  # noqa: N815 -- the browser's name
    authenticatorData: Annotated[_Bytes, Field(examples=[_BYTES_EXAMPLE])]  # noqa: N815 -- the browser's name
    signature: Annotated[_Bytes, Field(examples=[_BYTES_EXAMPLE])]
    userHandle: Annotated[str, Field(max_length=200, examples=[_ID_EXAMPLE])] | None = None  # noqa: N815 -- likewise


class NewCredential(_BrowserDocument):
    """A PublicKeyCredential from `navigator.credentials.create`."""

    id: Annotated[_Bytes, Field(examples=[_ID_EXAMPLE])]
    rawId: Annotated[_Bytes, Field(examples=[_ID_EXAMPLE])]  # noqa: N815 -- the browser's name
    type: Annotated[str, Field(max_length=20, examples=["public-key"])]
    response: AttestationDocument


class SigningCredential(_BrowserDocument):
    """A PublicKeyCredential from `navigator.credentials.get`."""

    id: Annotated[_Bytes, Field(examples=[_ID_EXAMPLE])]
    rawId: Annotated[_Bytes, Field(examples=[_ID_EXAMPLE])]  # noqa: N815 -- the browser's name
    type: Annotated[str, Field(max_length=20, examples=["public-key"])]
    response: AssertionDocument


class PasskeyOwnerBody(StrictBody):
    """One's own password: whoever merely holds a token changes no way to sign in."""

    password: Password


class NewPasskeyBody(StrictBody):
    """A new passkey and what to call it."""

    name: Annotated[PlainText, Field(min_length=1, max_length=60, examples=["My phone"])]
    credential: NewCredential


class PasskeySignInBody(StrictBody):
    """A signature of a passkey."""

    credential: SigningCredential


class PasskeyOptionsAnswer(BaseModel):
    """What goes to the browser's `parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`."""

    options: dict[str, Any] = Field(examples=[{"challenge": _ID_EXAMPLE, "rpId": "bank.example"}])


class PasskeyAnswer(BaseModel):
    """A passkey."""

    id: str = Field(examples=[_ID_EXAMPLE])
    name: str = Field(examples=["My phone"])
    created_at: str = Field(examples=[_TIME_EXAMPLE])
    used_at: str | None = Field(examples=[_TIME_EXAMPLE])


class PasskeysAnswer(BaseModel):
    """One's own passkeys, the oldest first."""

    passkeys: list[PasskeyAnswer]


class PasskeyRoutes:
    """Routes under /api/v1/auth/passkeys; they work over HTTPS, and on localhost."""

    def __init__(
        self, passkeys: Passkeys, passwords: PasswordChange, *, answers: TokenAnswers, doors: Doors, public_url: str
    ) -> None:
        self._passkeys = passkeys
        self._answers = answers
        self._passwords = passwords
        self._guard = doors.guard
        self._rate_limits = doors.rate_limits
        self._transport = doors.transport
        self._public_url = public_url
        self.router = APIRouter(prefix="/api/v1/auth/passkeys", tags=["Passkeys"], route_class=StrictRoute)
        add = partial(add_personal, self.router)
        add("GET ", self.list, "List one's own passkeys", PasskeysAnswer)
        add("POST /options", self.offer, "Begin to make a passkey", PasskeyOptionsAnswer, 400, 403, 422, 429)
        add("POST ", self.add, "Add a passkey", PasskeyAnswer, 400, 403, 422, 429, status_code=201)
        add("POST /{passkey_id}/remove", self.remove, "Remove a passkey", MessageAnswer, 404, 422, 429)
        public: dict[str, Any] = {"parameters": [TRANSPORT_PARAMETER]}
        for path, endpoint, summary, answer in (
            ("/sign-in/options", self.ask, "Begin to sign in with a passkey", PasskeyOptionsAnswer),
            ("/sign-in", self.sign_in, "Sign in with a passkey", SignedInAnswer),
        ):
            self.router.add_api_route(
                path,
                endpoint,
                methods=["POST"],
                summary=summary,
                response_model=answer,
                response_model_exclude_unset=True,
                responses=refusals(401, 403, 422, 429),
                openapi_extra=public,
            )

    async def list(self, request: Request) -> PasskeysAnswer:
        """Show with which devices one may sign in."""
        principal = await self._guard.person(request)
        return PasskeysAnswer(passkeys=[_shown(one) for one in await self._passkeys.list(principal.person_id)])

    @unhurried
    async def offer(self, request: Request, body: PasskeyOwnerBody) -> PasskeyOptionsAnswer:
        """Get what the browser needs, proving the password."""
        person_id = await self._prove(request, body.password)
        return PasskeyOptionsAnswer(options=await self._passkeys.offer(person_id, self._site(request)))

    async def add(self, request: Request, body: NewPasskeyBody) -> PasskeyAnswer:
        """Take what the browser made."""
        principal = await self._guard.person(request)
        self._rate_limits.check("passkey", _LIMIT_OF_CHANGES, principal.person_id)
        made = await self._passkeys.add(
            principal.person_id,
            self._site(request),
            body.credential.model_dump(),
            name=body.name,
            language=language_of(request),
        )
        return _shown(made)

    @unhurried
    async def remove(self, request: Request, passkey_id: PasskeyId, body: PasskeyOwnerBody) -> MessageAnswer:
        """Sign in with this device no more, proving the password."""
        person_id = await self._prove(request, body.password)
        await self._passkeys.remove(person_id, passkey_id, language_of(request))
        return MessageAnswer(message="The passkey is removed.")

    async def ask(self, request: Request) -> PasskeyOptionsAnswer:
        """Get what the browser needs."""
        self._rate_limits.check("passkey-sign-in", _LIMIT, client_key(request))
        return PasskeyOptionsAnswer(options=await self._passkeys.ask(self._site(request)))

    async def sign_in(self, request: Request, response: Response, body: PasskeySignInBody) -> SignedInAnswer:
        """Sign in with what the browser signed; each challenge counts once."""
        wants_cookie = self._transport.wants_cookie(request)
        self._rate_limits.check("passkey-sign-in", _LIMIT, client_key(request))
        credential = body.credential.model_dump()
        signed_in = await self._passkeys.sign_in(self._site(request), credential, place_of(request))
        return await self._answers.event(request, response, signed_in, wants_cookie=wants_cookie)

    async def _prove(self, request: Request, password: str) -> str:
        """Let only whoever knows the password go on, and give who it is."""
        principal = await self._guard.person(request)
        self._rate_limits.check("passkey", _LIMIT_OF_CHANGES, principal.person_id)
        await self._passwords.prove(principal, password)
        return principal.person_id

    def _site(self, request: Request) -> Site:
        return site_of(request, self._public_url)


def _shown(passkey: StoredPasskey) -> PasskeyAnswer:
    return PasskeyAnswer(
        id=passkey.id,
        name=passkey.name,
        created_at=to_rfc3339(passkey.created_at),
        used_at=None if passkey.used_at is None else to_rfc3339(passkey.used_at),
    )
