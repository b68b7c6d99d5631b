"""Coins: what is an amount, what is not, and that no amount changes on its way in and out."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopbank.coins import COINS_MAX, Coins, InvalidAmount, format_coins, parse_amount, parse_coins, to_json_number
from loopbank.foundation.requests import parse_json

AMOUNTS = st.integers(-COINS_MAX, COINS_MAX).map(Coins)


@pytest.mark.parametrize(
    ("given_value", "coins"),
    [
        (1, 100),
        (0, 0),
        (-3, -300),
        ("12.5", 1250),
        (" 12.50 ", 1250),
        ("+7", 700),
        ("0007", 700),
        (Decimal("0.01"), 1),
        (Decimal("1E+2"), 10_000),
        (Decimal("0E+30"), 0),
        (Decimal("0.10000"), 10),
        (Decimal("9999999999999.99"), COINS_MAX),
        (-Decimal("9999999999999.99"), -COINS_MAX),
    ],
)
def test_an_amount_is_read_exactly(given_value: object, coins: int) -> None:
    assert parse_coins(given_value) == coins


@pytest.mark.parametrize(
    "no_amount",
    [
        True, False, None, 0.5, 1e308, [], {}, b"1",
        "", " ", "-", ".", "1.", ".5", "1e3", "1,000", "0x10", "1_000", "NaN", "Infinity", "\u0661", "\u00bd", "1 2",
        "--1", "0.001", "1" * 10_000, 10**10_000, 10**13, -(10**13),
        Decimal("NaN"), Decimal("Infinity"), Decimal("0.001"), Decimal("1E+400"), Decimal("1E-400"), Decimal(10**13),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_no_amount_is_refused(no_amount: object) -> None:
    with pytest.raises(InvalidAmount):
        parse_coins(no_amount)


@pytest.mark.parametrize("nothing", [0, "0", "-0.00", -1, "-0.01"])
def test_a_payment_is_more_than_nothing(nothing: object) -> None:
    with pytest.raises(InvalidAmount):
        parse_amount(nothing)


@given(AMOUNTS)
def test_an_amount_survives_the_way_out_and_in_again(coins: Coins) -> None:
    assert parse_coins(parse_json(json.dumps(to_json_number(coins)).encode())) == coins


@given(AMOUNTS)
def test_an_amount_is_printed_with_at_most_two_decimals(coins: Coins) -> None:
    _, _, decimals = json.dumps(to_json_number(coins)).partition(".")
    assert len(decimals) <= 2
    assert "e" not in decimals


@given(st.text())
def test_no_text_whatsoever_is_more_than_refused(text: str) -> None:
    try:
        coins = parse_coins(text)
    except InvalidAmount:
        return
    assert abs(coins) <= COINS_MAX


@pytest.mark.parametrize(
    ("coins", "written"), [(0, "0.00"), (5, "0.05"), (125_000, "1,250.00"), (-125_001, "-1,250.01"), (-1, "-0.01")]
)
def test_people_read_two_decimals_and_thousands(coins: int, written: str) -> None:
    assert format_coins(Coins(coins)) == written
