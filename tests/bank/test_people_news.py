"""What the bank learns of people from the log, in whatever order it hears of them."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from loopbank.access import ApiKeys, InvalidApiKey, KeyPermission, KeyTerms, Principal, Role
from loopbank.bank import Bank, PeopleNews, UnknownAccountNumber
from loopbank.entrypoints.coin import build_bank
from loopbank.events import LogEntry
from loopbank.foundation.clock import Instant, later, system_clock
from loopbank.foundation.database import Database
from loopbank.foundation.metrics import Metrics
from tests.support.stories import installation

JOINED_AT = Instant(1_790_000_000_000_000)


def news_of(bank: Bank) -> PeopleNews:
    return PeopleNews(bank.holders, ApiKeys(bank.database, system_clock))


@pytest.fixture
async def quiet_bank(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Bank]:
    """A bank without a worker: nobody tells it anything but the test."""
    bank = build_bank(installation(database_url, tmp_path, {}), database, Metrics())
    await bank.start()
    yield bank
    await bank.close()


def told(topic: str, person_id: str, **payload: object) -> LogEntry:
    return LogEntry(1, topic, person_id, json.dumps(payload), JOINED_AT)


def registered(person_id: str, faction: str | None = "Netrunners") -> LogEntry:
    return told("user.registered", person_id, character_name="Night Runner", role="USER", faction=faction)


async def test_news_of_a_registration_opens_the_account_once(quiet_bank: Bank) -> None:
    person_id = str(uuid4())
    for _ in range(2):
        await news_of(quiet_bank).handle([registered(person_id), registered(person_id)])
    holder, balance = await quiet_bank.account(person_id, "Night Runner")
    assert (holder.display_name, holder.faction, holder.opened_at) == ("Night Runner", "Netrunners", JOINED_AT)
    assert (balance.balance, balance.version) == (1_000_00, 1)


async def test_a_faction_is_learnt_also_when_a_request_came_before_the_news(quiet_bank: Bank) -> None:
    person_id = str(uuid4())
    await quiet_bank.account(person_id, "Night Runner")
    await news_of(quiet_bank).handle([registered(person_id)])
    holder, balance = await quiet_bank.account(person_id, "Night Runner")
    assert (holder.faction, balance.balance) == ("Netrunners", 1_000_00)


async def test_late_news_of_a_registration_do_not_take_a_role_back(quiet_bank: Bank) -> None:
    person_id = str(uuid4())
    await quiet_bank.account(person_id, "Night Runner")
    await quiet_bank.holders.learn(person_id, role="ADMIN")
    await news_of(quiet_bank).handle([registered(person_id)])
    holder, _ = await quiet_bank.account(person_id, "Night Runner")
    assert holder.role == "ADMIN"


async def test_news_do_not_undo_what_a_person_chose(quiet_bank: Bank) -> None:
    person_id = str(uuid4())
    await news_of(quiet_bank).handle([registered(person_id)])
    await quiet_bank.holders.change_profile(person_id, faction="Nomads", profile_picture="🦊")
    await news_of(quiet_bank).handle([registered(person_id)])
    holder, _ = await quiet_bank.account(person_id, "Night Runner")
    assert (holder.faction, holder.profile_picture) == ("Nomads", "🦊")


async def test_a_new_name_and_role_are_taken_over(quiet_bank: Bank) -> None:
    person_id = str(uuid4())
    renamed = told("user.renamed", person_id, character_name="Day Runner")
    raised = told("role.changed", person_id, before="USER", after="ADMIN")
    await news_of(quiet_bank).handle([registered(person_id, None), renamed, raised])
    holder, _ = await quiet_bank.account(person_id, "Night Runner")
    assert (holder.display_name, holder.role, holder.faction) == ("Day Runner", "ADMIN", "")


async def test_whoever_is_shut_out_is_not_shown_until_they_are_back(quiet_bank: Bank) -> None:
    person_id = str(uuid4())
    news = news_of(quiet_bank)
    await news.handle([registered(person_id)])
    holder = await quiet_bank.holders.find(person_id)
    assert holder is not None
    await news.handle([told("user.deactivated", person_id, actor="desk")])
    with pytest.raises(UnknownAccountNumber):
        await quiet_bank.holders.by_number(holder.account_number)
    await news.handle([told("user.restored", person_id, actor="desk")])
    assert (await quiet_bank.holders.by_number(holder.account_number)).person_id == person_id


async def test_a_fallen_administrator_keeps_the_keys_to_the_own_account_only(quiet_bank: Bank) -> None:
    person_id, keys = str(uuid4()), ApiKeys(quiet_bank.database, system_clock)
    number = await quiet_bank.holders.number_of(person_id, "Night Runner")
    admin = Principal(person_id, "session", "Night Runner", Role.ADMIN, later(system_clock(), 60))
    wanted = [KeyTerms(name=name, permission=KeyPermission.WRITE, allowed_accounts=(name,)) for name in (number, "*")]
    own, every = [await keys.create(admin, terms, own_accounts=()) for terms in wanted]
    await news_of(quiet_bank).handle([told("role.changed", person_id, before="ADMIN", after="DEVELOPER")])
    assert await keys.recognise(own.text) == own.key
    with pytest.raises(InvalidApiKey):
        await keys.recognise(every.text)
    await keys.stop()
