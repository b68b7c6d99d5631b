"""Sells and refunds: shop.py sell ORDER BUYER ITEM=PRICE … | shop.py refund ORDER TRANSACTION ITEM=PRICE.

What is not on STOCK (item,item,…) is missing when the parcel is packed: the buyer does not pay for it.
"""

import os
import sys
from collections.abc import Mapping
from decimal import Decimal

from loopbank_client import Bank, InsufficientCoins

Prices = Mapping[str, Decimal]


def deliver(basket: Prices, stock: set[str]) -> Prices:
    """Pack what is there."""
    return {item: price for item, price in basket.items() if item in stock}


def sell(bank: Bank, order: str, buyer: str, basket: Prices, stock: set[str]) -> str:
    """Reserve the price, deliver, then take what was delivered and give the rest back."""
    price = sum(basket.values(), Decimal(0))
    try:
        hold = bank.hold(
            price, from_user=buyer, to_user=os.environ["SHOP"], reference=order, seconds=86_400, key=f"{order}:hold"
        )
    except InsufficientCoins:
        return f"{order}: the buyer has less than {price}"
    delivered = deliver(basket, stock)
    if not delivered:
        bank.release(hold.id)
        return f"{order}: nothing was there, nothing was paid"
    taken = bank.capture(
        hold.id, sum(delivered.values(), Decimal(0)), final=True, reason=", ".join(delivered), key=f"{order}:capture"
    )
    return f"{order}: {taken.transaction.amount} paid for {len(delivered)} items, transaction {taken.transaction.id}"


def refund(bank: Bank, order: str, transaction: int, goods: Prices) -> str:
    """Give the price of some items back, out of the very payment."""
    for item, price in goods.items():
        bank.reverse(transaction, amount=price, reason=f"{order}: {item}", key=f"{order}:refund:{item}")
    return f"{order}: {sum(goods.values(), Decimal(0))} refunded"


def main() -> None:
    """Do what the shop asks for."""
    act, order, about, *items = sys.argv[1:]
    basket = {item: Decimal(price) for item, price in (one.split("=") for one in items)}
    with Bank(os.environ["LOOPBANK_URL"], api_key=os.environ["LOOPBANK_API_KEY"]) as bank:
        if act == "sell":
            print(sell(bank, order, about, basket, set(os.environ["STOCK"].split(","))))
        else:
            print(refund(bank, order, int(about), basket))


if __name__ == "__main__":
    main()
