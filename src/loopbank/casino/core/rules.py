"""What a game is: symbols, rows, lines and pays. A game is data; the engine that plays it knows no game by name."""

from dataclasses import dataclass


class InvalidRules(ValueError):
    """The rules contradict themselves; the message says where."""


@dataclass(frozen=True, slots=True)
class Pay:
    """`count` or more of `symbol` in a row on a line, from the first reel on, pay `award` times the line bet."""

    symbol: str
    count: int
    award: int


@dataclass(frozen=True, slots=True)
class Scatter:
    """`count` or more of `symbol` anywhere on a paid spin give `free_spins`; free spins give no more of them."""

    symbol: str
    count: int
    free_spins: int


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one game.

    A line is a row number per reel. A line pays its highest award once, and the awards of the lines add up. The wild
    symbol stands for every symbol that pays, and pays by itself.
    """

    symbols: tuple[str, ...]
    rows: int
    lines: tuple[tuple[int, ...], ...]
    paytable: tuple[Pay, ...]
    wild: str | None = None
    scatter: Scatter | None = None

    def __post_init__(self) -> None:
        """Refuse rules that contradict themselves."""
        if len(set(self.symbols)) != len(self.symbols) or not self.symbols:
            raise InvalidRules("Symbols must be named once each.")
        if not self.lines or any(len(line) != self.reel_count for line in self.lines):
            raise InvalidRules("Every line must have one row per reel.")
        if any(not 0 <= row < self.rows for line in self.lines for row in line):
            raise InvalidRules("A line leaves the window.")
        special = [self.wild] if self.wild else []
        special += [self.scatter.symbol] if self.scatter else []
        if not {*special, *(pay.symbol for pay in self.paytable)} <= set(self.symbols):
            raise InvalidRules("Pays, wild and scatter must be symbols of the game.")
        if any(not 1 <= pay.count <= self.reel_count or pay.award < 1 for pay in self.paytable):
            raise InvalidRules("A pay needs 1 to as many symbols as there are reels, and an award above zero.")

    @property
    def reel_count(self) -> int:
        """Give how many reels the game has."""
        return len(self.lines[0])

    @property
    def free_spins(self) -> int:
        """Give how many free spins a trigger gives; 0 in a game without."""
        return self.scatter.free_spins if self.scatter else 0

    def best_pay(self, symbol: str, run: int) -> Pay | None:
        """Give the highest pay for `run` of a symbol in a row; a run of wilds is a run of any symbol."""
        fitting = (pay for pay in self.paytable if pay.count <= run and symbol in {pay.symbol, self.wild})
        return max(fitting, key=lambda pay: pay.award, default=None)
