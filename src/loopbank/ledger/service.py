"""The ledger's public face: commands go through the posting queue, reads go to the journal."""

from collections.abc import Callable, Sequence

from loopbank.coins import Coins
from loopbank.foundation.clock import Clock, Instant
from loopbank.foundation.database import Database
from loopbank.foundation.metrics import Metrics
from loopbank.ledger import flow_store, journal_store
from loopbank.ledger.core import (
    AccountCode,
    AccountOpened,
    CaptureHold,
    ChangeStatus,
    Command,
    HoldChanged,
    HoldId,
    OpenAccount,
    Outcome,
    PlaceHold,
    Post,
    Posted,
    Posting,
    Refused,
    ReleaseHold,
    Reverse,
    StatusChanged,
    TransferId,
)
from loopbank.ledger.errors import LedgerRefusal
from loopbank.ledger.flow_store import Flow, FlowMark
from loopbank.ledger.journal_store import Balance, HistoryPage, HoldView, StatementLine, Total
from loopbank.ledger.posting import PostingQueue
from loopbank.ledger.store import Companion, LedgerStore

_EXPIRED_PER_SWEEP = 500
_FLOW_MARKED_AFTER = 500
"""Transfers that a look at an account's flow may sum up again and again before a mark is worth a write."""


class Ledger:
    """The books of one installation. Every refusal is raised as LedgerRefusal; nothing is written then."""

    def __init__(self, database: Database, clock: Clock, metrics: Metrics) -> None:
        self._database = database
        self._clock = clock
        self._store = LedgerStore(database)
        self._queue = PostingQueue(self._store, clock, metrics)

    async def start(self, *, asset: str, scale: int) -> None:
        """Make the asset known and begin to take commands."""
        await self._store.ensure_asset(asset, scale)
        self._queue.start()

    async def ensure_asset(self, code: str, *, scale: int) -> None:
        """Make one more asset known; harmless to repeat. Raises ValueError when it exists with another scale."""
        await self._store.ensure_asset(code, scale)

    async def close(self) -> None:
        """Write what was taken and stop."""
        await self._queue.close()

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Have a quick function called after every batch that this process committed."""
        self._queue.on_commit(listener)

    @property
    def is_overloaded(self) -> bool:
        """Tell whether the next command would be turned away."""
        return self._queue.is_full

    async def post(self, command: Post, companions: Sequence[Companion] = ()) -> Posted:
        """Record a posting."""
        outcome = await self._submit(command, companions)
        assert isinstance(outcome, Posted)
        return outcome

    async def post_each(
        self, commands: Sequence[Post], companions: Sequence[Sequence[Companion]]
    ) -> list[Posted | LedgerRefusal]:
        """Record postings that do not depend on each other, in one batch where it has room; one outcome for each.

        Raises as `post`, but for refusals, which stand in the outcomes.
        """
        outcomes = await self._queue.submit_each(commands, companions)
        decided: list[Posted | LedgerRefusal] = []
        for outcome in outcomes:
            assert isinstance(outcome, Posted | Refused)
            decided.append(LedgerRefusal(outcome) if isinstance(outcome, Refused) else outcome)
        return decided

    async def reverse(self, command: Reverse, companions: Sequence[Companion] = ()) -> Posted:
        """Give back what a posting moved."""
        outcome = await self._submit(command, companions)
        assert isinstance(outcome, Posted)
        return outcome

    async def open_account(self, command: OpenAccount, companions: Sequence[Companion] = ()) -> AccountOpened:
        """Open an account."""
        outcome = await self._submit(command, companions)
        assert isinstance(outcome, AccountOpened)
        return outcome

    async def change_status(self, command: ChangeStatus) -> StatusChanged:
        """Freeze, reopen or close an account."""
        outcome = await self._submit(command)
        assert isinstance(outcome, StatusChanged)
        return outcome

    async def place_hold(self, command: PlaceHold, companions: Sequence[Companion] = ()) -> HoldChanged:
        """Reserve coins."""
        outcome = await self._submit(command, companions)
        assert isinstance(outcome, HoldChanged)
        return outcome

    async def capture_hold(self, command: CaptureHold, companions: Sequence[Companion] = ()) -> Posted:
        """Pay from a hold."""
        outcome = await self._submit(command, companions)
        assert isinstance(outcome, Posted)
        return outcome

    async def release_hold(self, command: ReleaseHold) -> HoldChanged:
        """Give the rest of a hold back."""
        outcome = await self._submit(command)
        assert isinstance(outcome, HoldChanged)
        return outcome

    async def release_expired_holds(self) -> int:
        """Release holds whose time is over; gives how many."""
        async with self._database.reading() as tx:
            expired = await journal_store.read_expired_holds(tx, self._clock(), _EXPIRED_PER_SWEEP)
        released = 0
        for hold_id in expired:
            outcome = await self._queue.submit(ReleaseHold(hold_id=hold_id, only_if_expired=True))
            released += isinstance(outcome, HoldChanged) and not outcome.is_replay
        return released

    async def balance(self, code: AccountCode) -> Balance | None:
        """Read an account's balance; None when there is no such account."""
        async with self._database.reading() as tx:
            return await journal_store.read_balance(tx, code)

    async def balances(self, codes: Sequence[AccountCode]) -> dict[AccountCode, Coins]:
        """Read many balances in one statement; unknown codes are absent."""
        async with self._database.reading() as tx:
            return await journal_store.read_balances(tx, codes)

    async def history(self, code: AccountCode, page: HistoryPage) -> list[StatementLine]:
        """Read an account's statement, newest first."""
        async with self._database.reading() as tx:
            return await journal_store.read_history(tx, code, page)

    async def balance_at(self, code: AccountCode, instant: Instant) -> Coins:
        """Read the balance an account had just before an instant (0 before its first transfer)."""
        async with self._database.reading() as tx:
            bound = await journal_store.read_transfer_bound(tx, instant)
            page = HistoryPage(before=TransferId(bound + 1), limit=1)
            lines = await journal_store.read_history(tx, code, page)
        if not lines:
            return Coins(0)
        last = lines[0].transfer
        return last.debit_balance if last.debit == code else last.credit_balance

    async def transfer_bound(self, instant: Instant) -> TransferId:
        """Give the last transfer recorded before an instant; 0 when there is none."""
        async with self._database.reading() as tx:
            return await journal_store.read_transfer_bound(tx, instant)

    async def transfers_after(self, after: TransferId, limit: int) -> list[StatementLine]:
        """Read the journal forward."""
        async with self._database.reading() as tx:
            return await journal_store.read_transfers_after(tx, after, limit)

    async def transfers_before(self, asset: str, before: TransferId, limit: int) -> list[StatementLine]:
        """Read the journal of one asset backward."""
        async with self._database.reading() as tx:
            return await journal_store.read_transfers_before(tx, asset, before, limit)

    async def transfer(self, transfer_id: TransferId) -> StatementLine | None:
        """Read one transfer; None when there is no such."""
        async with self._database.reading() as tx:
            return await journal_store.read_transfer(tx, transfer_id)

    async def postings_of_keys(self, keys: Sequence[str]) -> list[Posting]:
        """Read the postings that keys name; keys that name none are absent."""
        async with self._database.reading() as tx:
            return await journal_store.read_postings_of_keys(tx, keys)

    async def flow(self, code: AccountCode) -> Flow:
        """Sum up what an account sent and received; long histories are summed once and marked."""
        async with self._database.reading() as tx:
            mark = await flow_store.read_flow_mark(tx, code)
            head = await journal_store.read_transfer_head(tx)
            since = await flow_store.read_flow(tx, code, after=mark.upto, upto=head)
        flow = mark.flow + since
        if since.count >= _FLOW_MARKED_AFTER:
            async with self._database.transaction() as tx:
                await flow_store.keep_flow_mark(tx, code, FlowMark(head, flow))
        return flow

    async def totals(self) -> list[Total]:
        """Sum up all accounts by asset and purpose."""
        async with self._database.reading() as tx:
            return await journal_store.read_totals(tx)

    async def hold(self, hold_id: HoldId) -> HoldView | None:
        """Read one hold; None when there is no such."""
        async with self._database.reading() as tx:
            return await journal_store.read_hold(tx, hold_id)

    async def transfer_head(self) -> TransferId:
        """Read the id of the last transfer; 0 when there is none."""
        async with self._database.reading() as tx:
            return await journal_store.read_transfer_head(tx)

    async def _submit(self, command: Command, companions: Sequence[Companion] = ()) -> Outcome:
        outcome = await self._queue.submit(command, companions)
        if isinstance(outcome, Refused):
            raise LedgerRefusal(outcome)
        return outcome
