"""Playing: one posting per round, one round per nonce, one reveal per free spin.

Law: what a player's next spin is, is decided by what is stored, and the key that writes it names its place (player,
epoch, nonce, free spin). Two requests that arrive together ask for the same place: equal ones are one round, and of
different ones the second finds the place taken and looks again. So no limit can be passed by playing on two devices.
"""

import asyncio
import json
from dataclasses import dataclass, replace

from loopbank.bank import IdempotencyKeyReused
from loopbank.casino import store
from loopbank.casino.care import Care
from loopbank.casino.configurations import Configurations
from loopbank.casino.core import Configuration, Game, Round, Spin, Ticket, decide_round, look
from loopbank.casino.errors import BetMissing, BetOutOfRange, GameDisabled, TooManyAtOnce
from loopbank.casino.house import House
from loopbank.casino.seeds import Seeds
from loopbank.casino.words import CYCLE_SECONDS_MAX, SPINS_PER_EPOCH_MAX, Player, RoundKind, Seat, StoredRound
from loopbank.coins import Coins
from loopbank.foundation.clock import Clock, Instant, later
from loopbank.foundation.database import Database
from loopbank.foundation.database_errors import ConstraintViolated
from loopbank.ledger import (
    AccountCode,
    CaptureHold,
    Cover,
    HoldId,
    Ledger,
    LedgerRefusal,
    Line,
    PlaceHold,
    Post,
    Posted,
    PostingId,
    Reason,
)

_TRIES = 12
_HELD_SECONDS = 100 * 365 * 24 * 3_600
"""Free spins' coins stay held until they are captured; they never expire, they are settled."""

_SETTLED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request for a spin says. `bet` is the line bet; a free spin ignores it."""

    game: Game
    bet: Coins | None
    client_seed: str | None
    key: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One spin as its player sees it; `sub` is 0 for the paid spin. `balance` is the player's after it."""

    stored: StoredRound
    sub: int
    spin: Spin
    commitment: str
    balance: Coins
    is_replay: bool

    @property
    def win(self) -> Coins:
        """Give what this spin won."""
        return Coins(self.spin.award * self.stored.bet)

    @property
    def free_spins_left(self) -> int:
        """Give how many free spins wait after this one."""
        return self.stored.free_spins - self.sub


class _PlaceTaken(Exception):
    """Another request took the place; what is stored now decides anew."""


class Table:
    """Where players play."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        configurations: Configurations,
        seeds: Seeds,
        care: Care,
        house: House,
        clock: Clock,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._configurations = configurations
        self._seeds = seeds
        self._care = care
        self._house = house
        self._clock = clock
        self._under_way: dict[tuple[AccountCode, str, Coins | None, str | None], asyncio.Future[Shown]] = {}

    async def spin(self, player: Player, asked: Asked) -> Shown:
        """Reveal the player's next free spin, or play a round.

        A request without a key that arrives while its equal is under way is a second click: it gets the same answer.
        Raises GameDisabled, PlayerAbsent, LimitReached, BetOutOfRange, BetMissing, HouseCannotCover, LedgerRefusal
        (the player's coins do not suffice) or IdempotencyKeyReused; nothing has moved then.
        """
        if asked.key is not None:
            return await self._spin(player, asked)
        click = (player.account, asked.game.id, asked.bet, asked.client_seed)
        under_way = self._under_way.get(click)
        if under_way is not None:
            return replace(await asyncio.shield(under_way), is_replay=True)
        under_way = self._under_way[click] = asyncio.ensure_future(self._spin(player, asked))
        under_way.add_done_callback(lambda _: self._under_way.pop(click))
        return await asyncio.shield(under_way)

    async def _spin(self, player: Player, asked: Asked) -> Shown:
        for _ in range(_TRIES):
            seat = await self._seat(player.account, asked)
            try:
                if seat.repeated_round is not None:
                    return await self._repeat(player, asked, seat.repeated_round, seat.repeated_sub)
                if seat.has_free_spins:
                    assert seat.trigger_id is not None
                    return await self._reveal(seat.trigger_id, seat.trigger_revealed + 1, asked.key)
                return await self._play(player, asked, seat)
            except (_PlaceTaken, ConstraintViolated):
                continue
        raise TooManyAtOnce

    async def settle_forgotten(self) -> int:
        """Pay the free spins that waited for a day; gives in how many rounds."""
        async with self._database.reading() as tx:
            waiting = await store.read_unfinished(tx, later(self._clock(), -CYCLE_SECONDS_MAX), _SETTLED_AT_ONCE)
            shown = await store.read_reveals(tx, [one.id for one in waiting])
        for one in waiting:
            for sub in range(len(shown.get(one.id, ())) + 1, one.free_spins + 1):
                await self._reveal(one.id, sub, None)
        return len(waiting)

    async def _seat(self, player: AccountCode, asked: Asked) -> Seat:
        """Read what stands before the next spin; after a thousand spins the next epoch begins."""
        while True:
            async with self._database.reading() as tx:
                seat = await store.read_seat(tx, player, asked.game.id, asked.key)
            if seat is None:
                await self._seeds.current(player)
            elif seat.config_hash is None:
                await self._configurations.setting(asked.game)
            elif not _is_due(seat) or not await self._seeds.rotate_when_due(player, seat.epoch):
                return seat

    async def _play(self, player: Player, asked: Asked, seat: Seat) -> Shown:
        game, bet = asked.game, asked.bet
        if not seat.is_enabled:
            raise GameDisabled(game.title)
        self._care.admit(seat)
        if bet is None:
            raise BetMissing
        if not game.min_bet <= bet <= game.max_bet:
            raise BetOutOfRange(game.min_bet, game.max_bet)
        if seat.has_limits:
            await self._care.check(player.account, Coins(bet * len(game.rules.lines)))
        assert seat.config_hash is not None, "a game opens before it is played"
        configuration = await self._configurations.by_hash(seat.config_hash)
        cover = await self._house.cover(configuration, bet)
        client_seed = seat.client_seed if asked.client_seed is None else asked.client_seed
        seed = self._seeds.open(seat.sealed_seed, player.account, seat.epoch)
        ticket = Ticket(seed, player.account, seat.epoch, client_seed, seat.nonce)
        decided = decide_round(configuration, ticket, bet)
        stored = _stored(decided, ticket, asked.key, self._clock())
        posted = await self._post(self._command(stored, cover, player), stored, configuration)
        stored = replace(stored, id=posted.posting.id, created_at=Instant(posted.posting.created_at))
        balance = _balance_after(posted, player.account)
        return Shown(stored, 0, decided.spins[0], seat.commitment, balance, posted.is_replay)

    def _command(self, stored: StoredRound, cover: Cover | None, player: Player) -> Post:
        """Give the round's posting: bet, win, and the free spins' win held on the house's account."""
        house, account = self._house.account, stored.player
        key = f"casino:{account}:{stored.epoch}:{stored.nonce}"
        lines = [Line(account, house, stored.total_bet, RoundKind.BET)]
        if stored.win:
            lines.append(Line(house, account, stored.win, RoundKind.WIN))
        hold = None
        if stored.free_win:
            hold = PlaceHold(
                key=f"{key}:free",
                account=house,
                beneficiary=account,
                amount=stored.free_win,
                expires_at=later(stored.created_at, _HELD_SECONDS),
                reference=key,
                memo=f"Free spins: {stored.game}",
            )
        told = {
            "game": stored.game,
            "config": stored.config_hash,
            "seed": stored.client_seed,
            "key": stored.request_key,
        }
        return Post(
            key=key,
            kind=RoundKind.ROUND,
            lines=tuple(lines),
            memo=self._configurations.game(stored.game).title,
            reference=f"{stored.epoch}:{stored.nonce}",
            metadata=json.dumps(told, ensure_ascii=False, sort_keys=True),
            actor=player.person_id,
            credential=player.credential,
            cover=cover,
            hold=hold,
        )

    async def _post(self, command: Post, stored: StoredRound, configuration: Configuration) -> Posted:
        try:
            return await self._ledger.post(command, [store.round_companion(stored)])
        except LedgerRefusal as refusal:
            if refusal.reason is Reason.KEY_REUSED:
                raise _PlaceTaken from refusal
            if refusal.reason is Reason.INSUFFICIENT_COINS and refusal.subject == self._house.account:
                raise self._house.refusal(configuration) from refusal
            raise

    async def _reveal(self, round_id: PostingId, sub: int, key: str | None, *, is_repeat: bool = False) -> Shown:
        """Show and pay one free spin; one that was shown before is shown again and paid no more."""
        async with self._database.reading() as tx:
            stored = await store.read_round(tx, round_id)
        assert stored is not None, "rounds are never deleted"
        spin = look(await self._configurations.by_hash(stored.config_hash), stored.stops[sub])
        win = Coins(stored.awards[sub] * stored.bet)
        if win:
            assert stored.hold_id is not None, "a free win is held"
            is_replay, balance = await self._capture(stored, stored.hold_id, sub, win, key)
        else:
            async with self._database.transaction() as tx:
                is_replay = not await store.insert_reveal(tx, round_id, sub, stored.player, key, self._clock())
            balance = await self._balance(stored.player)
        if is_replay and not is_repeat:
            await self._require_same_request(round_id, sub, key)
        epoch = await self._seeds.epoch(stored.player, stored.epoch)
        return Shown(stored, sub, spin, epoch.commitment, balance, is_replay)

    async def _capture(
        self, stored: StoredRound, hold_id: HoldId, sub: int, win: Coins, key: str | None
    ) -> tuple[bool, Coins]:
        command = CaptureHold(
            key=f"casino:{stored.player}:{stored.epoch}:{stored.nonce}:{sub}",
            hold_id=hold_id,
            amount=win,
            kind=RoundKind.WIN,
        )
        companion = store.reveal_companion(stored.id, sub, stored.player, key)
        posted = await self._ledger.capture_hold(command, [companion])
        return posted.is_replay, _balance_after(posted, stored.player)

    async def _require_same_request(self, round_id: PostingId, sub: int, key: str | None) -> None:
        """Tell a repeated request from another one that wanted the same free spin. Raises _PlaceTaken."""
        async with self._database.reading() as tx:
            shown = (await store.read_reveals(tx, [round_id]))[round_id]
        if key is not None and all(one.request_key != key for one in shown if one.sub == sub):
            raise _PlaceTaken

    async def _repeat(self, player: Player, asked: Asked, round_id: PostingId, sub: int) -> Shown:
        """Give the answer that the request's key has had. Raises IdempotencyKeyReused."""
        async with self._database.reading() as tx:
            stored = await store.read_round(tx, round_id)
        assert stored is not None, "rounds are never deleted"
        if stored.game != asked.game.id:
            raise IdempotencyKeyReused("game")
        if sub:
            return await self._reveal(round_id, sub, asked.key, is_repeat=True)
        if stored.bet != asked.bet:
            raise IdempotencyKeyReused("bet_amount")
        spin = look(await self._configurations.by_hash(stored.config_hash), stored.stops[0])
        posted = await self._ledger.post(self._command(stored, None, player))
        epoch = await self._seeds.epoch(stored.player, stored.epoch)
        return Shown(stored, 0, spin, epoch.commitment, _balance_after(posted, player.account), True)

    async def _balance(self, player: AccountCode) -> Coins:
        balance = await self._ledger.balance(player)
        assert balance is not None, "who plays has an account"
        return balance.balance


def _is_due(seat: Seat) -> bool:
    """Tell whether an epoch must end before the next paid spin."""
    return seat.nonce >= SPINS_PER_EPOCH_MAX and not seat.has_free_spins and seat.repeated_round is None


def _stored(decided: Round, ticket: Ticket, key: str | None, now: Instant) -> StoredRound:
    """Give the row of a decided round; its number and its hold are known when it is posted."""
    return StoredRound(
        id=PostingId(0),
        player=AccountCode(ticket.player),
        epoch=ticket.epoch,
        nonce=ticket.nonce,
        game=decided.configuration.game,
        config_hash=decided.configuration.hash,
        client_seed=ticket.client_seed,
        bet=decided.bet,
        total_bet=decided.total_bet,
        win=decided.win(0),
        free_win=decided.free_win,
        free_spins=decided.free_spins,
        hold_id=None,
        stops=tuple(spin.stops for spin in decided.spins),
        awards=tuple(spin.award for spin in decided.spins),
        request_key=key,
        created_at=now,
    )


def _balance_after(posted: Posted, player: AccountCode) -> Coins:
    """Give the player's balance after a posting's last transfer, which is theirs."""
    last = posted.posting.transfers[-1]
    return last.credit_balance if last.credit == player else last.debit_balance
