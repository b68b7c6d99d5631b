"""The casino's check passes: every round replays to what was paid, and nothing was paid without a round."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from fractions import Fraction
from functools import partial

from cryptography.exceptions import InvalidTag
from sqlalchemy import select

from loopbank.casino import store
from loopbank.casino.core import (
    TOLERANCE,
    Configuration,
    Round,
    Ticket,
    commitment,
    decide_round,
    measure,
    read_configuration,
)
from loopbank.casino.seeds import SeedVault
from loopbank.casino.tables import configuration, epoch, played, reveal
from loopbank.casino.words import Epoch, Reveal, RoundKind, StoredRound
from loopbank.foundation.checks import CheckPass, Finding
from loopbank.foundation.database import Database, Transaction
from loopbank.ledger import Posting, count_postings, postings_where

_CHUNK = 500
_THOUSAND = 1_000


def casino_checks(vault: SeedVault) -> list[CheckPass]:
    """Give every pass over the casino."""
    return [
        CheckPass("casino configurations", _check_configurations),
        CheckPass("casino seeds", partial(_check_seeds, vault)),
        CheckPass("casino rounds", partial(_check_rounds, vault)),
        CheckPass("casino postings", _check_postings),
    ]


async def _check_configurations(database: Database) -> AsyncIterator[Finding]:
    """Prove that configurations are what their names say, and return what their dial says."""
    async with database.snapshot() as tx:
        for row in await tx.rows(select(configuration.c.hash, configuration.c.document, configuration.c.dial)):
            found = read_configuration(json.loads(row.document))
            if found.hash != row.hash or found.dial != row.dial:
                yield Finding("casino configurations", f"configuration {row.hash} is not what its name says")
            elif abs(measure(found).payback - Fraction(row.dial, _THOUSAND)) > TOLERANCE:
                yield Finding("casino configurations", f"configuration {row.hash} does not return {row.dial / 10} %")


async def _check_seeds(vault: SeedVault, database: Database) -> AsyncIterator[Finding]:
    """Prove that every seed is the one that was committed to, also when it was revealed."""
    async with database.snapshot() as tx:
        for row in await tx.rows(select(epoch)):
            place = f"epoch {row.epoch} of {row.player}"
            try:
                seed = vault.open(row.sealed_seed, row.player, row.epoch)
            except (InvalidTag, ValueError):
                yield Finding("casino seeds", f"the seed of {place} cannot be opened")
                continue
            if commitment(seed, row.player, row.epoch) != row.commitment:
                yield Finding("casino seeds", f"the seed of {place} is not the one that was committed to")
            if row.server_seed not in {None, seed.hex()}:
                yield Finding("casino seeds", f"the seed that was revealed of {place} is another one")


async def _check_rounds(vault: SeedVault, database: Database) -> AsyncIterator[Finding]:
    """Replay every round from its seeds and compare it with its row, its postings and what it held."""
    async with database.snapshot() as tx:
        after = 0
        while rounds := await store.read_rounds_after(tx, after, _CHUNK):
            after = rounds[-1].id
            shown = await store.read_reveals(tx, [one.id for one in rounds])
            for finding in await _findings(tx, vault, rounds, [shown.get(one.id, []) for one in rounds]):
                yield Finding("casino rounds", finding)


async def _check_postings(database: Database) -> AsyncIterator[Finding]:
    """Prove that the casino's postings and its rounds are the same, one for one, and no reveal is without a round."""
    async with database.snapshot() as tx:
        postings = await count_postings(tx, RoundKind.ROUND)
        rounds = len(await tx.rows(select(played.c.id)))
        if postings != rounds:
            yield Finding("casino postings", f"there are {rounds} rounds and {postings} postings of rounds")
        orphans = (
            select(reveal.c.round_id, reveal.c.sub)
            .outerjoin(played, played.c.id == reveal.c.round_id)
            .where(played.c.id.is_(None) | (reveal.c.player != played.c.player))
        )
        for row in await tx.rows(orphans):
            yield Finding("casino postings", f"free spin {row.sub} belongs to no round {row.round_id}")


async def _findings(
    tx: Transaction, vault: SeedVault, rounds: Sequence[StoredRound], shown: Sequence[list[Reveal]]
) -> list[str]:
    ids = [one.id for one in rounds] + [r.posting_id for reveals in shown for r in reveals if r.posting_id is not None]
    postings = {posting.id: posting for posting in await postings_where(tx, ids)}
    configurations = {one.config_hash: await _configuration(tx, one.config_hash) for one in rounds}
    epochs = {(one.player, one.epoch): await store.read_epoch(tx, one.player, one.epoch) for one in rounds}
    found: list[str] = []
    for one, reveals in zip(rounds, shown, strict=True):
        known, seeds = configurations[one.config_hash], epochs[one.player, one.epoch]
        if known is None or seeds is None:
            found.append(f"round {one.id} has no configuration or no seed")
            continue
        decided = _replayed(vault, one, known, seeds)
        if decided is None:
            found.append(f"round {one.id} cannot be replayed")
            continue
        wrong = [*_row_mistakes(one, decided), *_payment_mistakes(one, postings.get(one.id))]
        wrong += [text for r in reveals for text in _reveal_mistakes(one, r, postings.get(r.posting_id or 0))]  # type: ignore[arg-type]  # 0 is no posting
        if [r.sub for r in reveals] != list(range(1, len(reveals) + 1)) or len(reveals) > one.free_spins:
            wrong.append("its free spins were not shown in order")
        found += [f"round {one.id}: {text}" for text in wrong]
    return found


async def _configuration(tx: Transaction, config_hash: str) -> Configuration | None:
    document = await tx.value(select(configuration.c.document).where(configuration.c.hash == config_hash))
    return None if document is None else read_configuration(json.loads(document))


def _replayed(vault: SeedVault, one: StoredRound, known: Configuration, seeds: Epoch) -> Round | None:
    try:
        seed = vault.open(seeds.sealed_seed, one.player, one.epoch)
    except (InvalidTag, ValueError):
        return None
    return decide_round(known, Ticket(seed, one.player, one.epoch, one.client_seed, one.nonce), one.bet)


def _row_mistakes(one: StoredRound, decided: Round) -> Iterator[str]:
    if one.game != decided.configuration.game:
        yield "its configuration is another game's"
    if one.stops != tuple(spin.stops for spin in decided.spins):
        yield "its reels do not stand where its seeds put them"
    if one.awards != tuple(spin.award for spin in decided.spins) or one.free_spins != decided.free_spins:
        yield "its awards are not those of its reels"
    if (one.total_bet, one.win, one.free_win) != (decided.total_bet, decided.win(0), decided.free_win):
        yield "its coins are not those of its awards"


def _payment_mistakes(one: StoredRound, posting: Posting | None) -> Iterator[str]:
    if posting is None or posting.key != f"casino:{one.player}:{one.epoch}:{one.nonce}":
        yield "it has no posting of its own"
        return
    paid = [(t.kind, t.amount, one.player in {t.debit, t.credit}) for t in posting.transfers]
    expected = [(RoundKind.BET, one.total_bet, True)] + ([(RoundKind.WIN, one.win, True)] if one.win else [])
    if paid != expected or posting.transfers[0].debit != one.player:
        yield "its posting moved other coins"
    if len(posting.transfers) > 1 and posting.transfers[1].credit != one.player:
        yield "its win went to another account"


def _reveal_mistakes(one: StoredRound, shown: Reveal, posting: Posting | None) -> Iterator[str]:
    if not 1 <= shown.sub <= one.free_spins:
        yield f"free spin {shown.sub} is not one of its own"
        return
    win = one.awards[shown.sub] * one.bet
    if (posting is None) != (win == 0):
        yield f"free spin {shown.sub} was not paid as it won"
    elif posting is not None:
        transfer = posting.transfers[0]
        if (transfer.amount, transfer.credit, posting.hold_id) != (win, one.player, one.hold_id):
            yield f"free spin {shown.sub} was paid otherwise than it won"
