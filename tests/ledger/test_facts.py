"""What the ledger tells the log: one fact per change, each as things were after its command."""

from loopbank.coins import Coins
from loopbank.foundation.clock import Instant
from loopbank.ledger.core import AccountStatus, CaptureHold, ChangeStatus, Command, HoldId, Outcome, ReleaseHold
from loopbank.ledger.events import facts_of
from tests.ledger.stories import FIXER, NOON, RUNNER, CoreStory, payment, reservation, reversal

HOLD = HoldId(1)


def capture(key: str, amount: int) -> CaptureHold:
    return CaptureHold(key=key, hold_id=HOLD, amount=Coins(amount))


BATCH: tuple[Command, ...] = (
    reservation("h", RUNNER, FIXER, 60),
    capture("c1", 10),
    capture("c2", 20),
    ReleaseHold(hold_id=HOLD),
    reversal("r", 2, amount=4),
    ChangeStatus(code=FIXER, status=AccountStatus.FROZEN),
    payment("refused", RUNNER, FIXER, 1),
    reservation("h", RUNNER, FIXER, 60),
    capture("c1", 10),
)


def told(story: CoreStory, outcomes: list[Outcome]) -> list[tuple[str, object, object]]:
    facts = facts_of(outcomes, story.books, Instant(NOON))
    return [(fact.topic, fact.payload.get("captured"), fact.payload.get("released")) for fact in facts]


def test_a_batch_tells_what_its_commands_would_have_told_one_by_one() -> None:
    at_once, apart = CoreStory(runner=100, fixer=0), CoreStory(runner=100, fixer=0)
    together = facts_of(at_once.decide(*BATCH), at_once.books, Instant(NOON))
    one_by_one = [fact for command in BATCH for fact in facts_of(apart.decide(command), apart.books, Instant(NOON))]
    assert together == one_by_one


def test_every_change_is_told_once_and_refusals_and_replays_are_not() -> None:
    story = CoreStory(runner=100, fixer=0)
    assert told(story, story.decide(*BATCH)) == [
        ("hold.placed", 0, 0),
        ("transaction.created", None, None),
        ("hold.captured", 10, 0),
        ("transaction.created", None, None),
        ("hold.captured", 30, 0),
        ("hold.released", 30, 30),
        ("transaction.created", None, None),
        ("account.status_changed", None, None),
    ]


def test_a_transaction_is_told_with_everything_that_its_posting_says() -> None:
    story = CoreStory(runner=100, fixer=0)
    (fact,) = facts_of(story.decide(payment("k", RUNNER, FIXER, 30, memo="noodles")), story.books, Instant(NOON))
    assert fact.subject == "posting:2"
    assert fact.payload == {
        "id": 2,
        "kind": "transfer",
        "created_at": NOON,
        "memo": "noodles",
        "transfers": [
            {
                "id": 2, "kind": "transfer", "debit": RUNNER, "credit": FIXER, "amount": 30, "debit_balance": 70,
                "credit_balance": 30, "debit_version": 2, "credit_version": 1,
            }
        ],
    }  # fmt: skip
