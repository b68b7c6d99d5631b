"""A device in plain words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopbank.identity.devices import describe_device

CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 {}Safari/537.36"
SAFARI = "Mozilla/5.0 ({}) AppleWebKit/605.1.15 (KHTML, like Gecko) {}Mobile/15E148 Safari/604.1"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (CHROME.format("Linux; Android 14; Pixel 8", "Mobile "), "Chrome on Android"),
        (CHROME.format("Windows NT 10.0; Win64; x64", ""), "Chrome on Windows"),
        (CHROME.format("Windows NT 10.0; Win64; x64", "") + " Edg/130.0.0.0", "Edge on Windows"),
        (CHROME.format("X11; CrOS x86_64 14541.0.0", ""), "Chrome on ChromeOS"),
        (CHROME.format("Linux; Android 13; SM-S911B", "SamsungBrowser/26.0 "), "Samsung Internet on Android"),
        (SAFARI.format("iPhone; CPU iPhone OS 18_1 like Mac OS X", "Version/18.1 "), "Safari on iPhone"),
        (SAFARI.format("iPhone; CPU iPhone OS 18_1 like Mac OS X", "CriOS/130.0 "), "Chrome on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox on Mac"),
        ("curl/8.5.0", "curl"),
        ("", "Unknown device"),
        ("<script>", "Unknown device"),
    ],
)
def test_browsers_systems_and_programs_are_named(user_agent: str, words: str) -> None:
    assert describe_device(user_agent) == words


@given(st.text(max_size=300))
def test_any_header_becomes_a_few_printable_words(user_agent: str) -> None:
    words = describe_device(user_agent)
    assert 1 <= len(words) <= 40
    assert words.isprintable()
