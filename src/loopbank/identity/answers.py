"""How tokens are handed out: in either face's names, the refresh token in the body or as a cookie."""

from starlette.requests import Request
from starlette.responses import Response

from loopbank.identity import schemas
from loopbank.identity.holders import Holders, HolderView
from loopbank.identity.platform_schemas import TokenAnswer, token_answer
from loopbank.identity.schemas import user_answer
from loopbank.identity.session_transport import SessionTransport
from loopbank.identity.sessions import Sessions, SignedIn


class TokenAnswers:
    """Writes the answers of everything that signs somebody in."""

    def __init__(self, holders: Holders, transport: SessionTransport, sessions: Sessions) -> None:
        self._holders = holders
        self._transport = transport
        self._sessions = sessions

    async def event(
        self, request: Request, response: Response, signed_in: SignedIn, *, wants_cookie: bool
    ) -> schemas.SignedInAnswer:
        """Answer in the event face's names, with the person's account."""
        person = signed_in.person
        # Somebody whose registration did not reach the Coin Service gets the account now.
        holder: HolderView | None = await self._holders.view(person.id) or await self._holders.open(person, None)
        answer = schemas.SignedInAnswer(
            access_token=signed_in.access_token.text,
            token_type="Bearer",  # noqa: S106 -- the kind of token, not one
            expires_in=signed_in.access_token.expires_in_seconds,
            user=user_answer(person, holder),
        )
        if wants_cookie:
            await self._keep(request, response, signed_in)
            return answer
        return answer.model_copy(update={"refresh_token": signed_in.refresh_token})

    async def platform(
        self, request: Request, response: Response, message: str, signed_in: SignedIn, *, wants_cookie: bool
    ) -> TokenAnswer:
        """Answer in the platform face's names."""
        answer = token_answer(message, signed_in.person, signed_in.access_token)
        if wants_cookie:
            await self._keep(request, response, signed_in)
            return answer
        return answer.model_copy(update={"refresh_token": signed_in.refresh_token})

    async def _keep(self, request: Request, response: Response, signed_in: SignedIn) -> None:
        """Give the browser its new cookie; the session that it had, unless it goes on, ends (ASVS 7.2.4)."""
        former = self._transport.token(request, None)
        self._transport.write(request, response, signed_in.refresh_token)
        if former is not None:
            await self._sessions.sign_out_by_token(former, keep=signed_in.session.id)
