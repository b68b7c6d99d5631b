"""Addresses that an answer may go to: which can be registered, and when a request's address is one of them."""

from collections.abc import Mapping
from urllib.parse import SplitResult, urlencode, urlsplit

from loopbank.identity.oauth.errors import UnacceptableClient

URI_LENGTH_MAX = 2_000

_LOOPBACK_HOSTS = ("127.0.0.1", "::1")
_LOCAL_HOSTS = (*_LOOPBACK_HOSTS, "localhost")
_VISIBLE = range(0x21, 0x7F)


def refuse_unusable(uri: str, *, field: str, takes_plain_http: bool) -> None:
    """Refuse an address that no answer should go to. Raises UnacceptableClient.

    HTTPS goes anywhere and plain HTTP to this device only, unless the bank itself has nothing better. A native
    app's own scheme has a dot, because it is a reversed domain name (RFC 8252, 7.1), which no browser's own scheme has.
    """
    split = _split(uri)
    if (
        split is None
        or not split.scheme
        or len(uri) > URI_LENGTH_MAX
        or any(ord(letter) not in _VISIBLE for letter in uri)
    ):
        raise UnacceptableClient(field, "An address must be absolute, in plain ASCII and at most 2000 characters long.")
    if "#" in uri or "\\" in uri or "*" in uri:
        raise UnacceptableClient(field, "An address has no fragment, backslash or asterisk.")
    if split.scheme in ("https", "http"):
        if not split.hostname or "@" in split.netloc:
            raise UnacceptableClient(field, "An address has a host and no user name.")
        if split.scheme == "http" and not takes_plain_http and split.hostname not in _LOCAL_HOSTS:
            raise UnacceptableClient(field, "An address outside of this device begins with https.")
    elif "." not in split.scheme:
        raise UnacceptableClient(field, "A scheme of an app is a reversed domain name, such as com.example.app.")


def is_registered(uri: str, registered: tuple[str, ...]) -> bool:
    """Tell whether an address is one of those registered: letter by letter, but for the port of this device.

    A native app listens on whichever port is free (RFC 8252, 7.3).
    """
    return uri in registered or any(_differs_in_loopback_port(uri, known) for known in registered)


def with_query(uri: str, parameters: Mapping[str, str | None]) -> str:
    """Add parameters to an address, keeping what it has."""
    added = urlencode({name: value for name, value in parameters.items() if value is not None})
    if not added:
        return uri
    if uri.endswith(("?", "&")):
        return uri + added
    return f"{uri}{'&' if '?' in uri else '?'}{added}"


def _differs_in_loopback_port(uri: str, known: str) -> bool:
    given, registered = _split(uri), _split(known)
    if given is None or registered is None or registered.hostname not in _LOOPBACK_HOSTS:
        return False
    return registered.scheme == "http" and _without_port(given) == _without_port(registered)


def _without_port(split: SplitResult) -> tuple[str, ...]:
    """Give an address as it was written, but for its port."""
    host = split.netloc if split.port is None else split.netloc[: -len(str(split.port)) - 1]
    return (split.scheme, host, split.path, split.query, split.fragment)


def _split(uri: str) -> SplitResult | None:
    try:
        split = urlsplit(uri)
        _ = split.port
    except ValueError:
        return None
    return split
