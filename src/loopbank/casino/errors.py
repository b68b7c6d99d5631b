"""The casino's refusals."""

from loopbank.coins import Coins, format_coins
from loopbank.foundation.errors import BadRequest, Forbidden, NotFound, Refusal


class UnknownGame(NotFound):
    """There is no such game."""

    code = "unknown_game"

    def __init__(self) -> None:
        super().__init__("There is no such game.")


class UnknownConfiguration(NotFound):
    """No game was ever played with this configuration."""

    code = "unknown_configuration"

    def __init__(self) -> None:
        super().__init__("There is no configuration with this hash.")


class UnknownRound(NotFound):
    """There is no such round of the caller's."""

    code = "unknown_round"

    def __init__(self) -> None:
        super().__init__("There is no such round of yours.")


class UnknownEpoch(NotFound):
    """The player has not begun this epoch."""

    code = "unknown_epoch"

    def __init__(self) -> None:
        super().__init__("This epoch has not begun.")


class GameDisabled(BadRequest):
    """The house has closed the game for now."""

    code = "game_disabled"

    def __init__(self, title: str) -> None:
        super().__init__(f"{title} is closed at the moment.")


class BetOutOfRange(BadRequest):
    """The game does not take this bet."""

    code = "bet_out_of_range"

    def __init__(self, low: Coins, high: Coins) -> None:
        super().__init__(f"The bet must be between {format_coins(low)} and {format_coins(high)}.")


class BetMissing(BadRequest):
    """A paid spin needs a bet."""

    code = "bet_missing"

    def __init__(self) -> None:
        super().__init__("Please say how much you bet (bet_amount).")


class HouseCannotCover(BadRequest):
    """The house could not pay the largest win of this bet, so the bet is not taken."""

    code = "house_cannot_cover"

    def __init__(self, highest: Coins) -> None:
        words = f"the highest bet at the moment is {format_coins(highest)}" if highest else "please come back later"
        super().__init__(f"The house could not pay the largest win of this bet; {words}.")


class LimitReached(BadRequest):
    """The bet would go past a limit that the player has set."""

    code = "limit_reached"


class PlayerAbsent(Forbidden):
    """The player takes a break or has excluded themselves."""

    code = "player_absent"


class FreeSpinsWaiting(Refusal):
    """The seed stays secret while free spins that it decided wait."""

    code = "free_spins_waiting"
    status = 409
    title = "Free spins are waiting"

    def __init__(self) -> None:
        super().__init__("Please play your free spins first; then the seed can be revealed.")


class SettingRefused(BadRequest):
    """The dial cannot be set to this."""

    code = "setting_refused"


class TooManyAtOnce(Refusal):
    """Other spins of the same player kept taking the next number."""

    code = "too_many_at_once"
    status = 409
    title = "Too many spins at once"

    def __init__(self) -> None:
        super().__init__("You are playing on too many devices at once. Please try again.")
