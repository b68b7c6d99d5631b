"""The authorization request (RFC 6749, 4.1; RFC 7636; OpenID Connect Core, 3.1.2): what a program asks of a person."""

import re
from dataclasses import dataclass

from loopbank.access import COINS_SPEND
from loopbank.coins import Coins
from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, Clock, later
from loopbank.foundation.database import Database, Transaction
from loopbank.foundation.database_errors import ConstraintViolated
from loopbank.foundation.errors import Refusal
from loopbank.foundation.ids import new_secret
from loopbank.identity.oauth import store
from loopbank.identity.oauth.clients import Clients
from loopbank.identity.oauth.errors import (
    ConsentRequired,
    InvalidRequest,
    InvalidScope,
    LoginRequired,
    OAuthRefusal,
    RegistrationNotSupported,
    RequestNotSupported,
    RequestUriNotSupported,
    UnauthorizedClient,
    UnsupportedResponseType,
    UnusableAuthorization,
)
from loopbank.identity.oauth.families import Families
from loopbank.identity.oauth.model import Browser, Client, Family, GrantType, NewCode, StoredGrant
from loopbank.identity.oauth.parameters import Parameters
from loopbank.identity.oauth.redirects import is_registered, with_query
from loopbank.identity.oauth.scopes import Scopes, read_scopes
from loopbank.identity.oauth.tokens import ID_TOKEN_TYPE, TokenMint
from loopbank.identity.tokens import token_hash

CODE_SECONDS_MAX = 60

PROMPTS = ("none", "login", "consent", "select_account")

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
"""The base64url of a SHA-256 (RFC 7636, 4.2)."""

_SECONDS = re.compile(r"[0-9]{1,9}")
_TEXT_LENGTH_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """A request of a known client, whose answer goes to an address that the client registered."""

    client: Client
    issuer: str
    redirect_uri: str
    state: str | None
    scopes: Scopes
    challenge: str | None
    nonce: str | None
    prompts: frozenset[str]
    age_seconds_max: int | None
    login_hint: str
    locales: str | None
    expected_person_id: str | None


class RedirectedRefusal(Refusal):
    """A refusal that the client may hear of, with the address at which it hears."""

    code = "authorization_refused"
    title = "The app was told why this cannot go on"
    status = 303

    def __init__(self, refusal: OAuthRefusal, location: str) -> None:
        super().__init__(refusal.detail, headers={"Location": location})
        self.location = location


class Authorization:
    """Reads requests, tells what they still need, and answers them with a code."""

    def __init__(
        self,
        *,
        database: Database,
        clients: Clients,
        families: Families,
        mint: TokenMint,
        clock: Clock,
    ) -> None:
        self._database = database
        self._clients = clients
        self._families = families
        self._mint = mint
        self._clock = clock

    async def read(self, parameters: Parameters, issuer: str) -> AuthorizationRequest:
        """Read a request that came to `issuer`.

        Raises UnusableAuthorization, or RedirectedRefusal once client and address are sure.
        """
        client = await self._clients.find(parameters.get("client_id") or "")
        redirect_uri = parameters.get("redirect_uri")
        if client is None:
            raise UnusableAuthorization("The app that sent you here is not registered.")
        if redirect_uri is None or not is_registered(redirect_uri, client.redirect_uris):
            raise UnusableAuthorization(f"The app {client.name} wants its answer at an address it did not register.")
        try:
            return await self._read(parameters, client, redirect_uri, issuer)
        except OAuthRefusal as refusal:
            location = _answer(redirect_uri, parameters.get("state"), issuer, refusal)
            raise RedirectedRefusal(refusal, location) from refusal

    def refused(self, request: AuthorizationRequest, refusal: OAuthRefusal) -> str:
        """Give the address at which the client hears of a refusal."""
        return _answer(request.redirect_uri, request.state, request.issuer, refusal)

    def needs_sign_in(self, request: AuthorizationRequest, browser: Browser | None) -> bool:
        """Tell whether the person has to sign in (again) first. Raises RedirectedRefusal when nobody may be asked."""
        is_old = (
            browser is not None
            and request.age_seconds_max is not None
            and self._clock() - browser.authenticated_at > request.age_seconds_max * MICROSECONDS_PER_SECOND
        )
        is_other = (
            browser is not None
            and request.expected_person_id is not None
            and request.expected_person_id != browser.person.id
        )
        if browser is not None and not is_old and not is_other and not {"login", "select_account"} & request.prompts:
            return False
        if "none" in request.prompts:
            raise self._redirected(request, LoginRequired())
        return True

    async def standing_grant(self, request: AuthorizationRequest, browser: Browser) -> StoredGrant | None:
        """Give the grant that answers a request without asking again; None when the person has to agree first.

        Another program on the person's own device can pretend to be a public client that listens there, so that one
        asks every time (RFC 8252, 8.6). Raises RedirectedRefusal when the person has to agree and nobody may be asked.
        """
        grant = await self._families.grant(browser.person.id, request.client.id)
        is_sure = not request.client.is_public or request.redirect_uri.startswith("https:")
        if is_sure and grant is not None and request.scopes <= grant.scopes and "consent" not in request.prompts:
            return grant
        if "none" in request.prompts:
            raise self._redirected(request, ConsentRequired())
        return None

    async def allow(self, request: AuthorizationRequest, browser: Browser, *, spend_limit: Coins | None = None) -> str:
        """Answer a request to which the person agreed; gives the address to go to, with a code.

        Raises InvalidRequest when `coins:spend` comes without a limit.
        """
        if COINS_SPEND in request.scopes and spend_limit is None:
            raise InvalidRequest("The limit for spending is missing.")
        try:
            return await self._allow(request, browser, spend_limit)
        except ConstraintViolated:
            # The person answered twice at once; now the other answer's grant is there to be found.
            return await self._allow(request, browser, spend_limit)

    async def repeat(self, request: AuthorizationRequest, browser: Browser, grant: StoredGrant) -> str:
        """Answer a request under a grant that stands; gives the address to go to, with a code."""
        async with self._database.transaction() as tx:
            family = await self._families.start_family(tx, grant, request.scopes, browser)
            return await self._code(tx, request, family)

    async def _allow(self, request: AuthorizationRequest, browser: Browser, spend_limit: Coins | None) -> str:
        async with self._database.transaction() as tx:
            opened = await self._families.open(tx, request.client, request.scopes, browser, spend_limit=spend_limit)
            location = await self._code(tx, request, opened.family)
            await self._families.tell(tx, opened)
        return location

    async def _code(self, tx: Transaction, request: AuthorizationRequest, family: Family) -> str:
        text = new_secret()
        code = NewCode(
            family_id=family.id,
            redirect_uri=request.redirect_uri,
            challenge=request.challenge,
            nonce=request.nonce,
            ends_at=later(self._clock(), CODE_SECONDS_MAX),
        )
        await store.insert_code(tx, token_hash(text), code)
        return with_query(request.redirect_uri, {"code": text, "state": request.state, "iss": request.issuer})

    async def _read(
        self, parameters: Parameters, client: Client, redirect_uri: str, issuer: str
    ) -> AuthorizationRequest:
        _refuse_unsupported(parameters, client)
        prompts = frozenset((parameters.get("prompt") or "").split())
        if not prompts <= set(PROMPTS) or ("none" in prompts and len(prompts) > 1):
            raise InvalidRequest("The prompt is none, or some of login, consent and select_account.")
        age = parameters.get("max_age")
        if age is not None and not _SECONDS.fullmatch(age):
            raise InvalidRequest("The parameter max_age is a number of seconds.")
        return AuthorizationRequest(
            client=client,
            issuer=issuer,
            redirect_uri=redirect_uri,
            state=_short(parameters, "state"),
            scopes=_asked_scopes(parameters, client),
            challenge=_challenge(parameters, client),
            nonce=_short(parameters, "nonce"),
            prompts=prompts,
            age_seconds_max=None if age is None else int(age),
            login_hint=(parameters.get("login_hint") or "")[:_TEXT_LENGTH_MAX],
            locales=parameters.get("ui_locales"),
            expected_person_id=await self._hinted(parameters, client),
        )

    async def _hinted(self, parameters: Parameters, client: Client) -> str | None:
        """Give whom an ID token that the client shows tells of; the token may have expired."""
        hint = parameters.get("id_token_hint")
        if hint is None:
            return None
        read = await self._mint.read(hint)
        if read is None or read.type != ID_TOKEN_TYPE or read.claims.get("aud") != client.id:
            raise InvalidRequest("The id_token_hint is not an ID token of this client.")
        return str(read.claims["sub"])

    def _redirected(self, request: AuthorizationRequest, refusal: OAuthRefusal) -> RedirectedRefusal:
        return RedirectedRefusal(refusal, self.refused(request, refusal))


def _answer(redirect_uri: str, state: str | None, issuer: str, refusal: OAuthRefusal) -> str:
    told = {"error": refusal.code, "error_description": refusal.detail, "state": state, "iss": issuer}
    return with_query(redirect_uri, told)


def _refuse_unsupported(parameters: Parameters, client: Client) -> None:
    if parameters.get("request") is not None:
        raise RequestNotSupported
    if parameters.get("request_uri") is not None:
        raise RequestUriNotSupported
    if parameters.get("registration") is not None:
        raise RegistrationNotSupported
    if parameters.require("response_type") != "code":
        raise UnsupportedResponseType
    if parameters.get("response_mode") not in (None, "query"):
        raise InvalidRequest("Only the response mode query is supported.")
    if GrantType.AUTHORIZATION_CODE not in client.grant_types:
        raise UnauthorizedClient


def _asked_scopes(parameters: Parameters, client: Client) -> Scopes:
    scopes = read_scopes(parameters.get("scope") or "")
    if not scopes:
        raise InvalidScope("No scope is left to ask for.")
    if not scopes <= client.scopes:
        raise InvalidScope("The client is not registered for one of the scopes.")
    return scopes


def _challenge(parameters: Parameters, client: Client) -> str | None:
    challenge, method = parameters.get("code_challenge"), parameters.get("code_challenge_method")
    if challenge is None:
        if client.requires_pkce or method is not None:
            raise InvalidRequest("The parameter code_challenge is missing.")
        return None
    if method != "S256" or not _CHALLENGE.fullmatch(challenge):
        raise InvalidRequest("The code_challenge_method is S256, and the code_challenge has 43 characters.")
    return challenge


def _short(parameters: Parameters, name: str) -> str | None:
    value = parameters.get(name)
    if value is not None and len(value) > _TEXT_LENGTH_MAX:
        raise InvalidRequest(f"The parameter {name} is too long.")
    return value
