"""Revocations take effect within a poll, survive an outage, and cost nothing when nothing happened."""

import asyncio

import pytest

from loopbank.access import (
    Grant,
    InvalidToken,
    Principal,
    Revocation,
    RevocationKind,
    RevocationPage,
    Revocations,
    Role,
)
from loopbank.coins import Coins
from loopbank.foundation.clock import Instant, later
from loopbank.foundation.errors import Unavailable
from tests.access.signing import SettableClock

HOUR = 3_600


class Feed:
    """The Authentication Service's log of revocations, in memory."""

    def __init__(self, clock: SettableClock, page_max: int = 100) -> None:
        self._clock = clock
        self._page_max = page_max
        self.log: list[Revocation] = []
        self.asked: list[int] = []
        self.is_down = False
        self.answered = asyncio.Event()

    def add(self, kind: RevocationKind, subject: str, role: Role | None = None) -> None:
        self.log.append(Revocation(kind, subject, role, later(self._clock(), HOUR)))

    async def fetch(self, cursor: int) -> RevocationPage:
        self.asked.append(cursor)
        if self.is_down:
            raise OSError("no route to host")
        self.answered.set()
        page = tuple(self.log[cursor : cursor + self._page_max])
        return RevocationPage(cursor + len(page), page, is_last=len(page) < self._page_max)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def feed(clock: SettableClock) -> Feed:
    return Feed(clock)


@pytest.fixture
def revocations(feed: Feed, clock: SettableClock) -> Revocations:
    return Revocations(fetch=feed.fetch, clock=clock)


def principal(role: Role = Role.USER) -> Principal:
    return Principal("person-1", "session-1", "Runner", role, Instant(2**62))


def grant(**changed: str) -> Grant:
    ids = {"id": "grant-1", "family_id": "family-1", "person_id": "person-1", "session_id": "session-1"}
    rest = {"name": "Runner", "client_id": "client-1"}
    return Grant(**{**ids, **rest, **changed}, scopes=frozenset(), spend_limit=Coins(0), expires_at=Instant(2**62))


async def test_nobody_is_admitted_before_the_first_answer(feed: Feed, revocations: Revocations) -> None:
    feed.is_down = True
    await revocations.catch_up()
    with pytest.raises(Unavailable):
        revocations.admit(principal())
    feed.is_down = False
    await revocations.catch_up()
    assert revocations.admit(principal()) == principal()


@pytest.mark.parametrize(
    ("kind", "subject"),
    [(RevocationKind.SESSION_REVOKED, "session-1"), (RevocationKind.PERSON_DEACTIVATED, "person-1")],
)
async def test_an_ended_session_and_a_deactivated_person_are_refused(
    feed: Feed, revocations: Revocations, kind: RevocationKind, subject: str
) -> None:
    await revocations.refresh()
    revocations.admit(principal())
    feed.add(kind, subject)
    await revocations.refresh()
    with pytest.raises(InvalidToken):
        revocations.admit(principal())


async def test_other_peoples_revocations_touch_nobody(feed: Feed, revocations: Revocations) -> None:
    feed.add(RevocationKind.SESSION_REVOKED, "session-2")
    feed.add(RevocationKind.PERSON_DEACTIVATED, "person-2")
    feed.add(RevocationKind.ROLE_CHANGED, "person-2", Role.ADMIN)
    await revocations.refresh()
    assert revocations.admit(principal()) == principal()


async def test_a_restored_person_is_admitted_again(feed: Feed, revocations: Revocations) -> None:
    feed.add(RevocationKind.PERSON_DEACTIVATED, "person-1")
    feed.add(RevocationKind.PERSON_RESTORED, "person-1")
    await revocations.refresh()
    assert revocations.admit(principal()) == principal()


async def test_the_latest_role_counts_and_not_the_tokens(feed: Feed, revocations: Revocations) -> None:
    feed.add(RevocationKind.ROLE_CHANGED, "person-1", Role.SUPERADMIN)
    feed.add(RevocationKind.ROLE_CHANGED, "person-1", Role.USER)
    await revocations.refresh()
    assert revocations.admit(principal(Role.ADMIN)).role is Role.USER
    assert revocations.admit(principal(Role.USER)).role is Role.USER


async def test_the_last_state_stays_in_force_during_an_outage(feed: Feed, revocations: Revocations) -> None:
    feed.add(RevocationKind.SESSION_REVOKED, "session-1")
    await revocations.refresh()
    feed.is_down = True
    await revocations.catch_up()
    with pytest.raises(InvalidToken):
        revocations.admit(principal())


async def test_every_poll_asks_only_for_what_is_new(feed: Feed, revocations: Revocations) -> None:
    feed.add(RevocationKind.SESSION_REVOKED, "session-8")
    feed.add(RevocationKind.SESSION_REVOKED, "session-9")
    await revocations.refresh()
    await revocations.refresh()
    assert feed.asked == [0, 2]


async def test_a_long_log_is_read_to_its_end_at_once(clock: SettableClock) -> None:
    feed = Feed(clock, page_max=2)
    for number in range(5):
        feed.add(RevocationKind.SESSION_REVOKED, f"session-{number}")
    revocations = Revocations(fetch=feed.fetch, clock=clock)
    await revocations.refresh()
    assert feed.asked == [0, 2, 4]


async def test_what_no_living_token_can_meet_is_forgotten(
    feed: Feed, revocations: Revocations, clock: SettableClock
) -> None:
    feed.add(RevocationKind.SESSION_REVOKED, "session-1")
    feed.add(RevocationKind.PERSON_DEACTIVATED, "person-2")
    feed.add(RevocationKind.ROLE_CHANGED, "person-1", Role.ADMIN)
    await revocations.refresh()
    clock.let_pass(HOUR - 1)
    revocations._sweep()
    with pytest.raises(InvalidToken):
        revocations.admit(principal())
    clock.let_pass(1)
    revocations._sweep()
    assert revocations.admit(principal()) == principal()


async def test_polling_goes_on_after_an_outage_and_ends_when_told(feed: Feed, clock: SettableClock) -> None:
    revocations = Revocations(fetch=feed.fetch, clock=clock, poll_seconds=0.005)
    feed.is_down = True
    await revocations.start()
    feed.add(RevocationKind.SESSION_REVOKED, "session-1")
    feed.is_down = False
    async with asyncio.timeout(5):
        await feed.answered.wait()
    with pytest.raises(InvalidToken):
        revocations.admit(principal())
    await revocations.stop()
    asked = len(feed.asked)
    await asyncio.sleep(0.03)
    assert len(feed.asked) == asked


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (RevocationKind.SESSION_REVOKED, "session_id"),
        (RevocationKind.PERSON_DEACTIVATED, "person_id"),
        (RevocationKind.FAMILY_REVOKED, "family_id"),
        (RevocationKind.GRANT_REVOKED, "id"),
        (RevocationKind.CLIENT_REVOKED, "client_id"),
    ],
)
async def test_a_partners_token_ends_with_everything_it_hangs_on(
    feed: Feed, revocations: Revocations, clock: SettableClock, kind: RevocationKind, field: str
) -> None:
    await revocations.refresh()
    assert revocations.admit_grant(grant()) == grant()
    feed.add(kind, getattr(grant(), field))
    await revocations.refresh()
    with pytest.raises(InvalidToken):
        revocations.admit_grant(grant())
    another = grant(**{field: "another"})
    assert revocations.admit_grant(another) == another
    clock.let_pass(HOUR + 1)
    revocations._sweep()
    assert revocations.admit_grant(grant()) == grant()
