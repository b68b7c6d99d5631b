"""Laws of the core over drawn histories, and agreement with a bank that was written without looking at it."""

from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings

from loopbank.ledger.core import Books, Changes, Command, Decision, HoldChanged, Outcome, Posted, Refused, decide
from tests.ledger.agreement import assert_lawful, assert_same_answer, assert_same_state
from tests.ledger.histories import History
from tests.ledger.naive_bank import NaiveBank
from tests.ledger.stories import HOUR, NOON
from tests.ledger.strategies import OPENINGS, batches

SEEDS = 8
COMMANDS_PER_SEED = 250
Batches = list[list[Command]]

drawn = settings(max_examples=100, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def opened() -> Books:
    books = Books({})
    decide(OPENINGS, books, NOON)
    return books


def decided(history: Batches, books: Books) -> list[Decision]:
    """Decide batch by batch, an hour apart."""
    return [decide(batch, books, NOON + hour * HOUR) for hour, batch in enumerate(history)]


def outcomes_of(history: Batches, books: Books) -> list[list[Outcome]]:
    return [decision.outcomes for decision in decided(history, books)]


@drawn
@given(batches)
def test_the_core_answers_as_the_naive_bank_does(history: Batches) -> None:
    books, bank = opened(), NaiveBank()
    for command in OPENINGS:
        bank.answer(command, NOON)
    for hour, batch in enumerate(history):
        now = NOON + hour * HOUR
        for command, outcome in zip(batch, decide(batch, books, now).outcomes, strict=True):
            assert_same_answer(outcome, bank.answer(command, now), bank)
        assert_same_state(books, bank)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_core_answers_long_seeded_histories_as_the_naive_bank_does(seed: int) -> None:
    """Draws stay short; these live long enough for holds and reversals in parts."""
    books, bank, history, latest = Books({}), NaiveBank(), History(seed), 0
    for wave in history.waves(COMMANDS_PER_SEED):
        latest = max(latest, history.now)
        for command, outcome in zip(wave, decide(wave, books, latest).outcomes, strict=True):
            assert_same_answer(outcome, bank.answer(command, latest), bank)
        assert_same_state(books, bank)
    assert_lawful(books)


@drawn
@given(batches)
def test_every_history_leaves_lawful_books(history: Batches) -> None:
    books = opened()
    decided(history, books)
    assert_lawful(books)


@drawn
@given(batches)
def test_how_commands_are_batched_changes_no_answer(history: Batches) -> None:
    in_batches, one_by_one = opened(), opened()
    together = outcomes_of(history, in_batches)
    apart = [
        [decide([command], one_by_one, NOON + hour * HOUR).outcomes[0] for command in batch]
        for hour, batch in enumerate(history)
    ]
    assert together == apart
    assert in_batches == one_by_one


@drawn
@given(batches)
def test_refused_commands_might_as_well_not_have_been_there(history: Batches) -> None:
    with_refused, without = opened(), opened()
    outcomes = outcomes_of(history, with_refused)
    accepted = [
        [command for command, outcome in zip(batch, answers, strict=True) if not isinstance(outcome, Refused)]
        for batch, answers in zip(history, outcomes, strict=True)
    ]
    kept = [[outcome for outcome in answers if not isinstance(outcome, Refused)] for answers in outcomes]
    assert outcomes_of(accepted, without) == kept
    assert without == with_refused


@drawn
@given(batches)
def test_a_whole_history_sent_again_changes_nothing_that_was_done(history: Batches) -> None:
    books = opened()
    first = outcomes_of(history, books)
    done = [
        [
            (command, outcome)
            for command, outcome in zip(batch, answers, strict=True)
            # A release and a status change carry no key: repeated late, they are new wishes.
            if isinstance(outcome, Posted) or (isinstance(outcome, HoldChanged) and hasattr(command, "key"))
        ]
        for batch, answers in zip(history, first, strict=True)
    ]
    before = deepcopy(books)
    for batch in done:
        decision = decide([command for command, _ in batch], books, NOON + 99 * HOUR)
        assert decision.changes == Changes()
        for (_, outcome), again in zip(batch, decision.outcomes, strict=True):
            assert not isinstance(again, Refused)
            assert again.is_replay
            assert getattr(again, "posting", None) == getattr(outcome, "posting", None)
            assert getattr(again, "hold_id", None) == getattr(outcome, "hold_id", None)
    assert books == before


@drawn
@given(batches)
def test_the_changes_of_a_batch_are_all_that_became_different(history: Batches) -> None:
    books = opened()
    for hour, batch in enumerate(history):
        before = deepcopy(books)
        changes = decide(batch, books, NOON + hour * HOUR).changes
        written = {**changes.opened, **changes.changed}
        assert {code: account for code, account in books.accounts.items() if account != before.accounts.get(code)} == {
            code: account for code, account in written.items() if account != before.accounts.get(code)
        }
        holds = {**changes.placed, **changes.settled}
        assert {number: hold for number, hold in books.holds.items() if hold != before.holds.get(number)} == holds
        assert [p.id for p in changes.postings] == list(range(before.posting_id_max + 1, books.posting_id_max + 1))
        assert changes.transfers == [t for p in changes.postings for t in p.transfers]
