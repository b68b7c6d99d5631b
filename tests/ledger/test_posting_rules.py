"""Posting: both sides move, all lines or none, and every reason to say no."""

import pytest

from loopbank.coins import COINS_MAX
from loopbank.ledger.core import AccountCode, AccountStatus, ChangeStatus, Post, Posted, Reason, Refused
from loopbank.ledger.core.journal import BALANCE_MAX
from tests.ledger.stories import FIXER, ISSUANCE, MEDTECH, RUNNER, SPINS, CoreStory, line, opening, payment


def test_a_payment_moves_coins_from_the_debit_to_the_credit_account() -> None:
    story = CoreStory(runner=100, fixer=5)
    posting = story.posted(payment("k", RUNNER, FIXER, 30)).posting
    assert story.balances(RUNNER, FIXER, ISSUANCE) == (70, 35, -105)
    (transfer,) = posting.transfers
    assert (transfer.debit, transfer.credit, transfer.amount) == (RUNNER, FIXER, 30)
    assert (transfer.debit_balance, transfer.credit_balance) == (70, 35)
    assert (transfer.debit_version, transfer.credit_version) == (2, 2)


def test_postings_and_transfers_are_numbered_without_gaps_also_across_refusals() -> None:
    story = CoreStory(runner=100)
    story.decide(opening(FIXER))
    outcomes = story.decide(
        payment("a", RUNNER, FIXER, 1), payment("b", RUNNER, FIXER, 1_000), payment("c", RUNNER, FIXER, 1)
    )
    assert [o.posting.id for o in outcomes if isinstance(o, Posted)] == [2, 3]
    assert [t.id for t in story.changes.transfers] == [2, 3]


def test_each_command_of_a_batch_sees_those_before_it() -> None:
    story = CoreStory(runner=100, fixer=0, medtech=0)
    first, second, third = story.decide(
        payment("a", RUNNER, FIXER, 100), payment("b", FIXER, MEDTECH, 100), payment("c", RUNNER, FIXER, 1)
    )
    assert isinstance(first, Posted)
    assert isinstance(second, Posted)
    assert third == Refused(Reason.INSUFFICIENT_COINS, RUNNER)
    assert story.balances(RUNNER, FIXER, MEDTECH) == (0, 0, 100)


def test_the_lines_of_a_posting_happen_in_order() -> None:
    story = CoreStory(runner=10, fixer=0, medtech=0)
    story.posted(Post(key="k", kind="split", lines=(line(RUNNER, FIXER, 10), line(FIXER, MEDTECH, 4, "fee"))))
    assert story.balances(RUNNER, FIXER, MEDTECH) == (0, 6, 4)
    assert [t.kind for t in story.changes.transfers] == ["split", "fee"]


def test_a_posting_with_one_impossible_line_does_nothing_at_all() -> None:
    story = CoreStory(runner=10, fixer=0, medtech=0)
    lines = (line(RUNNER, FIXER, 6), line(RUNNER, MEDTECH, 4), line(RUNNER, MEDTECH, 1))
    assert story.refusal(Post(key="k", kind="split", lines=lines)) == (Reason.INSUFFICIENT_COINS, RUNNER)


def test_a_posting_without_lines_is_refused() -> None:
    assert CoreStory().refusal(Post(key="k", kind="empty", lines=())) == (Reason.NO_LINES, "")


def test_a_refused_command_leaves_its_neighbours_as_if_it_had_not_been_there() -> None:
    with_refusal, without = CoreStory(runner=10, fixer=0), CoreStory(runner=10, fixer=0)
    before, after = payment("a", RUNNER, FIXER, 4), payment("c", FIXER, RUNNER, 1)
    refused = Post(key="b", kind="split", lines=(line(FIXER, RUNNER, 2), line(RUNNER, FIXER, 100)))
    first, _, third = with_refusal.decide(before, refused, after)
    assert [first, third] == without.decide(before, after)
    assert with_refusal.books == without.books
    assert with_refusal.changes == without.changes


def test_the_last_coin_can_be_spent_and_not_one_more() -> None:
    story = CoreStory(runner=100, fixer=0)
    assert story.refusal(payment("a", RUNNER, FIXER, 101)) == (Reason.INSUFFICIENT_COINS, RUNNER)
    story.posted(payment("a", RUNNER, FIXER, 100))
    assert story.balance(RUNNER) == 0


def test_a_negative_floor_lets_a_balance_go_down_to_it() -> None:
    story = CoreStory(fixer=0)
    story.decide(opening("credit line", floor=-50))
    story.posted(payment("a", "credit line", FIXER, 50))
    assert story.refusal(payment("b", "credit line", FIXER, 1)) == (Reason.INSUFFICIENT_COINS, "credit line")


def test_a_positive_floor_keeps_coins_on_an_account() -> None:
    story = CoreStory()
    story.decide(opening("deposit", floor=20), payment("mint", ISSUANCE, "deposit", 25))
    assert story.refusal(payment("a", "deposit", ISSUANCE, 6)) == (Reason.INSUFFICIENT_COINS, "deposit")
    story.posted(payment("b", "deposit", ISSUANCE, 5))


def test_issuance_goes_below_zero_by_the_supply() -> None:
    story = CoreStory(runner=100, fixer=23)
    story.posted(payment("burn", FIXER, ISSUANCE, 3))
    assert story.balance(ISSUANCE) == -120


@pytest.mark.parametrize("amount", [0, -1, COINS_MAX + 1])
def test_an_amount_outside_the_range_is_refused(amount: int) -> None:
    story = CoreStory(runner=100)
    assert story.refusal(payment("k", ISSUANCE, RUNNER, amount)) == (Reason.AMOUNT_OUT_OF_RANGE, "")


@pytest.mark.parametrize("amount", [1, COINS_MAX])
def test_the_smallest_and_the_largest_amount_can_be_moved(amount: int) -> None:
    story = CoreStory(runner=0)
    story.posted(payment("k", ISSUANCE, RUNNER, amount))
    assert story.balance(RUNNER) == amount


def test_an_account_cannot_pay_itself() -> None:
    assert CoreStory(runner=100).refusal(payment("k", RUNNER, RUNNER, 1)) == (Reason.SAME_ACCOUNT, RUNNER)


@pytest.mark.parametrize(("debit", "credit"), [(RUNNER, "nobody"), ("nobody", RUNNER)])
def test_an_unknown_account_is_named(debit: str, credit: str) -> None:
    assert CoreStory(runner=100).refusal(payment("k", debit, credit, 1)) == (Reason.UNKNOWN_ACCOUNT, "nobody")


@pytest.mark.parametrize(
    ("status", "reason"),
    [(AccountStatus.FROZEN, Reason.ACCOUNT_FROZEN), (AccountStatus.CLOSED, Reason.ACCOUNT_CLOSED)],
)
@pytest.mark.parametrize(("debit", "credit"), [(RUNNER, FIXER), (FIXER, RUNNER)])
def test_coins_move_neither_to_nor_from_an_account_that_is_not_open(
    status: AccountStatus, reason: Reason, debit: str, credit: str
) -> None:
    story = CoreStory(runner=100, fixer=0)
    story.decide(ChangeStatus(code=FIXER, status=status))
    assert story.refusal(payment("k", debit, credit, 1)) == (reason, FIXER)


def test_coins_and_spins_do_not_mix() -> None:
    story = CoreStory(runner=100)
    story.decide(opening("spins", asset=SPINS))
    assert story.refusal(payment("k", RUNNER, "spins", 1)) == (Reason.ASSET_MISMATCH, "spins")


def test_a_balance_cannot_leave_the_range_that_sums_can_hold() -> None:
    story = CoreStory(runner=0, fixer=0)
    story.books.accounts[ISSUANCE].balance = -(BALANCE_MAX - 5)  # type: ignore[assignment]  # 9,000 mints are too slow
    assert story.refusal(payment("k", ISSUANCE, RUNNER, 6)) == (Reason.BALANCE_OUT_OF_RANGE, RUNNER)
    story.posted(payment("k", ISSUANCE, RUNNER, 5))
    assert story.balances(ISSUANCE, RUNNER) == (-BALANCE_MAX, 5)


def test_no_balance_grows_past_the_range_that_sums_can_hold() -> None:
    story = CoreStory(runner=0)
    story.books.accounts[RUNNER].balance = BALANCE_MAX - 5  # type: ignore[assignment]  # as above
    assert story.refusal(payment("k", ISSUANCE, RUNNER, 6)) == (Reason.BALANCE_OUT_OF_RANGE, RUNNER)
    story.posted(payment("k", ISSUANCE, RUNNER, 5))


def test_a_posting_has_both_accounts_written() -> None:
    story = CoreStory(runner=10, fixer=0, medtech=0)
    story.posted(payment("k", RUNNER, FIXER, 1))
    assert set(story.changes.changed) == {RUNNER, FIXER}


def test_an_account_opened_in_the_batch_is_written_once_as_it_ended() -> None:
    story = CoreStory(runner=10)
    story.decide(opening("newcomer"), payment("k", RUNNER, "newcomer", 4))
    assert {code: a.balance for code, a in story.changes.opened.items()} == {"newcomer": 4}
    assert set(story.changes.changed) == {RUNNER}


def test_an_account_is_opened_once_per_key_and_once_per_code() -> None:
    story = CoreStory()
    (opened,) = story.decide(opening(RUNNER))
    (again,) = story.decide(opening(RUNNER))
    assert (opened.is_replay, again.is_replay) == (False, True)  # type: ignore[union-attr]  # neither is refused
    (other_code,) = story.decide(
        opening(RUNNER).__class__(key="open:runner", code=AccountCode("x"), asset="LBC", purpose="wallet")
    )
    assert other_code == again, "a retry with a newly drawn number gets the account it opened before"
    taken = opening(RUNNER).__class__(key="other key", code=RUNNER, asset="LBC", purpose="wallet")
    assert story.refusal(taken) == (Reason.ACCOUNT_EXISTS, RUNNER)


def test_a_status_change_is_harmless_to_repeat() -> None:
    story = CoreStory(runner=1)
    freeze = ChangeStatus(code=RUNNER, status=AccountStatus.FROZEN)
    first, second = story.decide(freeze, freeze)
    assert (first.is_replay, second.is_replay) == (False, True)  # type: ignore[union-attr]  # neither is refused
    story.decide(ChangeStatus(code=RUNNER, status=AccountStatus.OPEN))
    story.posted(payment("k", RUNNER, ISSUANCE, 1))


def test_an_unknown_account_has_no_status_to_change() -> None:
    change = ChangeStatus(code=MEDTECH, status=AccountStatus.FROZEN)
    assert CoreStory().refusal(change) == (Reason.UNKNOWN_ACCOUNT, MEDTECH)


def test_only_an_empty_account_can_be_closed_and_a_closed_one_stays_closed() -> None:
    story = CoreStory(runner=1)
    close = ChangeStatus(code=RUNNER, status=AccountStatus.CLOSED)
    assert story.refusal(close) == (Reason.ACCOUNT_NOT_EMPTY, RUNNER)
    story.posted(payment("k", RUNNER, ISSUANCE, 1))
    story.decide(close)
    assert story.refusal(ChangeStatus(code=RUNNER, status=AccountStatus.OPEN)) == (Reason.ACCOUNT_CLOSED, RUNNER)
