"""Chrome Slots: games as data, one engine, a dial that tells the truth, and results that anybody can recompute."""

from loopbank.casino.catalogue import shipped_games
from loopbank.casino.service import Casino

__all__ = ["Casino", "shipped_games"]
