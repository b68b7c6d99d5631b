"""Books to begin with and short ways to say things; accounts are called by the roles of those who hold them."""

from collections.abc import Mapping
from copy import deepcopy

from loopbank.coins import Coins
from loopbank.ledger.core import (
    AccountCode,
    Books,
    Changes,
    Command,
    HoldId,
    Line,
    OpenAccount,
    Outcome,
    PlaceHold,
    Post,
    Posted,
    PostingId,
    Reason,
    Refused,
    Reverse,
    decide,
)

COIN = "LBC"
SPINS = "SPINS"
ISSUANCE = AccountCode("issuance")
RUNNER = AccountCode("runner")
FIXER = AccountCode("fixer")
MEDTECH = AccountCode("medtech")
NOON = 1_800_000_000_000_000
"""The instant at which stories begin, in microseconds."""

HOUR = 3_600_000_000


def line(debit: str, credit: str, amount: int, kind: str = "") -> Line:
    return Line(AccountCode(debit), AccountCode(credit), Coins(amount), kind)


def opening(code: str, *, asset: str = COIN, floor: int | None = 0) -> OpenAccount:
    bound = None if floor is None else Coins(floor)
    return OpenAccount(key=f"open:{code}", code=AccountCode(code), asset=asset, purpose="wallet", floor=bound)


def payment(key: str, debit: str, credit: str, amount: int, *, memo: str = "", actor: str = "") -> Post:
    return Post(key=key, kind="transfer", lines=(line(debit, credit, amount),), memo=memo, actor=actor)


def reservation(key: str, owner: str, beneficiary: str, amount: int, *, expires_at: int = NOON + HOUR) -> PlaceHold:
    return PlaceHold(
        key=key,
        account=AccountCode(owner),
        beneficiary=AccountCode(beneficiary),
        amount=Coins(amount),
        expires_at=expires_at,
    )


def reversal(
    key: str, posting_id: int, *, transfer_id: int | None = None, amount: int | None = None, memo: str = ""
) -> Reverse:
    return Reverse(
        key=key,
        posting_id=PostingId(posting_id),
        transfer_id=transfer_id,  # type: ignore[arg-type]  # a plain number reads better in a story
        amount=None if amount is None else Coins(amount),
        memo=memo,
    )


def opening_batch(balances: Mapping[str, int]) -> list[Command]:
    """Open issuance and an account per balance, and mint what it begins with."""
    commands: list[Command] = [opening(ISSUANCE, floor=None)]
    for code, balance in balances.items():
        commands.append(opening(code))
        if balance:
            commands.append(payment(f"mint:{code}", ISSUANCE, code, balance))
    return commands


class CoreStory:
    """Books in memory that grow by decisions of the core alone."""

    def __init__(self, **balances: int) -> None:
        self.books = Books({})
        self.now = NOON
        self.changes = Changes()
        self.decide(*opening_batch(balances))

    def decide(self, *commands: Command) -> list[Outcome]:
        """Decide a batch; its changes are kept for the test to look at."""
        decision = decide(commands, self.books, self.now)
        self.changes = decision.changes
        return decision.outcomes

    def posted(self, command: Command) -> Posted:
        """Decide one command that must happen and give its posting."""
        (outcome,) = self.decide(command)
        assert isinstance(outcome, Posted), outcome
        return outcome

    def refusal(self, command: Command) -> tuple[Reason, str]:
        """Decide one command that must be refused, prove that it changed nothing, and say why and about what."""
        before = deepcopy(self.books)
        (outcome,) = self.decide(command)
        assert isinstance(outcome, Refused), outcome
        assert self.books == before
        assert self.changes == Changes()
        return outcome.reason, outcome.subject

    def balance(self, code: str) -> int:
        return self.books.accounts[AccountCode(code)].balance

    def held(self, code: str) -> int:
        return self.books.accounts[AccountCode(code)].held

    def balances(self, *codes: str) -> tuple[int, ...]:
        return tuple(self.balance(code) for code in codes)

    def left(self, hold_id: int) -> int:
        return self.books.holds[HoldId(hold_id)].left
