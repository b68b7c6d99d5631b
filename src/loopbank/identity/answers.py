"""How tokens are handed out: in either face's names, the refresh token in the body or as a cookie."""

from starlette.requests import Request
from starlette.responses import Response

from loopbank.identity import schemas
from loopbank.identity.holders import Holders, HolderView
from loopbank.identity.platform_schemas import TokenAnswer, token_answer
from loopbank.identity.schemas import user_answer
from loopbank.identity.session_transport import SessionTransport
from loopbank.identity.sessions import SignedIn


class TokenAnswers:
    """Writes the answers of everything that signs somebody in."""

    def __init__(self, holders: Holders, transport: SessionTransport) -> None:
        self._holders = holders
        self._transport = transport

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
            self._transport.write(request, response, signed_in.refresh_token)
            return answer
        return answer.model_copy(update={"refresh_token": signed_in.refresh_token})

    def platform(
        self, request: Request, response: Response, message: str, signed_in: SignedIn, *, wants_cookie: bool
    ) -> TokenAnswer:
        """Answer in the platform face's names."""
        answer = token_answer(message, signed_in.person, signed_in.access_token)
        if wants_cookie:
            self._transport.write(request, response, signed_in.refresh_token)
            return answer
        return answer.model_copy(update={"refresh_token": signed_in.refresh_token})
