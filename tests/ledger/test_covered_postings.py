"""Postings with conditions: what must be available beforehand, and a hold that comes with the coins or not at all."""

import pytest

from loopbank.coins import Coins
from loopbank.foundation.database import Database
from loopbank.ledger import LedgerRefusal
from loopbank.ledger.core import CaptureHold, Cover, HoldId, Post, Posted, Reason
from tests.ledger.running_ledger import findings, running
from tests.ledger.stories import FIXER, MEDTECH, RUNNER, CoreStory, line, reservation


def round_of(key: str, *, cover: int = 0, hold: int = 0, bet: int = 10, win: int = 25) -> Post:
    """The runner bets against the fixer, who keeps a part of the win reserved."""
    return Post(
        key=key,
        kind="round",
        lines=(line(RUNNER, FIXER, bet, "bet"), line(FIXER, RUNNER, win, "win")),
        cover=Cover(FIXER, Coins(cover)) if cover else None,
        hold=reservation(f"{key}:held", FIXER, RUNNER, hold) if hold else None,
    )


def test_a_cover_counts_what_is_available_before_the_first_line() -> None:
    story = CoreStory(runner=100, fixer=50)
    assert story.refusal(round_of("k", cover=51)) == (Reason.INSUFFICIENT_COINS, FIXER)
    story.posted(round_of("k", cover=50))
    assert story.balances(RUNNER, FIXER) == (115, 35)


def test_held_coins_cover_nothing() -> None:
    story = CoreStory(runner=100, fixer=50, medtech=0)
    story.decide(reservation("h", FIXER, MEDTECH, 20))
    assert story.refusal(round_of("k", cover=31)) == (Reason.INSUFFICIENT_COINS, FIXER)
    story.posted(round_of("k", cover=30))


def test_a_replay_asks_for_no_cover() -> None:
    story = CoreStory(runner=100, fixer=50)
    story.posted(round_of("k", cover=50))
    assert story.posted(round_of("k", cover=50)).is_replay


def test_a_hold_is_placed_with_its_posting() -> None:
    story = CoreStory(runner=100, fixer=60)
    posted = story.posted(round_of("k", hold=30))
    assert posted.hold is not None
    assert (posted.hold.hold_id, posted.hold.amount, posted.hold.captured) == (HoldId(1), 30, 0)
    assert (story.balance(FIXER), story.held(FIXER)) == (45, 30)
    story.posted(CaptureHold(key="c", hold_id=HoldId(1)))
    assert (story.balances(RUNNER, FIXER), story.held(FIXER)) == ((145, 15), 0)


@pytest.mark.parametrize(
    ("post", "account"),
    [
        (round_of("k", hold=61), FIXER),
        (round_of("k", hold=50, bet=101), RUNNER),
        (round_of("k", hold=60, win=11), FIXER),
    ],
)
def test_a_refused_posting_leaves_no_hold(post: Post, account: str) -> None:
    story = CoreStory(runner=100, fixer=60)
    assert story.refusal(post) == (Reason.INSUFFICIENT_COINS, account)
    assert story.held(FIXER) == 0
    placed = story.posted(round_of("next", hold=5)).hold
    assert placed is not None
    assert placed.hold_id == HoldId(1)


async def test_posting_and_hold_are_written_together(database: Database) -> None:
    async with running(database) as bank:
        await bank.open(runner=100, fixer=60)
        posted = await bank.ledger.post(round_of("k", cover=55, hold=30))
        assert isinstance(posted, Posted)
        assert (await bank.balances(RUNNER, FIXER), await bank.held(FIXER)) == ((115, 45), 30)
        with pytest.raises(LedgerRefusal):
            await bank.ledger.post(round_of("other", hold=20))
        assert (await bank.ledger.post(round_of("k", cover=55, hold=30))).is_replay
        assert await bank.held(FIXER) == 30
        assert await findings(database) == []
