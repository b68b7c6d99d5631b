"""The bank as a beginner would write it: dictionaries, copies, no batches. It shares no rule with the ledger's core.

Where several reasons forbid a command the beginner gives them all, and the ledger may name any of them.
"""

import pickle
from dataclasses import dataclass, field
from typing import assert_never

from loopbank.ledger.core import (
    CaptureHold,
    ChangeStatus,
    Command,
    Line,
    OpenAccount,
    PlaceHold,
    Post,
    ReleaseHold,
    Reverse,
)

LARGEST = 10**15 - 1


@dataclass(frozen=True)
class No:
    """Refused for one of the reasons; `field` is what a reused key must name, None when anything will do."""

    reasons: frozenset[str]
    field: str | None = None


@dataclass(frozen=True)
class Yes:
    """Done, now or before."""

    is_replay: bool = False
    posting: int | None = None
    hold: int | None = None


Answer = No | Yes


@dataclass
class NaiveHold:
    command: PlaceHold
    captured: int = 0
    released: int = 0

    @property
    def left(self) -> int:
        return self.command.amount - self.captured - self.released


@dataclass
class NaiveLine:
    number: int
    debit: str
    credit: str
    amount: int
    given_back: int = 0
    gives_back: int | None = None
    took_the_rest: bool = False


@dataclass
class NaivePosting:
    command: Post | Reverse | CaptureHold
    lines: list[NaiveLine]
    memo: str = ""


@dataclass
class NaiveBank:
    balances: dict[str, int] = field(default_factory=dict)
    floors: dict[str, int | None] = field(default_factory=dict)
    assets: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    moves: dict[str, int] = field(default_factory=dict)
    opened_by_key: dict[str, str] = field(default_factory=dict)
    postings: list[NaivePosting] = field(default_factory=list)
    holds: list[NaiveHold] = field(default_factory=list)

    def answer(self, command: Command, now: int) -> Answer:
        """Do one command completely, or leave everything as it was."""
        kept = pickle.dumps(self.__dict__)
        answer = self._do(command, now)
        if isinstance(answer, No):
            self.__dict__.update(pickle.loads(kept))
        return answer

    def held(self, code: str) -> int:
        return sum(hold.left for hold in self.holds if hold.command.account == code)

    def _do(self, command: Command, now: int) -> Answer:
        match command:
            case Post() | Reverse() | CaptureHold():
                for number, posting in enumerate(self.postings, 1):
                    if posting.command.key == command.key:
                        return same_or_no(difference(command, posting, self), posting=number)
                return self._post_something(command, now)
            case PlaceHold():
                return self._place(command, now)
            case ReleaseHold():
                return self._release(command, now)
            case OpenAccount():
                return self._open(command)
            case ChangeStatus():
                return self._change_status(command)
            case _:
                assert_never(command)

    def _post_something(self, command: Post | Reverse | CaptureHold, now: int) -> Answer:
        match command:
            case Post(lines=lines, memo=memo):
                return self._post(command, [(line, None) for line in lines], memo)
            case CaptureHold(hold_id=number):
                if not 1 <= number <= len(self.holds):
                    return no("unknown_hold")
                return self._capture(command, self.holds[number - 1], now)
            case Reverse():
                return self._reverse(command)
            case _:
                assert_never(command)

    def _post(
        self, command: Post | Reverse | CaptureHold, lines: list[tuple[Line, NaiveLine | None]], memo: str
    ) -> Answer:
        if not lines:
            return no("no_lines")
        entered = []
        number = sum(len(posting.lines) for posting in self.postings)
        for line, original in lines:
            reasons = self._reasons_against(line)
            if reasons:
                return No(frozenset(reasons))
            for code, sign in ((line.debit, -1), (line.credit, 1)):
                self.balances[code] += sign * line.amount
                self.moves[code] += 1
            number += 1
            entry = NaiveLine(number, line.debit, line.credit, line.amount)
            if original is not None:
                original.given_back += line.amount
                entry.gives_back = original.number
                entry.took_the_rest = original.given_back == original.amount
            entered.append(entry)
        self.postings.append(NaivePosting(command, entered, memo))
        return Yes(posting=len(self.postings))

    def _reasons_against(self, line: Line) -> set[str]:
        reasons = set()
        if line.amount < 1 or line.amount > LARGEST:
            reasons.add("amount_out_of_range")
        if line.debit == line.credit:
            reasons.add("same_account")
        known = [code for code in (line.debit, line.credit) if code in self.balances]
        if len(known) < 2:
            reasons.add("unknown_account")
        reasons |= {f"account_{self.statuses[code]}" for code in known if self.statuses[code] != "open"}
        if len({self.assets[code] for code in known}) == 2:
            reasons.add("asset_mismatch")
        floor = self.floors.get(line.debit)
        if floor is not None and self.balances[line.debit] - self.held(line.debit) - line.amount < floor:
            reasons.add("insufficient_coins")
        return reasons

    def _capture(self, command: CaptureHold, hold: NaiveHold, now: int) -> Answer:
        amount = hold.left if command.amount is None else command.amount
        if hold.left == 0:
            return no("hold_settled")
        if now >= hold.command.expires_at:
            return no("hold_expired")
        if amount < 1:
            return no("amount_out_of_range")
        if amount > hold.left:
            return no("hold_too_small")
        hold.captured += amount
        line = Line(hold.command.account, hold.command.beneficiary, amount)  # type: ignore[arg-type]  # plain numbers
        answer = self._post(command, [(line, None)], command.memo or hold.command.memo)
        if command.is_final:
            hold.released += hold.left
        return answer

    def _reverse(self, command: Reverse) -> Answer:
        if not 1 <= command.posting_id <= len(self.postings):
            return no("unknown_posting")
        original = self.postings[command.posting_id - 1]
        if isinstance(original.command, Reverse):
            return no("not_reversible")
        lines = [line for line in original.lines if command.transfer_id in (None, line.number)]
        if not lines:
            return no("unknown_posting")
        if command.amount is not None and len(lines) > 1:
            return no("not_reversible")
        left = sum(line.amount - line.given_back for line in lines)
        if left == 0:
            return no("already_reversed")
        if command.amount is not None and command.amount < 1:
            return no("amount_out_of_range")
        if command.amount is not None and command.amount > left:
            return no("reversal_too_large")
        back: list[tuple[Line, NaiveLine | None]] = []
        for line in reversed(lines):
            amount = line.amount - line.given_back if command.amount is None else command.amount
            if amount:
                back.append((Line(line.credit, line.debit, amount), line))  # type: ignore[arg-type]  # plain names
        return self._post(command, back, command.memo)

    def _place(self, command: PlaceHold, now: int) -> Answer:
        for number, hold in enumerate(self.holds, 1):
            if hold.command.key == command.key:
                for name in ("account", "beneficiary", "amount", "reference", "memo"):
                    if getattr(hold.command, name) != getattr(command, name):
                        return no("idempotency_key_reused", name)
                return Yes(is_replay=True, hold=number)
        reasons = self._reasons_against(Line(command.account, command.beneficiary, command.amount))
        if command.expires_at <= now:
            reasons.add("hold_expired")
        if reasons:
            return No(frozenset(reasons))
        self.holds.append(NaiveHold(command))
        return Yes(hold=len(self.holds))

    def _release(self, command: ReleaseHold, now: int) -> Answer:
        if not 1 <= command.hold_id <= len(self.holds):
            return no("unknown_hold")
        hold = self.holds[command.hold_id - 1]
        if hold.left == 0:
            return Yes(is_replay=True, hold=command.hold_id) if hold.released else no("hold_settled")
        if command.only_if_expired and now < hold.command.expires_at:
            return no("hold_not_expired")
        hold.released += hold.left
        return Yes(hold=command.hold_id)

    def _open(self, command: OpenAccount) -> Answer:
        if command.key in self.opened_by_key:
            return Yes(is_replay=True)
        if command.code in self.balances:
            return no("account_exists")
        self.opened_by_key[command.key] = command.code
        self.balances[command.code] = self.moves[command.code] = 0
        self.floors[command.code], self.assets[command.code] = command.floor, command.asset
        self.statuses[command.code] = "open"
        return Yes()

    def _change_status(self, command: ChangeStatus) -> Answer:
        code = command.code
        if code not in self.balances:
            return no("unknown_account")
        if self.statuses[code] == command.status:
            return Yes(is_replay=True)
        if self.statuses[code] == "closed":
            return no("account_closed")
        if command.status == "closed" and (self.balances[code] != 0 or self.held(code) != 0):
            return no("account_not_empty")
        self.statuses[code] = command.status
        return Yes()


def no(reason: str, name: str | None = None) -> No:
    return No(frozenset([reason]), name)


def same_or_no(name: str | None, *, posting: int) -> Answer:
    return Yes(is_replay=True, posting=posting) if name is None else no("idempotency_key_reused", name or None)


def difference(command: Post | Reverse | CaptureHold, known: NaivePosting, bank: NaiveBank) -> str | None:
    """Name the first field that differs; None when nothing does, "" when the two are not even of one kind."""
    first = known.command
    match command, first:
        case Post(), Post():
            pairs = zip(spelled_out(command), spelled_out(first), strict=False)
            return next((name for (name, new), (_, old) in pairs if new != old), None)
        case CaptureHold(), CaptureHold():
            memo = command.memo or bank.holds[first.hold_id - 1].command.memo
            amount = known.lines[0].amount if command.amount is None else command.amount
            asked = (command.hold_id, amount, command.kind, memo)
            done = (first.hold_id, known.lines[0].amount, first.kind, known.memo)
            names = ("hold_id", "amount", "kind", "memo")
            return next((name for name, new, old in zip(names, asked, done, strict=True) if new != old), None)
        case Reverse(), Reverse():
            return reversal_difference(command, first, known)
        case _:
            return ""


def spelled_out(command: Post) -> list[tuple[str, object]]:
    fields: list[tuple[str, object]] = [("lines", len(command.lines))]
    for line in command.lines:
        fields += [("debit", line.debit), ("credit", line.credit), ("amount", line.amount)]
        fields.append(("kind", line.kind or command.kind))
    return fields + [(name, getattr(command, name)) for name in ("kind", "memo", "reference", "metadata")]


def reversal_difference(command: Reverse, first: Reverse, known: NaivePosting) -> str | None:
    if command.posting_id != first.posting_id:
        return "posting_id"
    if command.transfer_id is not None and [line.gives_back for line in known.lines] != [command.transfer_id]:
        return "transfer_id"
    if command.amount is None and not all(line.took_the_rest for line in known.lines):
        return "amount"
    if command.amount is not None and [line.amount for line in known.lines] != [command.amount]:
        return "amount"
    return next((name for name in ("memo", "reference") if getattr(command, name) != getattr(first, name)), None)
