"""Badges: everybody's card, with a code that a phone reads."""

from pathlib import Path

import pytest
import segno

from loopbank.operations import Badge, write_badges
from loopbank.operations.badges import _code, _western

NAMES = ("Night Runner", "Łucja Żółć", "名前", "A name that is so long that it would leave its card at the usual size")


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (8, 1), (9, 2), (17, 3)])
def test_eight_badges_fit_on_a_page(count: int, pages: int, tmp_path: Path) -> None:
    badges = [Badge(NAMES[n % len(NAMES)], f"NC-7K2M-{n:04d}", "Fixers") for n in range(count)]
    assert write_badges(badges, "NeoBank", tmp_path / "badges.pdf") == pages
    assert (tmp_path / "badges.pdf").read_bytes().startswith(b"%PDF-")


def test_letters_that_the_plain_font_does_not_have_lose_their_marks() -> None:
    assert [_western(name) for name in NAMES[:3]] == ["Night Runner", "?ucja Zó?c", "??"]


def test_the_code_holds_the_account_number() -> None:
    assert _code("NC-7K2M-Q9XD").getvalue() != _code("NC-7K2M-Q9XE").getvalue()
    assert segno.make("NC-7K2M-Q9XD", error="q", micro=False).version == 1
