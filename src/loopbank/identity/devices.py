"""A device in plain words, from what its browser says of itself."""

import re

from starlette.requests import Request

from loopbank.access import client_address, client_key
from loopbank.identity.people import SignInPlace

_ADDRESS_LENGTH_MAX = 64
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
_PROGRAM = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,39}")


def describe_device(user_agent: str) -> str:
    """Name the browser and the system ("Firefox on Android"), or the program, or an unknown device."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    if browser and system:
        return f"{browser} on {system}"
    if browser or system:
        return browser or system or ""
    program = _PROGRAM.match(user_agent)
    return program.group() if program else "Unknown device"


def place_of(request: Request) -> SignInPlace:
    """Give where a request comes from: the device in plain words, the network address, and the client as counted."""
    address = client_address(request)[:_ADDRESS_LENGTH_MAX]
    return SignInPlace(describe_device(request.headers.get("user-agent", "")), address, client_key(request))
