"""Passwords that everybody tries first."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopbank.identity.common_passwords import CommonPasswords, _listed_fingerprints

COMMON = CommonPasswords(["NeoBank", "loopbank", ""])


@pytest.mark.parametrize(
    "password", ["123456", "password", "PassWord", "qwertyuiop", "iloveyou", "\uff50assword", "trustno1"]
)
def test_the_lists_passwords_are_common(password: str) -> None:
    assert COMMON.contain(password)


@pytest.mark.parametrize("password", ["neobank", "NeoBank2077", "!!LOOPBANK!!", "neo-bank-1"])
def test_the_products_words_are_common_with_digits_around_them(password: str) -> None:
    assert COMMON.contain(password)


@pytest.mark.parametrize("password", ["chrome-rain-4417", "8250194736", "neobank is mine", "........", ""])
def test_others_are_not(password: str) -> None:
    assert not COMMON.contain(password)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=16, max_size=256))
def test_a_long_random_password_is_not_common(password: str) -> None:
    letters = "".join(letter for letter in password.casefold() if letter.isalpha())
    assert COMMON.contain(password) == (letters in ("neobank", "loopbank"))


def test_the_list_is_there_and_small_in_memory() -> None:
    listed = _listed_fingerprints()
    assert len(listed) > 20_000
    assert listed.itemsize * len(listed) < 300_000


def test_the_lists_own_package_is_not_loaded() -> None:
    code = (
        "import sys; from loopbank.identity.common_passwords import CommonPasswords; "
        "assert CommonPasswords([]).contain('password'); "
        "assert not [name for name in sys.modules if name.startswith('zxcvbn')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
