"""Keys: the same key and body gives the first answer, another body names the first field that differs."""

from dataclasses import replace

import pytest

from loopbank.coins import Coins
from loopbank.ledger.core import CaptureHold, Command, HoldChanged, HoldId, Post, Posted, Reason, Refused
from tests.ledger.stories import FIXER, HOUR, MEDTECH, NOON, RUNNER, CoreStory, line, payment, reservation, reversal

POST = Post(
    key="k", kind="split", lines=(line(RUNNER, FIXER, 5), line(RUNNER, MEDTECH, 2, "fee")), memo="m", reference="r",
    metadata="{}", actor="somebody", credential="phone",
)  # fmt: skip


def a_story() -> CoreStory:
    return CoreStory(runner=100, fixer=50, medtech=0)


def test_the_same_key_and_body_is_answered_as_the_first_time() -> None:
    story = a_story()
    first = story.posted(POST)
    story.posted(payment("other", RUNNER, FIXER, 90))
    again = story.posted(POST)
    assert again == Posted(first.posting, is_replay=True)
    assert story.balance(RUNNER) == 3


def test_the_same_key_twice_in_one_batch_happens_once() -> None:
    story = a_story()
    first, second = story.decide(POST, POST)
    assert isinstance(first, Posted)
    assert second == Posted(first.posting, is_replay=True)
    assert len(story.changes.postings) == 1


def test_who_asks_again_does_not_matter() -> None:
    story = a_story()
    story.posted(POST)
    assert story.posted(replace(POST, actor="somebody else", credential="terminal")).is_replay


@pytest.mark.parametrize(
    ("other", "field"),
    [
        (replace(POST, lines=POST.lines[:1]), "lines"),
        (replace(POST, lines=(line(MEDTECH, FIXER, 5), POST.lines[1])), "debit"),
        (replace(POST, lines=(line(RUNNER, MEDTECH, 5), POST.lines[1])), "credit"),
        (replace(POST, lines=(POST.lines[0], line(RUNNER, MEDTECH, 3, "fee"))), "amount"),
        (replace(POST, lines=(POST.lines[0], line(RUNNER, MEDTECH, 2, "tip"))), "kind"),
        (replace(POST, kind="other"), "kind"),
        (replace(POST, memo="other"), "memo"),
        (replace(POST, reference="other"), "reference"),
        (replace(POST, metadata="other"), "metadata"),
        (replace(POST, lines=(line(RUNNER, MEDTECH, 6), POST.lines[1]), memo="other"), "credit"),
        (reversal("k", 1), "posting_id"),
        (CaptureHold(key="k", hold_id=HoldId(1)), "hold_id"),
    ],
)
def test_a_posting_key_used_for_something_else_names_the_first_field_that_differs(other: Command, field: str) -> None:
    story = a_story()
    story.posted(POST)
    assert story.refusal(other) == (Reason.KEY_REUSED, field)


def test_a_refused_key_is_free_for_another_try() -> None:
    story = a_story()
    assert story.refusal(payment("k", RUNNER, FIXER, 101)) == (Reason.INSUFFICIENT_COINS, RUNNER)
    story.posted(payment("mend", FIXER, RUNNER, 1))
    assert not story.posted(payment("k", RUNNER, FIXER, 101)).is_replay


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"account": MEDTECH}, "account"),
        ({"beneficiary": MEDTECH}, "beneficiary"),
        ({"amount": Coins(6)}, "amount"),
        ({"reference": "other"}, "reference"),
        ({"memo": "other"}, "memo"),
    ],
)
def test_a_hold_key_used_for_something_else_names_the_first_field_that_differs(
    change: dict[str, object], field: str
) -> None:
    story = a_story()
    place = reservation("h", RUNNER, FIXER, 5)
    story.decide(place)
    assert story.refusal(replace(place, **change)) == (Reason.KEY_REUSED, field)  # type: ignore[arg-type]  # by name


def test_a_hold_is_placed_once_though_a_retry_computes_its_expiry_anew() -> None:
    story = a_story()
    first, second = story.decide(
        reservation("h", RUNNER, FIXER, 5), reservation("h", RUNNER, FIXER, 5, expires_at=NOON + 2 * HOUR)
    )
    assert isinstance(first, HoldChanged)
    assert second == replace(first, is_replay=True)
    assert story.held(RUNNER) == 5


@pytest.mark.parametrize(
    ("other", "field"),
    [
        (CaptureHold(key="c", hold_id=HoldId(2), amount=Coins(20)), "hold_id"),
        (CaptureHold(key="c", hold_id=HoldId(1), amount=Coins(21)), "amount"),
        (CaptureHold(key="c", hold_id=HoldId(1), amount=Coins(20), kind="other"), "kind"),
        (CaptureHold(key="c", hold_id=HoldId(1), amount=Coins(20), memo="other"), "memo"),
        (payment("c", RUNNER, FIXER, 20), "kind"),
    ],
)
def test_a_capture_key_used_for_something_else_names_the_first_field_that_differs(other: Command, field: str) -> None:
    story = a_story()
    story.decide(reservation("h1", RUNNER, FIXER, 50), reservation("h2", RUNNER, FIXER, 50))
    capture = CaptureHold(key="c", hold_id=HoldId(1), amount=Coins(20))
    first = story.posted(capture)
    assert story.posted(capture) == Posted(first.posting, is_replay=True)
    assert story.refusal(other) == (Reason.KEY_REUSED, field)


def test_a_reversal_key_used_for_something_else_names_the_first_field_that_differs() -> None:
    story = a_story()
    original = story.posted(POST).posting
    one, two = (t.id for t in original.transfers)
    story.posted(payment("p2", RUNNER, FIXER, 5))
    back = reversal("r", original.id, transfer_id=one, amount=3)
    first = story.posted(back)
    assert story.posted(back) == Posted(first.posting, is_replay=True)
    for other, field in (
        (reversal("r", original.id + 1), "posting_id"),
        (reversal("r", original.id, transfer_id=two, amount=3), "transfer_id"),
        (reversal("r", original.id, transfer_id=one, amount=2), "amount"),
        (reversal("r", original.id, transfer_id=one), "amount"),
        (reversal("r", original.id, transfer_id=one, amount=3, memo="other"), "memo"),
        (replace(back, reference="other"), "reference"),
    ):
        assert story.refusal(other) == (Reason.KEY_REUSED, field)


def test_a_whole_reversal_asked_again_is_a_replay_also_when_it_names_the_amount() -> None:
    story = a_story()
    original = story.posted(payment("k", RUNNER, FIXER, 9)).posting.id
    story.posted(reversal("r", original))
    assert story.posted(reversal("r", original)).is_replay
    assert story.posted(reversal("r", original, amount=9)).is_replay


def test_a_replay_is_answered_even_when_the_command_could_not_happen_now() -> None:
    story = a_story()
    story.posted(payment("k", RUNNER, FIXER, 100))
    (outcome,) = story.decide(payment("k", RUNNER, FIXER, 100))
    assert not isinstance(outcome, Refused)
