"""Every statement on epochs, rounds and reveals."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields

from sqlalchemy import and_, bindparam, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or  # SQLite's syntax is the same.

from loopbank.casino.tables import absence, epoch, limit, played, reveal, setting
from loopbank.casino.words import Epoch, Reveal, Seat, StoredRound
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import AnyRow, Transaction
from loopbank.foundation.prepared import Prepared
from loopbank.foundation.set_statements import one_of
from loopbank.ledger import AccountCode, Companion, Outcome, Posted, PostingId

ROUND_COLUMNS = tuple(field.name for field in fields(StoredRound))
REVEAL_COLUMNS = ("round_id", "sub", "player", "posting_id", "request_key", "revealed_at")
_EPOCH_COLUMNS = tuple(field.name for field in fields(Epoch))

_ROUNDS = select(*(played.c[name] for name in ROUND_COLUMNS))
_EPOCHS = select(*(epoch.c[name] for name in _EPOCH_COLUMNS))
_IS_CURRENT = and_(epoch.c.player == bindparam("player"), epoch.c.begun_at.is_not(None), epoch.c.revealed_at.is_(None))

# In so many words, not as a bound value: only then does either database see that its partial index fits.
_HAS_FREE_SPINS = played.c.free_spins > literal_column("0")
_LAST_TRIGGER = (
    select(func.max(played.c.id))
    .where(played.c.player == bindparam("player"), played.c.game == bindparam("game"), _HAS_FREE_SPINS)
    .scalar_subquery()
)
_triggered = played.alias("triggered")
_asked, _shown = played.alias("asked"), reveal.alias("shown")
_ASKED = and_(_asked.c.player == epoch.c.player, _asked.c.request_key == bindparam("request"))
_SHOWN_FOR = and_(_shown.c.player == epoch.c.player, _shown.c.request_key == bindparam("request"))
_SEAT = Prepared(
    select(
        epoch.c.epoch,
        epoch.c.commitment,
        epoch.c.sealed_seed,
        epoch.c.client_seed,
        select(func.coalesce(func.max(played.c.nonce) + 1, 0))
        .where(played.c.player == epoch.c.player, played.c.epoch == epoch.c.epoch)
        .scalar_subquery()
        .label("nonce"),
        func.coalesce(absence.c.break_until, 0).label("break_until"),
        func.coalesce(absence.c.excluded_until, 0).label("excluded_until"),
        select(func.count()).where(limit.c.player == epoch.c.player).scalar_subquery().label("limits"),
        _LAST_TRIGGER.label("trigger_id"),
        select(func.count()).where(reveal.c.round_id == _LAST_TRIGGER).scalar_subquery().label("revealed"),
        select(_triggered.c.free_spins).where(_triggered.c.id == _LAST_TRIGGER).scalar_subquery().label("free_spins"),
        select(_asked.c.id).where(_ASKED).scalar_subquery().label("asked_round"),
        select(_shown.c.round_id).where(_SHOWN_FOR).scalar_subquery().label("shown_round"),
        select(_shown.c.sub).where(_SHOWN_FOR).scalar_subquery().label("shown_sub"),
        setting.c.is_enabled,
        setting.c.config_hash,
    )
    .outerjoin(absence, absence.c.player == epoch.c.player)
    .outerjoin(setting, setting.c.game == bindparam("game"))
    .where(_IS_CURRENT)
)
_LAST_EPOCHS = _EPOCHS.where(epoch.c.player == bindparam("player")).order_by(epoch.c.epoch.desc()).limit(2)
_EPOCH = _EPOCHS.where(epoch.c.player == bindparam("player"), epoch.c.epoch == bindparam("number"))
_ROUND = Prepared(_ROUNDS.where(played.c.id == bindparam("round")))
_REVEALS = (
    select(*(reveal.c[field.name] for field in fields(Reveal)))
    .where(one_of(reveal.c.round_id, "rounds"))
    .order_by(reveal.c.round_id, reveal.c.sub)
)
_SHOWN = select(func.count()).where(reveal.c.round_id == played.c.id).scalar_subquery()
_UNFINISHED = and_(_HAS_FREE_SPINS, played.c.free_spins > _SHOWN)

_newest = played.alias("newest")
_NEWEST_TRIGGERS = (
    select(func.max(_newest.c.id))
    .where(_newest.c.player == bindparam("player"), _newest.c.free_spins > literal_column("0"))
    .group_by(_newest.c.game)
)
_WAITING = Prepared(
    select(func.coalesce(func.sum(played.c.free_spins - _SHOWN), 0)).where(played.c.id.in_(_NEWEST_TRIGGERS))
)


def round_companion(decided: StoredRound) -> Companion:
    """Give a round's row, to be written with its posting, which gives it its number and its hold."""
    values = {**_row_of(decided)}

    def row(outcome: Outcome) -> tuple[object, ...]:
        assert isinstance(outcome, Posted)
        values["id"] = outcome.posting.id
        values["created_at"] = outcome.posting.created_at
        values["hold_id"] = outcome.hold.hold_id if outcome.hold else None
        return tuple(values.values())

    return Companion(played, ROUND_COLUMNS, row)


def reveal_companion(round_id: PostingId, sub: int, player: AccountCode, request_key: str | None) -> Companion:
    """Give a free spin's row, to be written with the posting that pays it."""

    def row(outcome: Outcome) -> tuple[object, ...]:
        assert isinstance(outcome, Posted)
        return (round_id, sub, player, outcome.posting.id, request_key, outcome.posting.created_at)

    return Companion(reveal, REVEAL_COLUMNS, row)


async def insert_reveal(
    tx: Transaction, round_id: PostingId, sub: int, player: AccountCode, request_key: str | None, now: Instant
) -> bool:
    """Note a free spin that won nothing; gives whether it is new."""
    row = dict(zip(REVEAL_COLUMNS, (round_id, sub, player, None, request_key, now), strict=True))
    return await tx.run(insert_or(reveal).values(row).on_conflict_do_nothing()) == 1


async def read_seat(tx: Transaction, player: AccountCode, game: str, request_key: str | None = None) -> Seat | None:
    """Read what stands before a player's next spin, and which spin a key has named; None before the first seeds."""
    row = await tx.row(_SEAT, {"player": player, "game": game, "request": request_key})
    if row is None:
        return None
    return Seat(
        epoch=row.epoch,
        commitment=row.commitment,
        sealed_seed=row.sealed_seed,
        client_seed=row.client_seed,
        nonce=row.nonce,
        break_until=row.break_until,
        excluded_until=row.excluded_until,
        has_limits=row.limits > 0,
        trigger_id=row.trigger_id,
        trigger_revealed=row.revealed,
        trigger_free_spins=row.free_spins or 0,
        repeated_round=row.asked_round or row.shown_round,
        repeated_sub=row.shown_sub or 0,
        is_enabled=bool(row.is_enabled),
        config_hash=row.config_hash,
    )


async def count_free_spins(tx: Transaction, player: AccountCode) -> int:
    """Count the free spins that wait for a player: only the newest trigger of a game can have any."""
    return int(await tx.value(_WAITING, {"player": player}))


async def read_last_epochs(tx: Transaction, player: AccountCode) -> list[Epoch]:
    """Read a player's two newest epochs, newest first: the prepared one and the current one."""
    return [Epoch(*row) for row in await tx.rows(_LAST_EPOCHS, {"player": player})]


async def read_epoch(tx: Transaction, player: AccountCode, number: int) -> Epoch | None:
    """Read one epoch."""
    row = await tx.row(_EPOCH, {"player": player, "number": number})
    return None if row is None else Epoch(*row)


async def insert_epochs(tx: Transaction, epochs: Sequence[Epoch]) -> None:
    """Add epochs; those that are there already stay as they are."""
    rows = [{name: getattr(one, name) for name in _EPOCH_COLUMNS} for one in epochs]
    await tx.run(insert_or(epoch).values(rows).on_conflict_do_nothing())


async def end_epoch(tx: Transaction, player: AccountCode, number: int, server_seed: str, now: Instant) -> bool:
    """Reveal the current epoch's seed, once, unless free spins wait in it; gives whether it was revealed now."""
    waiting = select(played.c.id).where(played.c.player == player, played.c.epoch == number, _UNFINISHED).exists()
    statement = (
        update(epoch)
        .where(epoch.c.player == player, epoch.c.epoch == number, epoch.c.begun_at.is_not(None))
        .where(epoch.c.revealed_at.is_(None), ~waiting)
        .values(server_seed=server_seed, revealed_at=now)
    )
    return await tx.run(statement) == 1


async def begin_epoch(tx: Transaction, player: AccountCode, number: int, client_seed: str, now: Instant) -> None:
    """Let a prepared epoch play with the player's seed."""
    statement = update(epoch).where(epoch.c.player == player, epoch.c.epoch == number, epoch.c.begun_at.is_(None))
    await tx.run(statement.values(client_seed=client_seed, begun_at=now))


async def read_round(tx: Transaction, round_id: PostingId) -> StoredRound | None:
    """Read a round."""
    row = await tx.row(_ROUND, {"round": round_id})
    return None if row is None else round_of(row)


async def read_rounds(
    tx: Transaction, player: AccountCode, *, before: int | None, game: str | None, limit_max: int
) -> list[StoredRound]:
    """Read a player's rounds, newest first."""
    query = _ROUNDS.where(played.c.player == player)
    if before is not None:
        query = query.where(played.c.id < before)
    if game is not None:
        query = query.where(played.c.game == game)
    return [round_of(row) for row in await tx.rows(query.order_by(played.c.id.desc()).limit(limit_max))]


async def read_rounds_after(tx: Transaction, after: int, limit_max: int) -> list[StoredRound]:
    """Read all rounds forward."""
    query = _ROUNDS.where(played.c.id > after).order_by(played.c.id).limit(limit_max)
    return [round_of(row) for row in await tx.rows(query)]


async def read_reveals(tx: Transaction, rounds: Sequence[PostingId]) -> dict[PostingId, list[Reveal]]:
    """Read which free spins of some rounds were shown."""
    found: dict[PostingId, list[Reveal]] = {}
    for row in await tx.rows(_REVEALS, {"rounds": list(rounds)}):
        found.setdefault(row.round_id, []).append(Reveal(*row))
    return found


async def read_unfinished(tx: Transaction, before: Instant, limit_max: int) -> list[StoredRound]:
    """Read rounds from before an instant whose free spins still wait."""
    query = _ROUNDS.where(_UNFINISHED, played.c.created_at < before).order_by(played.c.id).limit(limit_max)
    return [round_of(row) for row in await tx.rows(query)]


async def read_long_epochs(tx: Transaction, nonce_min: int, limit_max: int) -> list[Epoch]:
    """Read current epochs in which so many spins were played."""
    count = (
        select(func.max(played.c.nonce))
        .where(played.c.player == epoch.c.player, played.c.epoch == epoch.c.epoch)
        .scalar_subquery()
    )
    is_current = and_(epoch.c.begun_at.is_not(None), epoch.c.revealed_at.is_(None))
    return [Epoch(*row) for row in await tx.rows(_EPOCHS.where(is_current, count >= nonce_min - 1).limit(limit_max))]


def round_of(row: AnyRow) -> StoredRound:
    """Read a round's row."""
    values: Mapping[str, object] = dict(zip(ROUND_COLUMNS, row, strict=True))
    stops = tuple(tuple(spin) for spin in json.loads(row.stops))
    return StoredRound(**{**values, "stops": stops, "awards": tuple(json.loads(row.awards))})  # type: ignore[arg-type]  # a row has its table's types


def _row_of(decided: StoredRound) -> dict[str, object]:
    values = {name: getattr(decided, name) for name in ROUND_COLUMNS}
    return values | {"stops": json.dumps(decided.stops), "awards": json.dumps(decided.awards)}
