"""Recomputing a saved round without the house: commitment, configuration, stops, windows and wins."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from loopbank.casino.core import (
    PROTOCOL,
    Configuration,
    InvalidRules,
    Ticket,
    commitment,
    decide_round,
    read_configuration,
)
from loopbank.coins import Coins, InvalidAmount, parse_amount, parse_coins


class UnreadableRound(ValueError):
    """The file does not hold a round and its PAR sheet; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that was recomputed, and whether it is what the file says."""

    what: str
    is_right: bool


def verify_round(text: str) -> list[Verdict]:
    """Recompute a saved round: `{"round": …, "par_sheet": …}` as the API answers them. Raises UnreadableRound."""
    try:
        saved = json.loads(text, parse_float=str)
        told, sheet = saved["round"], saved["par_sheet"]
        if told["protocol"] != PROTOCOL:
            raise UnreadableRound(f"The round does not follow {PROTOCOL}.")
        if told["server_seed"] is None:
            raise UnreadableRound("The house's seed is not revealed yet. End the epoch and save the round again.")
        ticket = Ticket(
            bytes.fromhex(told["server_seed"]), told["player"], told["epoch"], told["client_seed"], told["nonce"]
        )
        return list(_verdicts(told, read_configuration(sheet), ticket))
    except (KeyError, TypeError, IndexError, AttributeError, ValueError, InvalidRules, InvalidAmount) as error:
        if isinstance(error, UnreadableRound):
            raise
        raise UnreadableRound(f"The file does not hold a round and its PAR sheet ({error!r}).") from error


def _verdicts(told: Mapping[str, Any], configuration: Configuration, ticket: Ticket) -> Iterator[Verdict]:
    yield Verdict("configuration", told["config_hash"] == configuration.hash and told["game"] == configuration.game)
    yield Verdict("commitment", told["commitment"] == commitment(ticket.server_seed, ticket.player, ticket.epoch))
    bet = parse_amount(told["bet"])
    decided = decide_round(configuration, ticket, bet)
    yield Verdict("bet", parse_coins(told["total_bet"]) == decided.total_bet)
    yield Verdict("free spins", told["free_spins_awarded"] == decided.free_spins)
    for sub, spin in enumerate(told["spins"]):
        name = f"free spin {sub}" if sub else "paid spin"
        if sub > decided.free_spins:
            yield Verdict(name, is_right=False)
            continue
        own = decided.spins[sub]
        yield Verdict(f"{name}: stops", tuple(spin["stops"]) == own.stops)
        yield Verdict(f"{name}: window", tuple(tuple(row) for row in spin["grid"]) == own.grid)
        yield Verdict(f"{name}: award", spin["award"] == own.award)
        yield Verdict(f"{name}: win", parse_coins(spin["win_amount"]) == decided.win(sub))
    shown = Coins(sum(decided.win(sub) for sub in range(min(len(told["spins"]), len(decided.spins)))))
    yield Verdict("win", parse_coins(told["win_amount"]) == shown)
