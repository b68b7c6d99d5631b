"""Where webhooks may be sent: to public addresses only, unless the installation says otherwise (CWE-918).

The name is resolved once per attempt, every address it has must be allowed, and the request goes to the very address
that was looked at, so that a name cannot point elsewhere a moment later.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from httpx import URL, InvalidURL

from loopbank.events.webhooks.errors import UnacceptableUrl

URL_LENGTH_MAX = 500
_PORT_MAX = 65_535

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the addresses of a host name."""

_Address = IPv4Address | IPv6Address
# Addresses that carry an IPv4 address inside, which may be a private one.
_TRANSLATED = (
    ip_network("64:ff9b::/96"),
    ip_network("64:ff9b:1::/48"),
    ip_network("2002::/16"),
    ip_network("2001::/32"),
)


class AddressNotAllowed(Exception):
    """The webhook's name points to an address that must not be called."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: the pinned address in place of the name, and the name for TLS and the Host header."""

    url: URL
    host: str
    sni: str


async def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for _, _, _, _, address in found]


class Addresses:
    """Judges addresses; `private_are_allowed` is for receivers on the event's own network."""

    def __init__(self, *, private_are_allowed: bool, resolve: Resolve = resolve) -> None:
        self._private_are_allowed = private_are_allowed
        self._resolve = resolve

    def check(self, text: str) -> None:
        """Refuse an address that could never be told. Raises UnacceptableUrl."""
        url = _parsed(text)
        if url.scheme != "https" and not (url.scheme == "http" and self._private_are_allowed):
            raise UnacceptableUrl("A webhook's address begins with https://.")
        literal = _literal(url.host)
        if literal is not None and not self._is_allowed(literal):
            raise UnacceptableUrl("A webhook's address must be public.")

    async def target(self, text: str) -> Target:
        """Give where to send a request now. Raises AddressNotAllowed or OSError."""
        url = _parsed(text)
        port = url.port or (443 if url.scheme == "https" else 80)
        found = [ip_address(address.partition("%")[0]) for address in await self._resolve(url.host, port)]
        if not found or not all(map(self._is_allowed, found)):
            raise AddressNotAllowed("The name points to an address that is not public.")
        host = url.netloc.decode("ascii")
        return Target(url.copy_with(host=str(found[0])), host, url.host)

    def _is_allowed(self, address: _Address) -> bool:
        if self._private_are_allowed:
            return not (address.is_multicast or address.is_unspecified)
        if isinstance(address, IPv6Address):
            if address.ipv4_mapped is not None:
                return self._is_allowed(address.ipv4_mapped)
            if any(address in network for network in _TRANSLATED):
                return False
        return address.is_global and not (address.is_multicast or address.is_reserved)


def _parsed(text: str) -> URL:
    try:
        url = URL(text)
        # Such a name as `a..b` or `xn--` is noticed only when it is written as the resolver wants it.
        can_be_called = "%" not in url.host and url.host.encode("idna") != b"" and (url.port or 0) <= _PORT_MAX
    except (InvalidURL, ValueError) as error:
        raise UnacceptableUrl("This is not an address.") from error
    if len(text) > URL_LENGTH_MAX or not can_be_called or url.userinfo or url.fragment or not text.isascii():
        raise UnacceptableUrl("The address must be plain: a host, a path, no password and no fragment.")
    return url


def _literal(host: str) -> _Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
