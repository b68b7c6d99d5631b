"""Takes entry fees and pays prizes: tournament.py enter NAME FEE PLAYER … | tournament.py finish NAME PLAYER=PRIZE."""

import os
import sys

from loopbank_client import Bank, InsufficientCoins, Prize


def enter(bank: Bank, name: str, fee: str, player: str) -> str:
    """Take the entry fee into the treasury, once per player."""
    try:
        bank.pay_treasury(
            fee, treasury="REWARD", from_user=player, reason=f"Entry: {name}", key=f"{name}:entry:{player}"
        )
    except InsufficientCoins:
        return "cannot pay the fee"
    return "is in"


def finish(bank: Bank, name: str, prizes: list[Prize]) -> int:
    """Pay all prizes or none, once per tournament; gives how many were paid."""
    return len(bank.pay_prizes(prizes, treasury="REWARD", reason=f"Prize: {name}", key=f"{name}:prizes"))


def main() -> None:
    """Do what the tournament asks for."""
    act, name, *rest = sys.argv[1:]
    with Bank(os.environ["LOOPBANK_URL"], api_key=os.environ["LOOPBANK_API_KEY"]) as bank:
        if act == "enter":
            fee, *players = rest
            for player in players:
                print(player, enter(bank, name, fee, player))
            return
        prizes = [Prize(to_user=player, amount=amount) for player, amount in (one.split("=") for one in rest)]
        print(finish(bank, name, prizes), "prizes paid;", bank.treasury("REWARD").balance, "left")


if __name__ == "__main__":
    main()
