"""Chrome Slots: games as data, one engine, a dial that tells the truth, and results that anybody can recompute."""

from loopbank.casino.admin_schemas import parse_dial
from loopbank.casino.catalogue import shipped_games
from loopbank.casino.checking import casino_checks
from loopbank.casino.core import Configuration, Sample, Simulator, UnreachableReturn, measure
from loopbank.casino.seeds import SeedVault
from loopbank.casino.service import Casino
from loopbank.casino.verification import UnreadableRound, Verdict, verify_round

__all__ = [
    "Casino",
    "Configuration",
    "Sample",
    "SeedVault",
    "Simulator",
    "UnreachableReturn",
    "UnreadableRound",
    "Verdict",
    "casino_checks",
    "measure",
    "parse_dial",
    "shipped_games",
    "verify_round",
]
