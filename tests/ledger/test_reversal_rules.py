"""Reversal: what was moved goes back, whole or in part, never twice, never more."""

import pytest

from loopbank.ledger.core import AccountStatus, CaptureHold, ChangeStatus, HoldId, Post, Posted, Reason, Refused
from tests.ledger.stories import FIXER, MEDTECH, RUNNER, CoreStory, line, payment, reservation, reversal


def paid(amount: int = 30) -> tuple[CoreStory, int]:
    story = CoreStory(runner=100, fixer=0)
    return story, story.posted(payment("k", RUNNER, FIXER, amount)).posting.id


def split() -> tuple[CoreStory, int, list[int]]:
    """The runner pays the fixer 30 and the medtech 10 in one posting."""
    story = CoreStory(runner=100, fixer=0, medtech=0)
    lines = (line(RUNNER, FIXER, 30), line(RUNNER, MEDTECH, 10))
    posting = story.posted(Post(key="k", kind="split", lines=lines)).posting
    return story, posting.id, [t.id for t in posting.transfers]


def test_a_whole_reversal_gives_everything_back_once() -> None:
    story, original = paid()
    back = story.posted(reversal("r", original)).posting
    assert story.balances(RUNNER, FIXER) == (100, 0)
    assert (back.kind, back.reverses_id) == ("reversal", original)
    assert [(t.reverses_id, t.reversed_before) for t in back.transfers] == [(back.transfers[0].reverses_id, 0)]
    assert story.refusal(reversal("again", original)) == (Reason.ALREADY_REVERSED, "")


def test_parts_are_given_back_up_to_the_whole() -> None:
    story, original = paid(30)
    story.posted(reversal("r1", original, amount=10))
    assert story.refusal(reversal("r2", original, amount=21)) == (Reason.REVERSAL_TOO_LARGE, "")
    second = story.posted(reversal("r2", original, amount=15)).posting
    assert second.transfers[0].reversed_before == 10
    rest = story.posted(reversal("r3", original)).posting
    assert rest.transfers[0].amount == 5
    assert story.refusal(reversal("r4", original, amount=1)) == (Reason.ALREADY_REVERSED, "")
    assert story.balances(RUNNER, FIXER) == (100, 0)


def test_two_reversals_in_one_batch_give_back_once() -> None:
    story, original = paid()
    first, second = story.decide(reversal("a", original), reversal("b", original))
    assert isinstance(first, Posted)
    assert second == Refused(Reason.ALREADY_REVERSED)
    assert story.balances(RUNNER, FIXER) == (100, 0)


def test_a_posting_of_several_lines_is_given_back_whole_the_last_line_first() -> None:
    story, original, transfers = split()
    back = story.posted(reversal("r", original)).posting
    assert [(t.debit, t.credit, t.amount, t.reverses_id) for t in back.transfers] == [
        (MEDTECH, RUNNER, 10, transfers[1]),
        (FIXER, RUNNER, 30, transfers[0]),
    ]


def test_one_line_of_several_can_be_given_back_and_the_rest_later() -> None:
    story, original, transfers = split()
    story.posted(reversal("r1", original, transfer_id=transfers[0], amount=12))
    rest = story.posted(reversal("r2", original)).posting
    assert [(t.debit, t.amount) for t in rest.transfers] == [(MEDTECH, 10), (FIXER, 18)]
    assert story.balances(RUNNER, FIXER, MEDTECH) == (100, 0, 0)


def test_a_line_given_back_already_is_left_out_of_a_whole_reversal() -> None:
    story, original, transfers = split()
    story.posted(reversal("r1", original, transfer_id=transfers[1]))
    assert story.refusal(reversal("r2", original, transfer_id=transfers[1])) == (Reason.ALREADY_REVERSED, "")
    rest = story.posted(reversal("r3", original)).posting
    assert [t.debit for t in rest.transfers] == [FIXER]


def test_a_reversal_happens_whole_or_not_at_all() -> None:
    story, original, _ = split()
    story.posted(payment("spent", FIXER, MEDTECH, 1))
    assert story.refusal(reversal("r", original)) == (Reason.INSUFFICIENT_COINS, FIXER)


def test_a_reversal_after_a_refused_one_is_decided_afresh() -> None:
    story, original = paid()
    story.decide(ChangeStatus(code=FIXER, status=AccountStatus.FROZEN))
    assert story.refusal(reversal("r", original)) == (Reason.ACCOUNT_FROZEN, FIXER)
    story.decide(ChangeStatus(code=FIXER, status=AccountStatus.OPEN))
    story.posted(reversal("r", original))


def test_an_amount_needs_one_line_to_be_about() -> None:
    story, original, _ = split()
    assert story.refusal(reversal("r", original, amount=5)) == (Reason.NOT_REVERSIBLE, "amount")


def test_a_reversal_cannot_be_reversed() -> None:
    story, original = paid()
    back = story.posted(reversal("r", original)).posting
    assert story.refusal(reversal("rr", back.id)) == (Reason.NOT_REVERSIBLE, "")


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_cannot_be_given_back(amount: int) -> None:
    story, original = paid()
    assert story.refusal(reversal("r", original, amount=amount)) == (Reason.AMOUNT_OUT_OF_RANGE, "")


def test_an_unknown_posting_or_transfer_cannot_be_reversed() -> None:
    story, original = paid()
    assert story.refusal(reversal("r", 999)) == (Reason.UNKNOWN_POSTING, "")
    assert story.refusal(reversal("r", original, transfer_id=999)) == (Reason.UNKNOWN_POSTING, "")


def test_a_captured_hold_can_be_refunded() -> None:
    story = CoreStory(runner=100, fixer=0)
    story.decide(reservation("h", RUNNER, FIXER, 40))
    captured = story.posted(CaptureHold(key="c", hold_id=HoldId(1))).posting
    story.posted(reversal("r", captured.id))
    assert (story.balances(RUNNER, FIXER), story.held(RUNNER)) == ((100, 0), 0)
