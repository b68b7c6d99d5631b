"""A machine that batches, retries, waits and changes its mind, beside a naive bank that never batches."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from loopbank.ledger.core import Books, Command, decide
from tests.ledger.agreement import assert_lawful, assert_same_answer, assert_same_state
from tests.ledger.naive_bank import NaiveBank
from tests.ledger.stories import HOUR, NOON
from tests.ledger.strategies import OPENINGS, captures, commands, places, posts, reversals


class BankBesideBank(RuleBasedStateMachine):
    """Commands gather as in the posting queue; the naive bank hears each when the batch is decided."""

    def __init__(self) -> None:
        super().__init__()
        self.books, self.bank, self.now = Books({}), NaiveBank(), NOON
        self.waiting: list[Command] = []
        self.said: list[Command] = []
        self.waiting += OPENINGS
        self.decide_what_waits()

    @rule(command=commands)
    def say(self, command: Command) -> None:
        self.waiting.append(command)
        self.said.append(command)

    @rule(command=posts | reversals | places | captures)
    def say_and_repeat_at_once(self, command: Command) -> None:
        self.waiting += [command, command]
        self.said.append(command)

    @precondition(lambda self: self.said)
    @rule(dice=st.data())
    def repeat(self, dice: st.DataObject) -> None:
        self.waiting.append(dice.draw(st.sampled_from(self.said)))

    @rule(hours=st.integers(0, 2))
    def wait(self, hours: int) -> None:
        self.decide_what_waits()
        self.now += hours * HOUR

    @rule()
    def decide_what_waits(self) -> None:
        outcomes = decide(self.waiting, self.books, self.now).outcomes
        for command, outcome in zip(self.waiting, outcomes, strict=True):
            assert_same_answer(outcome, self.bank.answer(command, self.now), self.bank)
        self.waiting.clear()

    @invariant()
    def books_agree_and_are_lawful(self) -> None:
        if not self.waiting:
            assert_same_state(self.books, self.bank)
            assert_lawful(self.books)


BankBesideBank.TestCase.settings = settings(max_examples=50, stateful_step_count=30, derandomize=True, deadline=None)


TestBankBesideBank = BankBesideBank.TestCase
