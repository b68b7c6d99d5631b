"""The bank's figures for Prometheus: how many coins there are, and how the house stands."""

from loopbank.bank import Bank
from loopbank.coins import to_json_number
from loopbank.foundation.metrics import Metrics
from loopbank.ledger import AccountCode


class BankFigures:
    """Two gauges, in coins, that are read from the books now and then."""

    def __init__(self, bank: Bank, house: AccountCode, metrics: Metrics) -> None:
        self._bank = bank
        self._house = house
        self._supply = metrics.gauge("loopbank_supply_coins", "Coins in circulation.")
        self._house_balance = metrics.gauge("loopbank_house_balance_coins", "What the house has, in coins.")

    async def read(self) -> None:
        """Read both from the books."""
        issued, house = [await self._bank.balance(code) for code in (self._bank.issuance, self._house)]
        self._supply.set(-to_json_number(issued.balance))
        self._house_balance.set(to_json_number(house.balance))
