"""Character names: which are accepted, and which are the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopbank.identity.errors import UnacceptableName
from loopbank.identity.names import NAME_LENGTH_MAX, accepted_name, email_key, name_key

ACCEPTED = [
    "V",
    "Night Runner",
    "Zoë Straße",
    "銀河 7",
    "Чёрный Лотос",
    "Ωmega-7".replace("Ω", "O"),
    "❤️ Nova",
    "x" * 100,
    "O'Neill",
]


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_honest_name_stays_as_it_is(name: str) -> None:
    assert accepted_name(name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "1 to 100"),
        ("   ", "1 to 100"),
        ("x" * 101, "1 to 100"),
        ("a\u200bb", "invisible"),
        ("a\u200db", "invisible"),
        ("\u202eabc", "invisible"),
        ("a\ue000", "invisible"),
        ("a\u3164", "invisible"),
        ("a\ud800", "invisible"),
        ("a@b", "no @"),
        ("a\ufe6bb", "no @"),
        ("...", "letter or digit"),
        ("\u2764\ufe0f", "letter or digit"),
        ("ru\u03bdner", "alphabets"),
        ("\u0441asino 7", "alphabets"),
        ("Admin", "reserved"),
        ("\uff21dmin", "reserved"),
        ("-= ROOT =-", "reserved"),
        ("s y s t e m", "reserved"),
    ],
)
def test_a_name_that_deceives_is_refused_with_its_reason(name: str, reason: str) -> None:
    with pytest.raises(UnacceptableName, match=reason):
        accepted_name(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("STRASSE", "straße"),
        ("\u212aevin", "kevin"),
        ("ﬁxer", "fixer"),
        ("Zoe\u0308", "zoë"),
        ("ΣΑΣ", "σας"),
        ("Nova\ufe0f", "nova"),
        ("a\u034fb", "ab"),
        (" a \u2003 b ", "a b"),
        ("①", "1"),
    ],
)
def test_names_that_read_the_same_are_the_same(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_names_that_differ_differ() -> None:
    assert len({name_key(name) for name in ACCEPTED}) == len(ACCEPTED)
    assert name_key("Runner") != name_key("Runners")


@given(st.text(max_size=40))
def test_the_key_of_a_key_is_the_key(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=120))
def test_an_accepted_name_is_accepted_again_unchanged_and_unique_by_its_key(text: str) -> None:
    try:
        name = accepted_name(text)
    except UnacceptableName:
        return
    assert accepted_name(name) == name
    assert 1 <= len(name) <= NAME_LENGTH_MAX
    assert name_key(name) == name_key(text)
    assert name_key(name)
    assert "@" not in name_key(name)
    assert name.isprintable()


@given(st.text(max_size=40))
def test_case_never_makes_another_name(text: str) -> None:
    assert name_key(text.upper().lower()) == name_key(text.upper())


def test_addresses_differ_by_more_than_case() -> None:
    assert email_key(" Owner@Bank.Example ") == "owner@bank.example"
