"""What it means that the ledger's books and the naive bank agree, and the laws that hold on any books."""

from collections import defaultdict
from collections.abc import Iterable

from loopbank.ledger.core import Books, HoldChanged, HoldId, Outcome, Posted, PostingId, Refused, Transfer
from tests.ledger.naive_bank import Answer, NaiveBank, No


def assert_same_answer(outcome: Outcome, answer: Answer, bank: NaiveBank) -> None:
    if isinstance(answer, No):
        assert isinstance(outcome, Refused), (outcome, answer)
        assert outcome.reason.value in answer.reasons, (outcome, answer)
        assert answer.field in (None, outcome.subject), (outcome, answer)
        return
    assert not isinstance(outcome, Refused), (outcome, answer)
    assert outcome.is_replay == answer.is_replay
    if isinstance(outcome, Posted):
        assert answer.posting == outcome.posting.id
        assert_same_lines(outcome.posting.transfers, bank, outcome.posting.id)
        assert outcome.posting.memo == bank.postings[outcome.posting.id - 1].memo
    if isinstance(outcome, HoldChanged):
        assert answer.hold == outcome.hold_id


def assert_same_lines(transfers: Iterable[Transfer], bank: NaiveBank, posting_id: PostingId) -> None:
    mine = [(t.id, t.debit, t.credit, t.amount, t.reverses_id) for t in transfers]
    lines = bank.postings[posting_id - 1].lines
    assert mine == [(line.number, line.debit, line.credit, line.amount, line.gives_back) for line in lines]


def assert_same_state(books: Books, bank: NaiveBank) -> None:
    accounts = {
        a.code: (a.balance, a.held, a.floor, a.asset, a.status.value, a.version) for a in books.accounts.values()
    }
    assert accounts == {
        code: (balance, bank.held(code), bank.floors[code], bank.assets[code], bank.statuses[code], bank.moves[code])
        for code, balance in bank.balances.items()
    }
    holds = {number: (hold.captured, hold.released, hold.left) for number, hold in books.holds.items()}
    assert holds == {
        HoldId(number): (hold.captured, hold.released, hold.left) for number, hold in enumerate(bank.holds, 1)
    }
    assert len(books.postings) == books.posting_id_max == len(bank.postings)


def assert_lawful(books: Books) -> None:
    """Zero sum per asset, nobody below the floor, held = open holds, gapless chains that add up."""
    sums: dict[str, int] = defaultdict(int)
    reserved: dict[str, int] = defaultdict(int)
    for hold in books.holds.values():
        assert hold.left >= 0
        reserved[hold.account] += hold.left
    for account in books.accounts.values():
        sums[account.asset] += account.balance
        assert account.held == reserved[account.code]
        assert account.available is None or account.available >= 0
    assert set(sums.values()) <= {0}
    assert_chained(books)


def assert_chained(books: Books) -> None:
    state = dict.fromkeys(books.accounts, (0, 0))
    number = 0
    given_back: dict[int, int] = defaultdict(int)
    moved: dict[int, int] = {}
    for posting_id in range(1, books.posting_id_max + 1):
        for t in books.postings[PostingId(posting_id)].transfers:
            number += 1
            assert t.id == number
            for code, difference, balance, version in (
                (t.debit, -t.amount, t.debit_balance, t.debit_version),
                (t.credit, t.amount, t.credit_balance, t.credit_version),
            ):
                assert (balance, version) == (state[code][0] + difference, state[code][1] + 1)
                state[code] = (balance, version)
            moved[t.id] = t.amount
            if t.reverses_id is not None:
                assert t.reversed_before == given_back[t.reverses_id]
                given_back[t.reverses_id] += t.amount
                assert given_back[t.reverses_id] <= moved[t.reverses_id]
    assert state == {a.code: (a.balance, a.version) for a in books.accounts.values()}
