"""Devices without a browser of their own (RFC 8628): they show a short code, and its person lets them in elsewhere."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from loopbank.access import COINS_SPEND
from loopbank.coins import Coins
from loopbank.foundation.clock import Clock, later
from loopbank.foundation.database import Database
from loopbank.foundation.database_errors import ConstraintViolated
from loopbank.foundation.ids import new_secret
from loopbank.identity.oauth import store
from loopbank.identity.oauth.errors import (
    AccessDenied,
    AuthorizationPending,
    ExpiredToken,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    SlowDown,
    UnauthorizedClient,
)
from loopbank.identity.oauth.families import Families
from loopbank.identity.oauth.model import Browser, Client, DeviceRequest, GrantType
from loopbank.identity.oauth.parameters import Parameters
from loopbank.identity.oauth.scopes import read_scopes
from loopbank.identity.people import SignInPlace
from loopbank.identity.sessions import Sessions
from loopbank.identity.tokens import token_hash

DEVICE_SECONDS_MAX = 600
POLL_SECONDS = 5

_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""Consonants alone spell no words, and none of them looks like a digit (RFC 8628, 6.1)."""

_CODE_LETTERS = 8
_DRAWS_MAX = 3


@dataclass(frozen=True, slots=True)
class DeviceAuthorization:
    """What a device gets: its own code, and the short one for its person."""

    device_code: str
    user_code: str


class Devices:
    """Lets devices ask, people decide, and devices learn of it."""

    def __init__(
        self, *, database: Database, families: Families, sessions: Sessions, code_key: bytes, clock: Clock
    ) -> None:
        self._database = database
        self._families = families
        self._sessions = sessions
        self._code_key = code_key
        self._clock = clock

    async def ask(self, client: Client, parameters: Parameters) -> DeviceAuthorization:
        """Store a device's request. Raises UnauthorizedClient or InvalidScope."""
        if GrantType.DEVICE_CODE not in client.grant_types:
            raise UnauthorizedClient
        scopes = read_scopes(parameters.get("scope") or "")
        if not scopes or not scopes <= client.scopes:
            raise InvalidScope("The client is not registered for one of the scopes, or no scope is left.")
        for draw in range(_DRAWS_MAX):
            made = DeviceAuthorization(new_secret(), _new_user_code())
            try:
                async with self._database.transaction() as tx:
                    await store.insert_device_code(
                        tx,
                        token_hash(made.device_code),
                        user_code_hash=self._mark(made.user_code),
                        client_id=client.id,
                        scopes=scopes,
                        interval_seconds=POLL_SECONDS,
                        ends_at=later(self._clock(), DEVICE_SECONDS_MAX),
                    )
            except ConstraintViolated:
                # Another device shows the same letters: draw again, and believe in chance only so often.
                if draw == _DRAWS_MAX - 1:
                    raise
            else:
                return made
        raise AssertionError("unreachable: the last draw returns or raises")

    async def find(self, user_code: str) -> DeviceRequest | None:
        """Find the request that a person means, however they typed its code."""
        async with self._database.reading() as tx:
            return await store.find_device_request(tx, self._mark(user_code), now=self._clock())

    async def allow(
        self, request: DeviceRequest, browser: Browser, place: SignInPlace, *, spend_limit: Coins | None
    ) -> None:
        """Let a device in, in a session of its own that its person can end.

        Raises InvalidRequest when `coins:spend` comes without a limit, InvalidGrant when the device was decided about
        before or the person was shut out; then nothing is left of it.
        """
        if COINS_SPEND in request.scopes and spend_limit is None:
            raise InvalidRequest("The limit for spending is missing.")
        try:
            await self._allow(request, browser, place, spend_limit)
        except ConstraintViolated:
            # The person answered twice at once; now the other answer's grant is there to be found.
            await self._allow(request, browser, place, spend_limit)

    async def _allow(
        self, request: DeviceRequest, browser: Browser, place: SignInPlace, spend_limit: Coins | None
    ) -> None:
        async with self._database.transaction() as tx:
            person = await store.lock_person(tx, browser.person.id)
            if person is None:
                raise InvalidGrant
            session = (await self._sessions.open(tx, person, place)).session
            own = Browser(person, session.id, session.ends_at, browser.authenticated_at, browser.amr)
            opened = await self._families.open(tx, request.client, request.scopes, own, spend_limit=spend_limit)
            if not await store.approve_device(tx, request.user_code_hash, opened.family.id, now=self._clock()):
                raise InvalidGrant
            await self._families.tell(tx, opened)

    async def deny(self, request: DeviceRequest) -> None:
        """Send a device away."""
        async with self._database.transaction() as tx:
            await store.deny_device(tx, request.user_code_hash, now=self._clock())

    async def poll(self, code_hash: str, client: Client) -> None:
        """Pass when a device's code can be redeemed.

        Raises InvalidGrant, ExpiredToken, SlowDown, AccessDenied or AuthorizationPending.
        """
        async with self._database.reading() as tx:
            device = await store.find_device(tx, code_hash)
        if device is None or device.client_id != client.id or device.is_used:
            raise InvalidGrant
        now = self._clock()
        if now >= device.ends_at:
            raise ExpiredToken
        async with self._database.transaction() as tx:
            is_patient = await store.note_poll(tx, code_hash, now=now, seconds_more=POLL_SECONDS)
        if not is_patient:
            raise SlowDown
        if device.is_denied:
            raise AccessDenied
        if not device.is_decided:
            raise AuthorizationPending

    def _mark(self, user_code: str) -> str:
        """Give the keyed hash under which a code is stored: it is too short for a plain one."""
        letters = "".join(letter for letter in user_code.upper() if letter in _LETTERS)
        return hmac.new(self._code_key, letters.encode(), hashlib.sha256).hexdigest()


def _new_user_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LETTERS))
    return f"{letters[:4]}-{letters[4:]}"
