"""What an account has ever sent and received, summed up at a cost that does not grow with its history.

A mark keeps the sums up to a transfer; a look adds what came since. Law: transfers get their ids in the order in which
they are committed, so whatever is at or below the journal's head when a look begins is there to be summed.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert  # The construct compiles on SQLite too, whose syntax is the same.

from loopbank.coins import Coins
from loopbank.foundation.database import Transaction
from loopbank.foundation.prepared import Prepared
from loopbank.ledger.core import AccountCode, TransferId
from loopbank.ledger.tables import account, flow_mark, transfer


@dataclass(frozen=True, slots=True)
class Flow:
    """How often an account has sent and received, and how much in minor units."""

    sent_count: int
    sent: Coins
    received_count: int
    received: Coins

    @property
    def count(self) -> int:
        """How many transfers these are."""
        return self.sent_count + self.received_count

    def __add__(self, other: "Flow") -> "Flow":
        """Give both together."""
        return Flow(
            self.sent_count + other.sent_count,
            Coins(self.sent + other.sent),
            self.received_count + other.received_count,
            Coins(self.received + other.received),
        )


@dataclass(frozen=True, slots=True)
class FlowMark:
    """An account's flow up to and with a transfer."""

    upto: TransferId
    flow: Flow


def _side(column: ColumnElement[int]) -> Prepared:
    owner = select(account.c.id).where(account.c.code == bindparam("code")).scalar_subquery()
    return Prepared(
        select(func.count(), func.coalesce(func.sum(transfer.c.amount), 0)).where(
            column == owner, transfer.c.id > bindparam("after"), transfer.c.id <= bindparam("upto")
        )
    )


_SENT, _RECEIVED = _side(transfer.c.debit_id), _side(transfer.c.credit_id)
_MARK = Prepared(select(flow_mark).where(flow_mark.c.code == bindparam("code")))
_GIVEN = insert(flow_mark).values({column.name: bindparam(column.name) for column in flow_mark.c})
_KEEP = _GIVEN.on_conflict_do_update(
    index_elements=["code"],
    set_={column.name: _GIVEN.excluded[column.name] for column in flow_mark.c if column.name != "code"},
    where=flow_mark.c.upto < _GIVEN.excluded.upto,
)


async def read_flow_mark(tx: Transaction, code: AccountCode) -> FlowMark:
    """Read how far an account is summed up."""
    row = await tx.row(_MARK, {"code": code})
    if row is None:
        return FlowMark(TransferId(0), Flow(0, Coins(0), 0, Coins(0)))
    flow = Flow(row.sent_count, Coins(row.sent), row.received_count, Coins(row.received))
    return FlowMark(TransferId(row.upto), flow)


async def read_flow(tx: Transaction, code: AccountCode, *, after: TransferId, upto: TransferId) -> Flow:
    """Sum up the account's transfers with ids above `after`, up to and with `upto`."""
    bounds = {"code": code, "after": after, "upto": upto}
    sent, received = await tx.row(_SENT, bounds), await tx.row(_RECEIVED, bounds)
    assert sent is not None, "an aggregate always gives a row"
    assert received is not None, "an aggregate always gives a row"
    return Flow(sent[0], Coins(int(sent[1])), received[0], Coins(int(received[1])))


async def keep_flow_mark(tx: Transaction, code: AccountCode, mark: FlowMark) -> None:
    """Keep a mark unless a later one is there."""
    flow = mark.flow
    values = {"sent_count": flow.sent_count, "sent": flow.sent}
    values |= {"received_count": flow.received_count, "received": flow.received}
    await tx.run(_KEEP, {"code": code, "upto": mark.upto, **values})
