"""Every check pass finds its own kind of damage, and sound books give no finding."""

from collections.abc import AsyncIterator

import pytest

from loopbank.coins import Coins
from loopbank.events import LogKey, LogMetrics, Sealer
from loopbank.foundation.database import Database
from loopbank.foundation.metrics import Metrics
from loopbank.ledger import AccountStatus, CaptureHold, ChangeStatus, HoldId, Post, ReleaseHold
from tests.ledger.running_ledger import HandClock, findings, running
from tests.ledger.stories import (
    FIXER,
    ISSUANCE,
    MEDTECH,
    RUNNER,
    SPINS,
    line,
    opening,
    payment,
    reservation,
    reversal,
)  # fmt: skip
from tests.ledger.tampering import tamper

# The books below: accounts 1 issuance, 2 runner, 3 fixer, 4 medtech, 5 idle, 6 spins; postings and transfers by number.
# 1-3 mints, 4 runner pays fixer 10, 5 runner pays fixer 2, 6 a split of transfers 6 and 7, 7 gives back 4 of
# transfer 4 in transfer 8, then another 1 in transfer 9, 9 captures hold 2 in transfer 10; hold 1 is released, 3 open.
FORGED_POSTING = (
    "INSERT INTO coin.posting (id, key, kind, memo, reference, metadata, actor, credential, created_at) "
    "VALUES (10, 'forged', 'mint', '', '', '', '', '', 1)"
)

DAMAGES: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "a balance was moved from one account to another": (
        (
            "UPDATE coin.account SET balance = balance + 5 WHERE code = 'runner'",
            "UPDATE coin.account SET balance = balance - 5 WHERE code = 'fixer'",
        ),
        {"account head"},
    ),
    "a version was raised": (
        ("UPDATE coin.account SET version = version + 1 WHERE code = 'runner'",),
        {"account head"},
    ),
    "a balance appeared from nowhere": (
        ("UPDATE coin.account SET balance = 5 WHERE code = 'idle'",),
        {"account head", "zero sum"},
    ),
    "a balance was recorded wrongly on the way": (
        ("UPDATE coin.transfer SET debit_balance = debit_balance + 1 WHERE id = 4",),
        {"account chain", "journal in log"},
    ),
    "a version was left out on the way": (
        ("UPDATE coin.transfer SET credit_version = credit_version + 1 WHERE id = 6",),
        {"account chain", "journal in log"},
    ),
    "an amount was changed": (
        ("UPDATE coin.transfer SET amount = amount + 1 WHERE id = 5",),
        {"account chain", "account head", "journal in log"},
    ),
    "coins were turned into another asset": (
        ("UPDATE coin.account SET asset = 'SPINS' WHERE code = 'fixer'",),
        {"zero sum"},
    ),
    "a floor was raised above what is there": (
        ("UPDATE coin.account SET floor = balance + 1 WHERE code = 'runner'",),
        {"floor"},
    ),
    "more coins are held than there are": (
        (
            "UPDATE coin.account SET held = balance + 1 WHERE code = 'medtech'",
            "UPDATE coin.hold SET amount = (SELECT balance + 1 FROM coin.account WHERE code = 'medtech') WHERE id = 3",
        ),
        {"floor"},
    ),
    "coins are held without a hold": (("UPDATE coin.account SET held = 1 WHERE code = 'runner'",), {"held"}),
    "a hold was taken away from its account": (("UPDATE coin.hold SET released = amount WHERE id = 3",), {"held"}),
    "a transfer lost its posting": (
        ("UPDATE coin.transfer SET posting_id = 999 WHERE id = 5",),
        {"orphan", "journal in log"},
    ),
    "a transfer lost its account": (
        ("UPDATE coin.transfer SET credit_id = 999 WHERE id = 10",),
        {"orphan", "account chain", "account head", "journal in log"},
    ),
    "a posting has no transfers": ((FORGED_POSTING,), {"orphan", "journal in log"}),
    "more was given back than was moved": (
        ("UPDATE coin.transfer SET reverses_id = 5, reversed_before = 0 WHERE id = 8",),
        {"reversal"},
    ),
    "coins were given back to somebody else": (
        ("UPDATE coin.transfer SET reverses_id = 6 WHERE id = 8",),
        {"reversal"},
    ),
    "a reversal hides what it gave back": (
        ("UPDATE coin.transfer SET reverses_id = NULL, reversed_before = NULL WHERE id = 8",),
        {"reversal"},
    ),
    "a reversal says that less was given back before it": (
        ("UPDATE coin.transfer SET reversed_before = 1 WHERE id = 9",),
        {"reversal"},
    ),
    "a reversal says that it reverses another posting": (
        ("UPDATE coin.posting SET reverses_id = 5 WHERE id = 7",),
        {"reversal", "journal in log"},
    ),
    "a mark tells of payments that never were": (
        ("INSERT INTO coin.flow_mark VALUES ('runner', 5, 3, 12, 1, 100)",),
        {"flow mark"},
    ),
    "an account without a past was removed": (("DELETE FROM coin.account WHERE code = 'idle'",), {"journal numbering"}),
    "a settled hold was removed": (("DELETE FROM coin.hold WHERE id = 1",), {"journal numbering"}),
    "a transfer was removed": (
        ("DELETE FROM coin.transfer WHERE id = 7",),
        {"journal numbering", "account chain", "account head", "journal in log"},
    ),
    "a memo was changed": (("UPDATE coin.posting SET memo = 'forged' WHERE id = 4",), {"journal in log"}),
    "an actor was changed": (("UPDATE coin.posting SET actor = 'forged' WHERE id = 4",), {"journal in log"}),
    "a time was changed": (
        ("UPDATE coin.posting SET created_at = created_at - 1 WHERE id = 4",),
        {"journal in log"},
    ),
    "the kind of a line was changed": (("UPDATE coin.transfer SET kind = 'fee' WHERE id = 4",), {"journal in log"}),
}

FACT_DAMAGES = {
    "a posting was not told": "DELETE FROM log.outbox WHERE id = (SELECT max(id) FROM log.outbox WHERE {created})",
    "a posting was told otherwise": (
        "UPDATE log.outbox SET payload = replace(payload, '\"amount\":10', '\"amount\":11') WHERE subject = 'posting:4'"
    ),
    "two postings were told in the wrong order": (
        "UPDATE log.outbox SET payload = (SELECT b.payload FROM log.outbox b WHERE b.subject = 'posting:5') "
        "WHERE subject = 'posting:4'"
    ),
}


@pytest.fixture
async def sound_books(database: Database, anyio_backend: str) -> AsyncIterator[Database]:
    """Books in which everything has happened that can."""
    async with running(database, HandClock()) as bank:
        await bank.open(runner=100, fixer=100, medtech=100)
        ledger = bank.ledger
        await ledger.open_account(opening("idle"))
        await ledger.open_account(opening("spins", asset=SPINS))
        original = await ledger.post(payment("p4", RUNNER, FIXER, 10))
        await ledger.post(payment("p5", RUNNER, FIXER, 2))
        await ledger.post(Post(key="p6", kind="split", lines=(line(FIXER, MEDTECH, 3), line(MEDTECH, ISSUANCE, 1))))
        await ledger.reverse(reversal("r1", original.posting.id, amount=4))
        await ledger.reverse(reversal("r2", original.posting.id, amount=1))
        for n, beneficiary in enumerate((FIXER, FIXER, RUNNER), 1):
            await ledger.place_hold(reservation(f"h{n}", MEDTECH, beneficiary, 5))
        await ledger.release_hold(ReleaseHold(hold_id=HoldId(1)))
        await ledger.capture_hold(CaptureHold(key="c2", hold_id=HoldId(2), amount=Coins(5)))
        await ledger.change_status(ChangeStatus(code=FIXER, status=AccountStatus.FROZEN))
        yield database


async def seal(database: Database) -> None:
    sealer = Sealer(
        database, LogKey("a-secret-for-tests-only-0123456789"), holder="test", clock=HandClock(),
        metrics=LogMetrics(Metrics()),
    )  # fmt: skip
    await sealer.seal_all()


async def found(database: Database) -> set[str]:
    return {finding.check for finding in await findings(database)}


async def test_sound_books_give_no_finding_before_and_after_sealing(sound_books: Database) -> None:
    assert await findings(sound_books) == []
    await seal(sound_books)
    assert await findings(sound_books) == []
    async with running(sound_books) as bank:
        await bank.ledger.post(payment("half sealed", RUNNER, MEDTECH, 1))
        assert await findings(sound_books) == []


async def test_empty_books_give_no_finding(database: Database) -> None:
    assert await findings(database) == []


@pytest.mark.parametrize("damage", DAMAGES)
async def test_damage_is_found_by_the_checks_made_for_it(sound_books: Database, database_url: str, damage: str) -> None:
    statements, checks = DAMAGES[damage]
    await tamper(database_url, *statements)
    assert await found(sound_books) == checks


@pytest.mark.parametrize("damage", FACT_DAMAGES)
async def test_a_log_that_differs_from_the_journal_is_found(
    sound_books: Database, database_url: str, damage: str
) -> None:
    await tamper(database_url, FACT_DAMAGES[damage].format(created="topic = 'transaction.created'"))
    assert await found(sound_books) == {"journal in log"}


async def test_a_journal_changed_after_sealing_is_found(sound_books: Database, database_url: str) -> None:
    await seal(sound_books)
    await tamper(database_url, "UPDATE coin.posting SET memo = 'forged' WHERE id = 4")
    (finding,) = await findings(sound_books)
    assert finding.check == "journal in log"
    assert "posting 4 " in finding.detail


async def test_a_finding_says_where_it_is(sound_books: Database, database_url: str) -> None:
    await tamper(database_url, "UPDATE coin.account SET floor = balance + 1 WHERE code = 'runner'")
    (finding,) = await findings(sound_books)
    assert "runner" in finding.detail
