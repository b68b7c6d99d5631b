"""Chrome Slots: games as data, one engine, a dial that tells the truth, and results that anybody can recompute."""

from loopbank.casino.catalogue import shipped_games

__all__ = ["shipped_games"]
