"""What the casino shows: its things as JSON documents."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from loopbank.casino.care import Standing
from loopbank.casino.configuration_store import Setting
from loopbank.casino.core import (
    PROTOCOL,
    Configuration,
    Game,
    Limit,
    LimitKind,
    LineWin,
    Session,
    Spin,
    Tally,
    canonical_document,
    measure,
)
from loopbank.casino.history import PastRound
from loopbank.casino.play import Shown
from loopbank.casino.statistics import Outlook, Winning
from loopbank.casino.words import Epoch
from loopbank.coins import Coins, to_json_number
from loopbank.foundation.clock import Instant, to_rfc3339
from loopbank.ledger import AccountCode, Balance

_RULES = (
    "Every stop's chance is its weight among its reel's total weight; the reels are independent.",
    "The stop is in the top row, the stops after it below, and the strip goes round.",
    "A line pays from the first reel on: a pay asks for its symbol, or the wild, on the first `count` reels.",
    "What the reels after those show does not matter to that pay.",
    "A line pays its highest award once; the awards of all lines add up. Awards are multiples of the line bet.",
    "The bet of a spin is the line bet times the number of lines.",
)
_SCATTER_RULES = (
    "`count` or more scatters anywhere in the window of a paid spin give the free spins; free spins give no more.",
    "A free spin is played with the same reels and the same line bet and costs nothing.",
    "Exact return = mean award of a spin / number of lines * (1 + free spins * chance of the scatters).",
)
_PLAIN_RULES = ("Exact return = mean award of a spin / number of lines.",)


def percentage(dial: int) -> int | float:
    """Show tenths of a percent as a percentage."""
    return dial // 10 if dial % 10 == 0 else dial / 10


def spin_view(shown: Shown, game: Game) -> dict[str, Any]:
    """Show a spin to its player: reels where there is one line, else the window."""
    stored, spin = shown.stored, shown.spin
    fairness = {
        "round_id": stored.id,
        "epoch": stored.epoch,
        "nonce": stored.nonce,
        "sub": shown.sub,
        "client_seed": stored.client_seed,
        "config_hash": stored.config_hash,
        "commitment": shown.commitment,
        "stops": spin.stops,
    }
    outcome: dict[str, Any] = {
        "win_multiplier": spin.award,
        "win_amount": to_json_number(shown.win),
        "balance": to_json_number(shown.balance),
    }
    if is_plain(game):
        return {"reels": spin.grid[0], "bet": to_json_number(stored.bet), **outcome, **fairness}
    return {
        "grid": spin.grid,
        "bet_per_line": to_json_number(stored.bet),
        "total_bet": 0 if shown.sub else to_json_number(stored.total_bet),
        **outcome,
        "winning_lines": [_line_view(win, stored.bet) for win in spin.wins],
        "scatter_count": spin.scatter_count,
        "bonus_spins_awarded": 0 if shown.sub else stored.free_spins,
        "free_spins_remaining": shown.free_spins_left,
        "was_free_spin": shown.sub > 0,
        **fairness,
    }


def is_plain(game: Game) -> bool:
    """Tell whether a game is one row with one line."""
    return game.rules.rows == 1 and len(game.rules.lines) == 1


def game_view(game: Game, setting: Setting, max_bet_now: Coins) -> dict[str, Any]:
    """Show a game of the house."""
    return {
        "game": game.id,
        "title": game.title,
        "path": game.id.replace("_", "-"),
        "is_enabled": setting.is_enabled,
        "payout_percentage": percentage(setting.dial),
        "config_hash": setting.config_hash,
        "min_bet": to_json_number(game.min_bet),
        "max_bet": to_json_number(game.max_bet),
        "max_bet_now": to_json_number(Coins(min(game.max_bet, max_bet_now))),
        "lines": len(game.rules.lines),
        "reels": game.rules.reel_count,
        "rows": game.rules.rows,
    }


def par_sheet_view(configuration: Configuration, game: Game | None) -> dict[str, Any]:
    """Show a configuration's PAR sheet; of a game that is no longer shipped without its texts."""
    measures, rules = measure(configuration), configuration.rules
    labels = dict(zip(game.rules.symbols, game.labels, strict=True)) if game else {}
    return {
        **canonical_document(configuration),
        "title": game.title if game else configuration.game,
        "config_hash": configuration.hash,
        "payout_percentage": percentage(configuration.dial),
        "exact_return": fraction_view(measures.payback),
        "hit_rate": float(measures.hit_rate),
        "trigger_rate": float(measures.trigger_rate),
        "volatility": measures.volatility,
        "max_win": _whole_or_float(Fraction(measures.max_spin_award, len(rules.lines))),
        "max_round_award": measures.max_round_award,
        "labels": {symbol: labels.get(symbol, symbol) for symbol in rules.symbols},
        "awards": [{"award": award, "probability": float(chance)} for award, chance in measures.awards],
        "rules": [*_RULES, *(_SCATTER_RULES if rules.scatter else _PLAIN_RULES)],
    }


def fraction_view(fraction: Fraction) -> dict[str, Any]:
    """Show a fraction exactly."""
    return {"numerator": fraction.numerator, "denominator": fraction.denominator, "text": str(fraction)}


def seeds_view(current: Epoch, prepared: Epoch, next_nonce: int) -> dict[str, Any]:
    """Show what the next paid spin is made of."""
    return {
        "protocol": PROTOCOL,
        "player": current.player,
        "epoch": current.epoch,
        "commitment": current.commitment,
        "client_seed": current.client_seed,
        "next_nonce": next_nonce,
        "next_epoch": prepared.epoch,
        "next_commitment": prepared.commitment,
    }


def revealed_view(epoch: Epoch) -> dict[str, Any]:
    """Show an epoch that is over."""
    return {
        "epoch": epoch.epoch,
        "server_seed": epoch.server_seed,
        "commitment": epoch.commitment,
        "client_seed": epoch.client_seed,
    }


def round_view(past: PastRound) -> dict[str, Any]:
    """Show a round with everything that recomputing it takes."""
    stored = past.stored
    paid_by = {0: stored.id} | {one.sub: one.posting_id for one in past.reveals}
    return {
        "id": stored.id,
        "protocol": PROTOCOL,
        "game": stored.game,
        "player": stored.player,
        "epoch": stored.epoch,
        "nonce": stored.nonce,
        "sub": 0,
        "client_seed": stored.client_seed,
        "config_hash": stored.config_hash,
        "commitment": past.epoch.commitment,
        "server_seed": past.epoch.server_seed,
        "bet": to_json_number(stored.bet),
        "total_bet": to_json_number(stored.total_bet),
        "stops": past.spins[0].stops,
        "awards": [spin.award for spin in past.spins],
        "win_amount": to_json_number(Coins(sum(spin.award for spin in past.spins) * stored.bet)),
        "free_spins_awarded": stored.free_spins,
        "free_spins_remaining": stored.free_spins - len(past.reveals),
        "spins": [_past_spin(sub, spin, stored.bet, paid_by[sub]) for sub, spin in enumerate(past.spins)],
        "postings": [posting for posting in paid_by.values() if posting is not None],
        "created_at": to_rfc3339(stored.created_at),
    }


def care_view(standing: Standing, now: Instant) -> dict[str, Any]:
    """Show what a player has chosen for themselves, and where they stand."""
    limits = standing.limits
    return {
        "spend_per_day": _limit_view(limits[LimitKind.SPEND], now),
        "loss_per_day": _limit_view(limits[LimitKind.LOSS], now),
        "session_minutes": _limit_view(limits[LimitKind.SESSION], now),
        "break_until": _until(standing.break_until, now),
        "excluded_until": _until(standing.excluded_until, now),
        "spent": to_json_number(Coins(standing.spent)),
        "lost": to_json_number(Coins(standing.lost)),
        "session": standing.session and _session_view(standing.session),
    }


def config_view(setting: Setting, game: Game) -> dict[str, Any]:
    """Show how a game is set."""
    return {
        "game_name": game.id,
        "title": game.title,
        "is_enabled": setting.is_enabled,
        "payout_percentage": percentage(setting.dial),
        "config_hash": setting.config_hash,
        "updated_at": to_rfc3339(setting.updated_at),
    }


def forecast_view(outlook: Outlook, game: Game, rounds: int, total_bet: Coins) -> dict[str, Any]:
    """Show what a setting of the dial means for a night."""
    measures, night = measure(outlook.configuration), outlook.forecast
    return {
        "game": game.id,
        "payout_percentage": percentage(outlook.configuration.dial),
        "config_hash": outlook.configuration.hash,
        "exact_return": fraction_view(measures.payback),
        "hit_rate": float(measures.hit_rate),
        "volatility": measures.volatility,
        "rounds": rounds,
        "bet_amount": to_json_number(total_bet),
        "confidence": 0.99,
        "expected_result": to_json_number(Coins(night.expected)),
        "result_low": to_json_number(Coins(night.low)),
        "result_high": to_json_number(Coins(night.high)),
        "risk_of_ruin": night.ruin,
        "recommended_max_bet": to_json_number(night.max_bet),
        "house_available": to_json_number(outlook.bank),
    }


def statistics_view(tallies: Mapping[str, Tally], account: AccountCode, balance: Balance) -> dict[str, Any]:
    """Show what was played, and how the house stands."""
    available = balance.balance if balance.available is None else balance.available
    return {
        "games": [_tally_view(game, one) for game, one in sorted(tallies.items())],
        "house_account": account,
        "house_balance": to_json_number(balance.balance),
        "house_held": to_json_number(balance.held),
        "house_available": to_json_number(available),
        "house_floor": to_json_number(Coins(balance.balance - balance.held - available)),
    }


def win_view(win: Winning, names: Mapping[AccountCode, str]) -> dict[str, Any]:
    """Show a large win and who won it."""
    return {
        "character_name": names.get(win.player, win.player),
        "game": win.game,
        "total_bet": to_json_number(win.total_bet),
        "win_amount": to_json_number(win.won),
        "timestamp": to_rfc3339(win.at),
    }


def _tally_view(game: str, one: Tally) -> dict[str, Any]:
    return {
        "game": game,
        "rounds": one.rounds,
        "total_bet": to_json_number(Coins(one.bet)),
        "total_won": to_json_number(Coins(one.won)),
        "house_result": to_json_number(Coins(one.bet - one.won)),
        "actual_return": one.actual,
        "expected_return": one.expected,
        "band_low": one.low,
        "band_high": one.high,
        "is_within_band": one.is_within,
    }


def _past_spin(sub: int, spin: Spin, bet: Coins, posting_id: int | None) -> dict[str, Any]:
    return {
        "sub": sub,
        "stops": spin.stops,
        "grid": spin.grid,
        "award": spin.award,
        "win_amount": to_json_number(Coins(spin.award * bet)),
        "winning_lines": [_line_view(win, bet) for win in spin.wins],
        "scatter_count": spin.scatter_count,
        "was_free_spin": sub > 0,
        "posting_id": posting_id,
    }


def _line_view(win: LineWin, bet: Coins) -> dict[str, Any]:
    return {
        "line": win.line,
        "symbol": win.symbol,
        "count": win.count,
        "award": win.award,
        "win_amount": to_json_number(Coins(win.award * bet)),
    }


def _limit_view(limit: Limit, now: Instant) -> dict[str, Any]:
    def shown(value: int | None) -> int | float | None:
        return value if value is None or limit.kind is LimitKind.SESSION else to_json_number(Coins(value))

    waits = limit.next_at is not None and limit.next_at > now
    return {
        "value": shown(limit.in_force(now)),
        "next_value": shown(limit.next_value) if waits else None,
        "next_at": to_rfc3339(limit.next_at) if waits and limit.next_at is not None else None,
    }


def _session_view(session: Session) -> dict[str, Any]:
    return {
        "began_at": to_rfc3339(session.began_at),
        "minutes": session.minutes,
        "rounds": session.rounds,
        "bet": to_json_number(Coins(session.bet)),
        "won": to_json_number(Coins(session.win)),
        "net": to_json_number(Coins(session.win - session.bet)),
    }


def _until(instant: Instant, now: Instant) -> str | None:
    return to_rfc3339(instant) if instant > now else None


def _whole_or_float(fraction: Fraction) -> int | float:
    return fraction.numerator if fraction.denominator == 1 else float(fraction)
