"""The platform face's sign-in routes: join by mail, sign in by password or mailed code, refresh, sign out."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from loopbank.access import InvalidToken, client_key
from loopbank.foundation.http import unhurried
from loopbank.foundation.openapi import refusals
from loopbank.foundation.requests import FaceRoute
from loopbank.identity import platform_schemas as schemas
from loopbank.identity.accounts import Accounts
from loopbank.identity.admission import StepUp
from loopbank.identity.answers import TokenAnswers
from loopbank.identity.by_mail import CodeAnswer
from loopbank.identity.devices import place_of
from loopbank.identity.doors import Doors
from loopbank.identity.errors import InvalidGrant
from loopbank.identity.holders import Holders
from loopbank.identity.mail import language_of
from loopbank.identity.session_transport import TRANSPORT_PARAMETER
from loopbank.identity.sessions import Sessions, SignedIn

_REGISTER_LIMIT = "20/hour"
_LOGIN_LIMIT = "30/minute"
_CODE_LIMIT = "20/hour"
_REFRESH_LIMIT = "120/minute"

SignInAnswer = schemas.TokenAnswer | schemas.StepUpAnswer


class MailSignInRoutes:
    """Routes under /api/auth for whoever is not signed in yet, or leaves."""

    def __init__(
        self,
        accounts: Accounts,
        *,
        sessions: Sessions,
        holders: Holders,
        doors: Doors,
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._holders = holders
        self._answers = TokenAnswers(holders, doors.transport, sessions)
        self._guard = doors.guard
        self._rate_limits = doors.rate_limits
        self._transport = doors.transport
        self.router = APIRouter(prefix="/api/auth", tags=["Sign in by mail"], route_class=FaceRoute)
        self._add("/register", self.register, "Join by mail", schemas.TokenAnswer, status_code=201)
        self._add("/login", self.login, "Sign in with address and password", SignInAnswer)
        self._add("/login/totp", self.step_up, "Give the code of an authenticator app", schemas.TokenAnswer)
        self._add("/login/init", self.ask_code, "Ask for a code by mail", schemas.CodeSentAnswer)
        self._add("/login/verify", self.answer_code, "Sign in with a mailed code", SignInAnswer)
        self._add("/refresh", self.refresh, "Exchange the refresh token for new tokens", schemas.TokenAnswer)
        self._add("/logout", self.logout, "Sign out", schemas.DoneAnswer, security=[{"bearer": []}, {}])

    def _add(
        self,
        path: str,
        endpoint: Callable[..., Any],
        summary: str,
        answer: Any,  # noqa: ANN401 -- a model or a union of models
        *,
        status_code: int = 200,
        security: list[dict[str, list[str]]] | None = None,
    ) -> None:
        extra: dict[str, Any] = {"parameters": [TRANSPORT_PARAMETER]}
        self.router.add_api_route(
            path,
            endpoint,
            methods=["POST"],
            status_code=status_code,
            summary=summary,
            response_model=answer,
            response_model_exclude_unset=True,
            responses=refusals(400, 401, 403, 429),
            openapi_extra=extra if security is None else {**extra, "security": security},
        )

    @unhurried
    async def register(
        self, request: Request, response: Response, body: schemas.MailRegisterBody
    ) -> schemas.TokenAnswer:
        """Open an account; whether the address has one already, only its owner learns, by mail."""
        wants_cookie = self._transport.wants_cookie(request)
        joining = self._accounts.joining
        new = joining.check(
            email=body.email, password=body.password, full_name=body.full_name, client=client_key(request)
        )
        self._rate_limits.check("register-by-mail", _REGISTER_LIMIT, client_key(request))
        signed_in = await joining.join(new, place_of(request), language_of(request))
        await self._holders.open(signed_in.person, None)
        message = "Welcome. Please confirm your address with the link that we sent you."
        return await self._answers.platform(request, response, message, signed_in, wants_cookie=wants_cookie)

    @unhurried
    async def login(self, request: Request, response: Response, body: schemas.MailLoginBody) -> SignInAnswer:
        """Sign in; who has an authenticator app gets a challenge instead of tokens."""
        wants_cookie = self._transport.wants_cookie(request)
        self._rate_limits.check("login-by-mail", _LOGIN_LIMIT, client_key(request))
        outcome = await self._accounts.sign_in.sign_in(body.email, body.password, place_of(request))
        return await self._answered(request, response, outcome, wants_cookie=wants_cookie)

    async def step_up(
        self, request: Request, response: Response, body: schemas.SecondFactorBody
    ) -> schemas.TokenAnswer:
        """Answer a sign-in's challenge; five tries, each code once."""
        wants_cookie = self._transport.wants_cookie(request)
        self._rate_limits.check("second-factor", _LOGIN_LIMIT, client_key(request))
        signed_in = await self._accounts.sign_in.step_up(
            body.challenge, body.code, place_of(request), language_of(request)
        )
        return await self._answers.platform(request, response, "Welcome back.", signed_in, wants_cookie=wants_cookie)

    async def ask_code(self, request: Request, body: schemas.MailBody) -> schemas.CodeSentAnswer:
        """Mail six digits to the address, if it has an account."""
        client = client_key(request)
        self._rate_limits.check("code", _CODE_LIMIT, client)
        login_id = await self._accounts.codes.ask(body.email, client=client, language=language_of(request))
        message = "If the address has an account, a code is on its way."
        return schemas.CodeSentAnswer(message=message, login_id=login_id)

    async def answer_code(self, request: Request, response: Response, body: schemas.CodeLoginBody) -> SignInAnswer:
        """Take a code: ten minutes, five tries, once, for the sign-in that asked for it."""
        wants_cookie = self._transport.wants_cookie(request)
        self._rate_limits.check("code-login", _LOGIN_LIMIT, client_key(request))
        given = CodeAnswer(body.email, body.code, body.login_id)
        outcome = await self._accounts.codes.answer(given, place_of(request))
        return await self._answered(request, response, outcome, wants_cookie=wants_cookie)

    async def refresh(
        self, request: Request, response: Response, body: schemas.RefreshTokenBody | None = None
    ) -> schemas.TokenAnswer:
        """Stay signed in; a refresh token works once."""
        wants_cookie = self._transport.wants_cookie(request)
        token = self._transport.token(request, body.refresh_token if body else None)
        self._rate_limits.check("refresh", _REFRESH_LIMIT, client_key(request))
        if token is None:
            raise InvalidGrant
        signed_in = await self._sessions.refresh(token, address=place_of(request).address)
        return await self._answers.platform(
            request, response, "You stay signed in.", signed_in, wants_cookie=wants_cookie
        )

    async def logout(
        self, request: Request, response: Response, body: schemas.RefreshTokenBody | None = None
    ) -> schemas.DoneAnswer:
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
        return schemas.DoneAnswer(message="You are signed out.")

    async def _answered(
        self, request: Request, response: Response, outcome: SignedIn | StepUp, *, wants_cookie: bool
    ) -> SignInAnswer:
        if isinstance(outcome, StepUp):
            message = "Please give the code of your authenticator app."
            return schemas.StepUpAnswer(message=message, totp_required=True, challenge=outcome.challenge)
        return await self._answers.platform(request, response, "Welcome back.", outcome, wants_cookie=wants_cookie)
