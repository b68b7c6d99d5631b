"""The engine: pure functions from rules, weights and seeds to results, and the exact figures behind them."""

from loopbank.casino.core.care import DAY, Limit, LimitKind, Play, Session, current_session
from loopbank.casino.core.configuration import (
    Configuration,
    canonical_document,
    canonical_text,
    read_configuration,
)
from loopbank.casino.core.cycle import Cycle, Strips, Weights, fold_cycle
from loopbank.casino.core.dial import (
    DIAL_MAX,
    DIAL_MIN,
    TOLERANCE,
    ReelSet,
    Tuning,
    UnreachableReturn,
    exact_return,
    solve,
)
from loopbank.casino.core.fairness import PROTOCOL, SEED_BYTES, Ticket, commitment, draw, stops_of, words_of
from loopbank.casino.core.forecast import Forecast, coverable_bet, exposure, forecast, ruin_chance
from loopbank.casino.core.game import DIAL_DEFAULT, Game, read_game
from loopbank.casino.core.measures import Measures, measure
from loopbank.casino.core.rounds import Round, decide_round
from loopbank.casino.core.rules import InvalidRules, Pay, Rules, Scatter
from loopbank.casino.core.simulation import Sample, Simulator
from loopbank.casino.core.spin import LineWin, Spin, look
from loopbank.casino.core.tally import Played, Tally, tally

__all__ = [
    "DAY",
    "DIAL_DEFAULT",
    "DIAL_MAX",
    "DIAL_MIN",
    "PROTOCOL",
    "SEED_BYTES",
    "TOLERANCE",
    "Configuration",
    "Cycle",
    "Forecast",
    "Game",
    "InvalidRules",
    "Limit",
    "LimitKind",
    "LineWin",
    "Measures",
    "Pay",
    "Play",
    "Played",
    "ReelSet",
    "Round",
    "Rules",
    "Sample",
    "Scatter",
    "Session",
    "Simulator",
    "Spin",
    "Strips",
    "Tally",
    "Ticket",
    "Tuning",
    "UnreachableReturn",
    "Weights",
    "canonical_document",
    "canonical_text",
    "commitment",
    "coverable_bet",
    "current_session",
    "decide_round",
    "draw",
    "exact_return",
    "exposure",
    "fold_cycle",
    "forecast",
    "look",
    "measure",
    "read_configuration",
    "read_game",
    "ruin_chance",
    "solve",
    "stops_of",
    "tally",
    "words_of",
]
