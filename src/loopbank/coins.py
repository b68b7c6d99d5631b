"""Coins: whole minor units of a closed-loop currency, the only money type of the house.

An amount never passes through a binary float on its way in. On its way out it is a JSON number; the
one conversion that needs a float is `to_json_number`, which is exact because an amount has at most 15
significant digits (IEEE 754 doubles hold every decimal of 15 digits, and `repr` gives it back).
"""

from decimal import Decimal
from typing import NewType

Coins = NewType("Coins", int)
"""An amount in whole minor units (hundredths of a coin at scale 2)."""

SCALE = 2
"""Decimals of a coin."""

COINS_MAX = Coins(999_999_999_999_999)
"""The largest amount of one transfer: 15 digits, exact also in a JavaScript number."""

_UNITS_PER_COIN: int = 10**SCALE
_DIGITS_MAX = 15
_SIGNIFICANT_DIGITS_MAX = 28
"""What decimal arithmetic keeps without rounding; longer numbers would lose digits before they are looked at."""


class InvalidAmount(ValueError):
    """The given value is not an amount of coins; the message is a plain sentence."""


def parse_coins(value: object) -> Coins:
    """Read a signed amount from a JSON value: an integer, a Decimal or a numeric string.

    Raises InvalidAmount for booleans, floats, NaN, infinities, more than two decimals and more than 15 digits.
    """
    number: Decimal | None
    if type(value) is int:
        if abs(value) > COINS_MAX // _UNITS_PER_COIN:
            raise InvalidAmount("The amount is out of range.")
        return Coins(value * _UNITS_PER_COIN)
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, str):
        number = _decimal_from_text(value)
    else:
        raise InvalidAmount("The amount must be a number.")
    if number is None or not number.is_finite() or abs(number.adjusted()) > _DIGITS_MAX:
        if number is not None and number.is_finite() and number.is_zero():
            return Coins(0)
        raise InvalidAmount("The amount is out of range.")
    if len(number.as_tuple().digits) > _SIGNIFICANT_DIGITS_MAX:
        raise InvalidAmount("The amount may have at most two decimals.")
    minor = number.scaleb(SCALE)
    if minor != (whole := int(minor)):
        raise InvalidAmount("The amount may have at most two decimals.")
    if abs(whole) > COINS_MAX:
        raise InvalidAmount("The amount is out of range.")
    return Coins(whole)


def parse_amount(value: object) -> Coins:
    """Read an amount that moves money: as `parse_coins`, and above zero."""
    coins = parse_coins(value)
    if coins <= 0:
        raise InvalidAmount("The amount must be greater than zero.")
    return coins


def to_json_number(coins: Coins) -> int | float:
    """Give the amount as the JSON number that prints exactly: 5 -> 0.05, 1200 -> 12, 1250 -> 12.5."""
    whole, rest = divmod(coins, _UNITS_PER_COIN)
    return whole if rest == 0 else coins / _UNITS_PER_COIN


def format_coins(coins: Coins) -> str:
    """Give the amount for people: 125000 -> '1,250.00'."""
    sign = "-" if coins < 0 else ""
    whole, rest = divmod(abs(coins), _UNITS_PER_COIN)
    return f"{sign}{whole:,}.{rest:0{SCALE}d}"


def _decimal_from_text(text: str) -> Decimal | None:
    """Read plain decimal notation (ASCII digits, no exponent); None when it is too long to be an amount."""
    digits = text.strip()
    unsigned = digits[1:] if digits[:1] in ("-", "+") else digits
    whole, _, fraction = unsigned.partition(".")
    if not unsigned.isascii() or not whole.isdigit() or not (fraction.isdigit() or "." not in unsigned):
        raise InvalidAmount("The amount must be a number.")
    return Decimal(digits) if len(digits) <= 2 * _DIGITS_MAX else None
