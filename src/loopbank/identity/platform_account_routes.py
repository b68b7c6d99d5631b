"""The platform face's account routes: oneself, one's address, password and sessions."""

from functools import partial

from fastapi import APIRouter
from starlette.requests import Request

from loopbank.access import InvalidToken, client_key
from loopbank.foundation.http import unhurried
from loopbank.foundation.openapi import refusals
from loopbank.foundation.requests import FaceRoute
from loopbank.identity import platform_schemas as schemas
from loopbank.identity.accounts import Accounts
from loopbank.identity.doors import Doors
from loopbank.identity.holders import Holders
from loopbank.identity.mail import language_of
from loopbank.identity.personal_routes import add_personal
from loopbank.identity.routes import SessionId
from loopbank.identity.sessions import Sessions

_LETTER_LIMIT = "10/hour"
_LINK_LIMIT = "30/hour"
_PASSWORD_LIMIT = "10/hour"  # noqa: S105 -- a rate limit
_SENT = "If the address has an account, a letter is on its way."


class MailAccountRoutes:
    """Routes under /api/auth about an account that exists."""

    def __init__(self, accounts: Accounts, *, sessions: Sessions, holders: Holders, doors: Doors) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._holders = holders
        self._guard = doors.guard
        self._rate_limits = doors.rate_limits
        self.router = APIRouter(prefix="/api/auth", tags=["Account by mail"], route_class=FaceRoute)
        add = partial(add_personal, self.router)
        add("GET /me", self.me, "Show oneself", schemas.MeAnswer)
        add("POST /change-password", self.change_password, "Change one's password", schemas.TokenAnswer, 400, 429)
        add("GET /sessions", self.list_sessions, "List one's own sessions", schemas.PlatformSessionsAnswer)
        add("DELETE /sessions/{session_id}", self.end_session, "End a session", schemas.DoneAnswer, 400, 404)
        for path, endpoint, summary in (
            ("/verify-email", self.verify_email, "Confirm an address with the secret of a link"),
            ("/resend-verification", self.resend_verification, "Send the confirming link again"),
            ("/forgot-password", self.forgot_password, "Send a link for a new password"),
            ("/reset-password", self.reset_password, "Choose a new password with a link or slip"),
        ):
            self.router.add_api_route(
                path,
                endpoint,
                methods=["POST"],
                summary=summary,
                response_model=schemas.DoneAnswer,
                responses=refusals(400, 429),
            )

    async def me(self, request: Request) -> schemas.MeAnswer:
        """Show the person whose token it is, with what they hold."""
        principal = await self._guard.person(request)
        person = await self._accounts.person(principal.person_id)
        if person is None:
            raise InvalidToken("This session has ended. Please sign in again.")
        holder = await self._holders.view(person.id) or await self._holders.open(person, None)
        return schemas.MeAnswer(user=schemas.own_account_answer(person, holder))

    async def verify_email(self, request: Request, body: schemas.LinkBody) -> schemas.DoneAnswer:
        """Prove that an address is one's own."""
        self._rate_limits.check("link", _LINK_LIMIT, client_key(request))
        await self._accounts.confirming.confirm(body.token)
        return schemas.DoneAnswer(message="Your address is confirmed.")

    async def resend_verification(self, request: Request, body: schemas.MailBody) -> schemas.DoneAnswer:
        """Send the link again to whoever claimed the address from here."""
        client = client_key(request)
        self._rate_limits.check("letter", _LETTER_LIMIT, client)
        await self._accounts.confirming.send_again(body.email, client=client, language=language_of(request))
        return schemas.DoneAnswer(message=_SENT)

    async def forgot_password(self, request: Request, body: schemas.MailBody) -> schemas.DoneAnswer:
        """Send a link to the address, if it has an account."""
        self._rate_limits.check("letter", _LETTER_LIMIT, client_key(request))
        await self._accounts.recovery.forgot(body.email, language_of(request))
        return schemas.DoneAnswer(message=_SENT)

    @unhurried
    async def reset_password(self, request: Request, body: schemas.ResetBody) -> schemas.DoneAnswer:
        """Replace a forgotten password; all sessions end."""
        self._rate_limits.check("link", _LINK_LIMIT, client_key(request))
        await self._accounts.recovery.reset(body.token, body.new_password, language_of(request))
        return schemas.DoneAnswer(message="Your password is changed. Please sign in.")

    @unhurried
    async def change_password(self, request: Request, body: schemas.ChangePasswordBody) -> schemas.TokenAnswer:
        """Choose a new password, proving the current one; other sessions end, and this one gets a new token."""
        principal = await self._guard.person(request)
        self._rate_limits.check("password", _PASSWORD_LIMIT, principal.person_id)
        await self._accounts.passwords.change(
            principal, current=body.current_password, new=body.new_password, language=language_of(request)
        )
        person, token = await self._sessions.token_for(principal)
        return schemas.token_answer("Your password is changed. Your other sessions have ended.", person, token)

    async def list_sessions(self, request: Request) -> schemas.PlatformSessionsAnswer:
        """Show where one is signed in."""
        principal = await self._guard.person(request)
        sessions = await self._sessions.list(principal)
        shown = [schemas.session_shown(session, current_id=principal.session_id) for session in sessions]
        return schemas.PlatformSessionsAnswer(sessions=shown)

    async def end_session(self, request: Request, session_id: SessionId) -> schemas.DoneAnswer:
        """Sign out on another device."""
        principal = await self._guard.person(request)
        await self._sessions.end(principal, str(session_id))
        return schemas.DoneAnswer(message="The session has ended.")
