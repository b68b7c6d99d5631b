"""Holds: reserved coins cannot be spent, and leave by capture, release or expiry, each coin once."""

from dataclasses import replace

import pytest

from loopbank.coins import COINS_MAX, Coins
from loopbank.ledger.core import (
    AccountStatus,
    CaptureHold,
    ChangeStatus,
    Command,
    HoldChanged,
    HoldId,
    Posted,
    Reason,
    ReleaseHold,
)
from tests.ledger.stories import FIXER, HOUR, ISSUANCE, MEDTECH, NOON, RUNNER, CoreStory, opening, payment, reservation

HOLD = HoldId(1)
RELEASE = ReleaseHold(hold_id=HOLD)


def capture(key: str, amount: int | None = None, *, is_final: bool = False, memo: str = "") -> CaptureHold:
    coins = None if amount is None else Coins(amount)
    return CaptureHold(key=key, hold_id=HOLD, amount=coins, is_final=is_final, memo=memo)


def story_with_hold(amount: int = 60) -> CoreStory:
    story = CoreStory(runner=100, fixer=0)
    (placed,) = story.decide(reservation("h", RUNNER, FIXER, amount))
    assert placed == HoldChanged(HOLD, RUNNER, Coins(amount), Coins(0), Coins(0), NOON + HOUR)
    return story


def test_held_coins_stay_on_the_account_and_cannot_be_spent() -> None:
    story = story_with_hold(60)
    assert (story.balance(RUNNER), story.held(RUNNER)) == (100, 60)
    assert story.refusal(payment("k", RUNNER, FIXER, 41)) == (Reason.INSUFFICIENT_COINS, RUNNER)
    story.posted(payment("k", RUNNER, FIXER, 40))


def test_held_coins_cannot_be_held_again() -> None:
    story = story_with_hold(60)
    assert story.refusal(reservation("second", RUNNER, FIXER, 41)) == (Reason.INSUFFICIENT_COINS, RUNNER)


def test_a_capture_pays_all_that_is_left_to_the_beneficiary() -> None:
    story = story_with_hold(60)
    posting = story.posted(capture("c")).posting
    assert (story.balances(RUNNER, FIXER), story.held(RUNNER)) == ((40, 60), 0)
    assert (posting.hold_id, posting.kind, posting.transfers[0].amount) == (HOLD, "capture", 60)


def test_a_capture_says_what_its_hold_said_unless_it_has_words_of_its_own() -> None:
    story = CoreStory(runner=100, fixer=0)
    story.decide(replace(reservation("h", RUNNER, FIXER, 60), memo="a room", reference="42"))
    first = story.posted(capture("c1", 1)).posting
    second = story.posted(capture("c2", 1, memo="its minibar")).posting
    assert (first.memo, first.reference) == ("a room", "42")
    assert (second.memo, second.reference) == ("its minibar", "42")
    assert story.posted(capture("c1", 1)).is_replay


def test_a_hold_is_captured_in_parts() -> None:
    story = story_with_hold(60)
    story.posted(capture("c1", 25))
    assert (story.left(1), story.held(RUNNER)) == (35, 35)
    assert story.refusal(capture("c2", 36)) == (Reason.HOLD_TOO_SMALL, "")
    story.posted(capture("c2", 35))
    assert (story.balances(RUNNER, FIXER), story.held(RUNNER)) == ((40, 60), 0)
    assert story.refusal(capture("c3")) == (Reason.HOLD_SETTLED, "")


def test_a_final_capture_gives_the_rest_back() -> None:
    story = story_with_hold(60)
    story.posted(capture("c", 25, is_final=True))
    assert (story.balances(RUNNER, FIXER), story.held(RUNNER)) == ((75, 25), 0)
    assert story.refusal(capture("more", 1)) == (Reason.HOLD_SETTLED, "")


def test_a_release_gives_the_rest_back_and_is_harmless_to_repeat() -> None:
    story = story_with_hold(60)
    story.posted(capture("c", 25))
    first, second = story.decide(RELEASE, RELEASE)
    assert first == HoldChanged(HOLD, RUNNER, Coins(60), Coins(25), Coins(35), NOON + HOUR)
    assert second == replace(first, is_replay=True)
    assert (story.balances(RUNNER, FIXER), story.held(RUNNER)) == ((75, 25), 0)


def test_a_release_has_its_account_and_its_hold_written() -> None:
    story = story_with_hold(60)
    story.decide(RELEASE)
    assert (set(story.changes.changed), set(story.changes.settled)) == ({RUNNER}, {HOLD})


def test_a_captured_hold_cannot_be_released() -> None:
    story = story_with_hold(60)
    story.posted(capture("c"))
    assert story.refusal(RELEASE) == (Reason.HOLD_SETTLED, "")


def test_a_released_hold_cannot_be_captured() -> None:
    story = story_with_hold(60)
    story.decide(RELEASE)
    assert story.refusal(capture("c")) == (Reason.HOLD_SETTLED, "")


def test_an_expired_hold_cannot_be_captured_but_released() -> None:
    story = story_with_hold(60)
    story.now = NOON + HOUR
    assert story.refusal(capture("c")) == (Reason.HOLD_EXPIRED, "")
    story.decide(ReleaseHold(hold_id=HOLD, only_if_expired=True))
    assert story.held(RUNNER) == 0


def test_a_hold_can_be_captured_until_the_instant_before_its_expiry() -> None:
    story = story_with_hold(60)
    story.now = NOON + HOUR - 1
    assert story.refusal(ReleaseHold(hold_id=HOLD, only_if_expired=True)) == (Reason.HOLD_NOT_EXPIRED, "")
    story.posted(capture("c"))


def test_a_hold_cannot_begin_expired() -> None:
    story = CoreStory(runner=100, fixer=0)
    assert story.refusal(reservation("h", RUNNER, FIXER, 1, expires_at=NOON)) == (Reason.HOLD_EXPIRED, "")


@pytest.mark.parametrize("amount", [0, -1, COINS_MAX + 1])
def test_a_hold_outside_the_range_is_refused(amount: int) -> None:
    story = CoreStory(runner=100, fixer=0)
    assert story.refusal(reservation("h", RUNNER, FIXER, amount)) == (Reason.AMOUNT_OUT_OF_RANGE, "")


@pytest.mark.parametrize("amount", [0, -1])
def test_a_capture_of_nothing_is_refused(amount: int) -> None:
    assert story_with_hold().refusal(capture("c", amount)) == (Reason.AMOUNT_OUT_OF_RANGE, "")


@pytest.mark.parametrize("command", [capture("c"), RELEASE], ids=["capture", "release"])
def test_an_unknown_hold_is_refused(command: Command) -> None:
    assert CoreStory(runner=100).refusal(command) == (Reason.UNKNOWN_HOLD, "")


def test_a_hold_for_oneself_or_for_nobody_is_refused() -> None:
    story = CoreStory(runner=100)
    assert story.refusal(reservation("h", RUNNER, RUNNER, 1)) == (Reason.SAME_ACCOUNT, RUNNER)
    assert story.refusal(reservation("h", RUNNER, MEDTECH, 1)) == (Reason.UNKNOWN_ACCOUNT, MEDTECH)


def test_a_refused_capture_keeps_the_coins_reserved() -> None:
    story = story_with_hold(60)
    story.decide(ChangeStatus(code=FIXER, status=AccountStatus.FROZEN))
    assert story.refusal(capture("c", 25)) == (Reason.ACCOUNT_FROZEN, FIXER)
    assert story.held(RUNNER) == 60


def test_coins_of_a_frozen_account_can_be_given_back_to_it() -> None:
    story = story_with_hold(60)
    story.decide(ChangeStatus(code=RUNNER, status=AccountStatus.FROZEN), RELEASE)
    assert story.held(RUNNER) == 0


def test_an_account_that_holds_coins_cannot_be_closed() -> None:
    story = CoreStory(fixer=0)
    story.decide(opening("credit line", floor=-50))
    story.decide(reservation("h", "credit line", FIXER, 50))
    close = ChangeStatus(code=opening("credit line").code, status=AccountStatus.CLOSED)
    assert story.refusal(close) == (Reason.ACCOUNT_NOT_EMPTY, "credit line")


def test_a_hold_placed_and_captured_in_one_batch_is_written_once_in_its_final_state() -> None:
    story = CoreStory(runner=100, fixer=0)
    _, captured = story.decide(reservation("h", RUNNER, FIXER, 60), capture("c", 25, is_final=True))
    assert isinstance(captured, Posted)
    assert [(h.captured, h.released) for h in story.changes.placed.values()] == [(25, 35)]
    assert story.changes.settled == {}


def test_a_hold_without_a_floor_counts_too() -> None:
    story = CoreStory(runner=0)
    story.decide(reservation("h", ISSUANCE, RUNNER, 10))
    assert story.held(ISSUANCE) == 10
