"""The Authentication Service put together: everything it needs is handed in, everything it offers is an attribute."""

import asyncio
from contextlib import suppress

import structlog
from fastapi import APIRouter

from loopbank.access import Actor, Guard, RateLimits, Revocations, ServiceTokens, TokenVerifier, acted, token_issuer
from loopbank.events import record
from loopbank.foundation.clock import Clock
from loopbank.foundation.database import Database
from loopbank.foundation.errors import Unavailable
from loopbank.foundation.keys import derive_key
from loopbank.foundation.seals import Seal
from loopbank.foundation.settings import Installation
from loopbank.identity.account_tools import account_tools
from loopbank.identity.accounts import Accounts
from loopbank.identity.administration import Administration
from loopbank.identity.answers import TokenAnswers
from loopbank.identity.common_passwords import CommonPasswords
from loopbank.identity.doors import Doors
from loopbank.identity.google.routes import GoogleRoutes
from loopbank.identity.holders import Holders
from loopbank.identity.internal_routes import RevocationRoutes, StaffRoutes
from loopbank.identity.keys import KeyRing, NewKey, new_signing_key
from loopbank.identity.mail.office import build_stationery
from loopbank.identity.mail.routes import LetterRoutes
from loopbank.identity.oauth import Provider, Surroundings
from loopbank.identity.passkeys.routes import PasskeyRoutes
from loopbank.identity.passwords import BCRYPT_ROUNDS, PasswordHasher
from loopbank.identity.people import Person
from loopbank.identity.platform_account_routes import MailAccountRoutes
from loopbank.identity.platform_routes import MailSignInRoutes
from loopbank.identity.proofs import withdraw_everything
from loopbank.identity.revocation_log import RevocationLog
from loopbank.identity.routes import KeyRoutes, SessionRoutes, SignInRoutes
from loopbank.identity.security_routes import SecurityRoutes
from loopbank.identity.session_transport import SessionTransport
from loopbank.identity.sessions import Sessions
from loopbank.identity.slip_routes import SlipRoutes
from loopbank.identity.staff_acts import StaffActs
from loopbank.identity.standing import Standing
from loopbank.identity.tokens import TokenIssuer
from loopbank.identity.user_routes import UserRoutes

_SECONDS_BETWEEN_SWEEPS = 3_600
_SECONDS_PER_HOUR = 3_600
_GRACE_SECONDS = 7 * 86_400
"""How long a platform's new administrator may do without a second factor."""

_PRODUCT_WORDS = ("loopbank", "neobank", "chromeslots", "loopingbinary", "neotropolis", "passwort")

log = structlog.get_logger("loopbank.identity")


class IdentityService:
    """The Authentication Service of one process.

    `routers` go into an app; `start` and `stop` belong to its lifespan. `guard` and `revocations` serve other routes of
    the same process. The command line uses `create_administrator` without starting anything.
    """

    def __init__(
        self,
        *,
        database: Database,
        installation: Installation,
        clock: Clock,
        holders: Holders,
        rate_limits: RateLimits,
        hasher: PasswordHasher,
        new_key: NewKey,
    ) -> None:
        token_seconds = installation.token_hours * _SECONDS_PER_HOUR
        issuer = token_issuer(installation.public_url)
        self._hasher = hasher
        self._database = database
        self._clock = clock
        self._common = CommonPasswords((*_PRODUCT_WORDS, installation.product_name))
        self._sweeping: asyncio.Task[None] | None = None
        self._revocation_log = RevocationLog(database=database, clock=clock)
        self.keys = KeyRing(
            database=database,
            secret_key=installation.secret_key,
            token_seconds=token_seconds,
            clock=clock,
            new_key=new_key,
        )
        self.revocations = Revocations(fetch=self._revocation_log.after, clock=clock)
        verifier = TokenVerifier(fetch_keys=self.keys.document, issuer=issuer, clock=clock)
        self.guard = Guard(verifier, self.revocations)
        # A change of role is told to everybody while tokens from before it live: the grace must not end sooner.
        grace_seconds = max(_GRACE_SECONDS, token_seconds + 120)
        self.standing = Standing(grace_seconds=None if installation.is_event else grace_seconds)
        self.sessions = Sessions(
            database=database,
            issuer=TokenIssuer(
                keys=self.keys, issuer=issuer, token_seconds=token_seconds, standing=self.standing, clock=clock
            ),
            revocations=self.revocations,
            token_seconds=token_seconds,
            clock=clock,
        )
        self._build_accounts(database, installation, clock)
        self.provider = self._build_provider(database, installation, clock, rate_limits)
        self.routers = (*self._routers(installation, clock, holders, rate_limits), *self.provider.routers)

    async def start(self) -> None:
        """Make what the first request needs, and keep revocations fresh. Raises SigningKeyUnreadable."""
        await self.keys.start()
        await self.revocations.start()
        await asyncio.to_thread(self._common.contain, "")
        self._sweeping = asyncio.create_task(self._sweep(), name="forget-ended-sessions")

    async def stop(self) -> None:
        """End the processes and the background work."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeping
            self._sweeping = None
        await self.revocations.stop()
        await self.accounts.stop()
        await self._hasher.stop()

    @property
    def login_queue(self) -> int:
        """How many people wait for the check of a password."""
        return self._hasher.pending

    async def withdraw_keys(self) -> str:
        """Let a new key sign and end all that a thief of the others could hold; gives its id.

        Forged access tokens end with the keys. They may have become sessions, apps' tokens, links and slips, which
        nobody can tell from honest ones, so all of these end too. Raises SigningKeyUnreadable.
        """
        key_id = await self.keys.rotate(withdraws=True)
        now = self._clock()
        async with self._database.transaction() as tx:
            await withdraw_everything(tx, now=now)
            ended = await self.sessions.end_everybodys(tx)
            act = acted(Actor("command line", "command line"), "withdraw_keys", key_id, {"sessions": ended}, now)
            await record(tx, [act])
        return key_id

    async def create_setup_link(self, base_url: str) -> str | None:
        """Give a one-time link for the first administrator; None when the bank has one.

        The token stands behind the #, so that no server and no log ever sees it in an address.
        """
        token = await self.administration.create_setup_token()
        return None if token is None else f"{base_url.rstrip('/')}/setup#{token}"

    async def create_administrator(self, name: str, password: str, *, email: str | None = None) -> Person:
        """Make an administrator; the first is a super-administrator.

        Raises UnacceptableName, UnacceptablePassword, NameTaken or EmailTaken.
        """
        return await self.administration.create_administrator(name, password, email=email)

    def _build_accounts(self, database: Database, installation: Installation, clock: Clock) -> None:
        tools = account_tools(
            database,
            clock,
            self.sessions,
            secret_key=installation.secret_key,
            is_patient=not installation.rate_limits,
        )
        self.accounts = Accounts(
            tools, installation=installation, standing=self.standing, hasher=self._hasher, common=self._common
        )
        self.registration, self.sign_in = self.accounts.registration, self.accounts.sign_in
        self.administration = Administration(
            database=database, registration=self.registration, sessions=self.sessions, clock=clock
        )
        self._staff_acts = StaffActs(
            tools,
            administration=self.administration,
            passwords=self.accounts.passwords,
            recovery=self.accounts.recovery,
            factors=self.accounts.factors,
        )

    def _routers(
        self, installation: Installation, clock: Clock, holders: Holders, rate_limits: RateLimits
    ) -> tuple[APIRouter, ...]:
        transport = SessionTransport(installation.public_url)
        doors = Doors(self.guard, rate_limits, transport)
        joining = SignInRoutes(
            self.accounts, sessions=self.sessions, administration=self.administration, holders=holders, doors=doors
        )
        own = SessionRoutes(self.accounts, sessions=self.sessions, doors=doors)
        service_tokens = ServiceTokens(secret_key=installation.secret_key, clock=clock)
        return (
            joining.router,
            joining.setup_router,
            SlipRoutes(self.accounts.recovery, rate_limits).router,
            own.router,
            MailSignInRoutes(self.accounts, sessions=self.sessions, holders=holders, doors=doors).router,
            MailAccountRoutes(self.accounts, sessions=self.sessions, holders=holders, doors=doors).router,
            *self._security_routers(installation, clock, holders, doors),
            KeyRoutes(self.keys).router,
            RevocationRoutes(self._revocation_log, service_tokens).router,
            StaffRoutes(self._staff_acts, service_tokens).router,
        )

    def _security_routers(
        self, installation: Installation, clock: Clock, holders: Holders, doors: Doors
    ) -> tuple[APIRouter, ...]:
        accounts, public_url = self.accounts, installation.public_url
        answers = TokenAnswers(holders, doors.transport, self.sessions)
        letters = LetterRoutes(
            database=self._database,
            letter_box=accounts.letter_box,
            stationery=build_stationery(installation),
            guard=self.guard,
            clock=clock,
        )
        users = UserRoutes(self._staff_acts, database=self._database, holders=holders, guard=self.guard)
        passkeys = PasskeyRoutes(
            accounts.passkeys, accounts.passwords, answers=answers, doors=doors, public_url=public_url
        )
        google = GoogleRoutes(
            accounts.outside, accounts.passwords, doors, seal=Seal(installation.secret_key, "journey")
        )
        security = SecurityRoutes(accounts, doors)
        return (security.router, passkeys.router, google.router, users.router, letters.router)

    def _build_provider(
        self, database: Database, installation: Installation, clock: Clock, rate_limits: RateLimits
    ) -> Provider:
        around = Surroundings(
            database=database,
            installation=installation,
            clock=clock,
            keys=self.keys,
            sessions=self.sessions,
            sign_in=self.sign_in,
            revocations=self.revocations,
            guard=self.guard,
            rate_limits=rate_limits,
        )
        return Provider(around)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN_SWEEPS)
            try:
                gone = await self.provider.forget_ended() + await self.sessions.forget_ended()
                gone += await self.accounts.forget_ended()
                await self.keys.forget_private_halves()
            except Unavailable:
                # The next hour is as good.
                continue
            log.info("forgot what ended a week ago", rows=gone)


def build_identity(
    *,
    database: Database,
    installation: Installation,
    clock: Clock,
    holders: Holders,
    rate_limits: RateLimits,
    cores: int,
    bcrypt_rounds: int = BCRYPT_ROUNDS,
    new_key: NewKey = new_signing_key,
) -> IdentityService:
    """Put the Authentication Service together; `cores` is how many passwords are checked at once."""
    hasher = PasswordHasher(
        pepper=derive_key(installation.secret_key, "password-pepper"), processes=cores, rounds=bcrypt_rounds
    )
    return IdentityService(
        database=database,
        installation=installation,
        clock=clock,
        holders=holders,
        rate_limits=rate_limits,
        hasher=hasher,
        new_key=new_key,
    )
