"""The event face's authentication routes: join, sign in and out, sessions, password, and the published keys."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi import Path as PathParameter
from starlette.requests import Request
from starlette.responses import Response

from loopbank.access import InvalidToken, Role, client_key
from loopbank.foundation import openapi
from loopbank.foundation.http import unhurried
from loopbank.foundation.openapi import refusals
from loopbank.foundation.requests import FaceRoute, StrictRoute
from loopbank.identity import schemas
from loopbank.identity.accounts import Accounts
from loopbank.identity.administration import Administration
from loopbank.identity.admission import StepUp
from loopbank.identity.answers import TokenAnswers
from loopbank.identity.devices import place_of
from loopbank.identity.doors import Doors
from loopbank.identity.errors import InvalidGrant
from loopbank.identity.holders import Holders
from loopbank.identity.keys import KeyRing
from loopbank.identity.mail import language_of
from loopbank.identity.schemas import user_answer
from loopbank.identity.session_transport import TRANSPORT_HEADER, TRANSPORT_PARAMETER
from loopbank.identity.sessions import Sessions

_REGISTER_LIMIT = "5/hour"
_LOGIN_LIMIT = "10/minute"
_REFRESH_LIMIT = "120/minute"
_PASSWORD_LIMIT = "5/hour"  # noqa: S105 -- a rate limit
_SETUP_LIMIT = "10/hour"
_KEYS_CACHE_CONTROL = "public, max-age=60"

SessionId = Annotated[
    UUID,
    PathParameter(description="One of one's own sessions.", examples=["4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11"]),
]


SignInAnswer = schemas.SignedInAnswer | schemas.ChallengeAnswer


class SignInRoutes:
    """Join, sign in, refresh and sign out."""

    def __init__(
        self,
        accounts: Accounts,
        *,
        sessions: Sessions,
        administration: Administration,
        holders: Holders,
        doors: Doors,
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._administration = administration
        self._holders = holders
        self._answers = TokenAnswers(holders, doors.transport, sessions)
        self._guard = doors.guard
        self._rate_limits = doors.rate_limits
        self._transport = doors.transport
        self.router = APIRouter(prefix="/api/v1/auth", tags=["Sign in"], route_class=FaceRoute)
        self._add_routes()
        self._add_second_factor()
        self.setup_router = APIRouter(prefix="/api/v1/auth", tags=["Sign in"], route_class=StrictRoute)
        self.setup_router.add_api_route(
            "/setup",
            self.set_up,
            methods=["POST"],
            status_code=201,
            summary="Become the first administrator",
            response_model=schemas.RegisteredAnswer,
            responses=refusals(400, 403, 422, 429),
        )

    def _add_routes(self) -> None:
        add = self.router.add_api_route
        add(
            "/register",
            self.register,
            methods=["POST"],
            status_code=201,
            summary="Join the bank",
            response_model=schemas.RegisteredAnswer,
            responses=refusals(400, 429),
        )
        add(
            "/login",
            self.login,
            methods=["POST"],
            summary="Sign in",
            description=f"With `{TRANSPORT_HEADER}: cookie` the refresh token comes as a cookie. "
            "Whoever has an authenticator app gets a challenge instead of tokens.",
            response_model=SignInAnswer,
            response_model_exclude_unset=True,
            responses=refusals(400, 401, 403, 429),
            openapi_extra={"parameters": [TRANSPORT_PARAMETER]},
        )
        add(
            "/refresh",
            self.refresh,
            methods=["POST"],
            summary="Exchange the refresh token for new tokens",
            description="A refresh token works once; the same again ends its session, or within ten seconds nothing.",
            response_model=schemas.SignedInAnswer,
            response_model_exclude_unset=True,
            responses=refusals(400, 401, 403, 429),
            openapi_extra={"parameters": [TRANSPORT_PARAMETER]},
        )
        add(
            "/logout",
            self.logout,
            methods=["POST"],
            summary="Sign out",
            response_model=schemas.MessageAnswer,
            responses=refusals(400, 401, 403),
            openapi_extra={"parameters": [TRANSPORT_PARAMETER], "security": [{"bearer": []}, {}]},
        )

    def _add_second_factor(self) -> None:
        self.router.add_api_route(
            "/second-factor",
            self.step_up,
            methods=["POST"],
            summary="Give the code of an authenticator app",
            response_model=schemas.SignedInAnswer,
            response_model_exclude_unset=True,
            responses=refusals(400, 401, 403, 429),
            openapi_extra={"parameters": [TRANSPORT_PARAMETER]},
        )

    @unhurried
    async def register(self, request: Request, body: schemas.RegisterBody) -> schemas.RegisteredAnswer:
        """Open an account under a character name that nobody else has."""
        registration = self._accounts.registration
        new = registration.check(body.character_name, body.password, faction=body.faction)
        self._rate_limits.check("register", _REGISTER_LIMIT, client_key(request))
        person = await registration.register(new)
        holder = await self._holders.open(person, new.faction)
        return schemas.RegisteredAnswer(message="Welcome to the bank.", user=user_answer(person, holder))

    @unhurried
    async def login(self, request: Request, response: Response, body: schemas.LoginBody) -> SignInAnswer:
        """Sign in with character name (or mail address) and password."""
        wants_cookie = self._transport.wants_cookie(request)
        self._rate_limits.check("login", _LOGIN_LIMIT, client_key(request))
        outcome = await self._accounts.sign_in.sign_in(body.character_name, body.password, place_of(request))
        if isinstance(outcome, StepUp):
            return schemas.ChallengeAnswer(totp_required=True, challenge=outcome.challenge)
        return await self._answers.event(request, response, outcome, wants_cookie=wants_cookie)

    async def step_up(
        self, request: Request, response: Response, body: schemas.ChallengeBody
    ) -> schemas.SignedInAnswer:
        """Answer a sign-in's challenge with a code of the app, or a recovery code; five tries, each code once."""
        wants_cookie = self._transport.wants_cookie(request)
        self._rate_limits.check("second-factor", _LOGIN_LIMIT, client_key(request))
        signed_in = await self._accounts.sign_in.step_up(
            body.challenge, body.code, place_of(request), language_of(request)
        )
        return await self._answers.event(request, response, signed_in, wants_cookie=wants_cookie)

    async def refresh(
        self, request: Request, response: Response, body: schemas.RefreshBody | None = None
    ) -> schemas.SignedInAnswer:
        """Stay signed in."""
        wants_cookie = self._transport.wants_cookie(request)
        token = self._transport.token(request, body.refresh_token if body else None)
        self._rate_limits.check("refresh", _REFRESH_LIMIT, client_key(request))
        if token is None:
            raise InvalidGrant
        signed_in = await self._sessions.refresh(token, address=place_of(request).address)
        return await self._answers.event(request, response, signed_in, wants_cookie=wants_cookie)

    async def logout(
        self, request: Request, response: Response, body: schemas.RefreshBody | None = None
    ) -> schemas.MessageAnswer:
        """End this session, which the access token or the refresh token names."""
        wants_cookie = self._transport.wants_cookie(request)
        token = self._transport.token(request, body.refresh_token if body else None)
        try:
            principal = await self._guard.person(request)
        except InvalidToken:
            if token is None:
                raise
            await self._sessions.sign_out_by_token(token)
        else:
            await self._sessions.sign_out(principal.session_id)
        if wants_cookie:
            self._transport.erase(request, response)
        return schemas.MessageAnswer(message="You are signed out.")

    @unhurried
    async def set_up(self, request: Request, body: schemas.SetupBody) -> schemas.RegisteredAnswer:
        """Use the one-time link that the bank's first start prints."""
        new = self._accounts.registration.check(body.character_name, body.password, role=Role.SUPERADMIN)
        self._rate_limits.check("setup", _SETUP_LIMIT, client_key(request))
        person = await self._administration.set_up(body.token, new)
        holder = await self._holders.open(person, None)
        return schemas.RegisteredAnswer(message="You administer this bank now.", user=user_answer(person, holder))


class SessionRoutes:
    """A signed-in person's sessions and password."""

    def __init__(self, accounts: Accounts, *, sessions: Sessions, doors: Doors) -> None:
        self._passwords = accounts.passwords
        self._sessions = sessions
        self._guard = doors.guard
        self._rate_limits = doors.rate_limits
        self.router = APIRouter(prefix="/api/v1", tags=["Sessions"], route_class=FaceRoute)
        add = self.router.add_api_route
        add(
            "/auth/sessions",
            self.list_sessions,
            methods=["GET"],
            summary="List one's own sessions",
            response_model=schemas.SessionsAnswer,
            responses=refusals(401),
            openapi_extra=openapi.signed_in(),
        )
        add(
            "/auth/sessions/{session_id}",
            self.end_session,
            methods=["DELETE"],
            summary="End one of one's own sessions",
            response_model=schemas.MessageAnswer,
            responses=refusals(400, 401, 404),
            openapi_extra=openapi.signed_in(),
        )
        add(
            "/account/password",
            self.change_password,
            methods=["PUT"],
            summary="Change one's own password",
            description="All other sessions end.",
            response_model=schemas.MessageAnswer,
            responses=refusals(400, 401, 429),
            openapi_extra=openapi.signed_in(),
        )

    async def list_sessions(self, request: Request) -> schemas.SessionsAnswer:
        """Show where one is signed in."""
        principal = await self._guard.person(request)
        sessions = await self._sessions.list(principal)
        shown = [schemas.session_answer(session, current_id=principal.session_id) for session in sessions]
        return schemas.SessionsAnswer(sessions=shown)

    async def end_session(self, request: Request, session_id: SessionId) -> schemas.MessageAnswer:
        """Sign out on another device."""
        principal = await self._guard.person(request)
        await self._sessions.end(principal, str(session_id))
        return schemas.MessageAnswer(message="The session has ended.")

    @unhurried
    async def change_password(self, request: Request, body: schemas.PasswordBody) -> schemas.MessageAnswer:
        """Choose a new password, proving the current one."""
        principal = await self._guard.person(request)
        self._rate_limits.check("password", _PASSWORD_LIMIT, principal.person_id)
        await self._passwords.change(
            principal, current=body.current_password, new=body.new_password, language=language_of(request)
        )
        return schemas.MessageAnswer(message="Your password is changed. Your other sessions have ended.")


class KeyRoutes:
    """The keys with which anybody can check an access token."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self.router = APIRouter(tags=["Keys"], route_class=StrictRoute)
        self.router.add_api_route(
            "/.well-known/jwks.json",
            self.show_keys,
            methods=["GET"],
            summary="Show the keys that sign access tokens",
            response_model=schemas.KeySetAnswer,
        )

    async def show_keys(self, response: Response) -> schemas.KeySetAnswer:
        """Publish the public keys (RFC 7517)."""
        response.headers["Cache-Control"] = _KEYS_CACHE_CONTROL
        return schemas.KeySetAnswer(**await self._keys.document())
