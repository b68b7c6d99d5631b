"""Addresses that an answer may go to: which can be registered, and when a request's address is one of them."""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlencode, urlsplit

from loopbank.identity.oauth.errors import UnacceptableClient

URI_LENGTH_MAX = 2_000

_LOCAL_HOSTS = ("127.0.0.1", "::1", "localhost")
_PORT_OF_THIS_DEVICE = re.compile(r"\A(http://(?:127\.0\.0\.1|\[::1\])):[0-9]{1,5}(?=[/?]|\Z)")
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
    return uri in registered or _without_port(uri) in {_without_port(known) for known in registered}


def with_query(uri: str, parameters: Mapping[str, str | None]) -> str:
    """Add parameters to an address, keeping what it has."""
    added = urlencode({name: value for name, value in parameters.items() if value is not None})
    if not added:
        return uri
    if uri.endswith(("?", "&")):
        return uri + added
    return f"{uri}{'&' if '?' in uri else '?'}{added}"


def _without_port(uri: str) -> str:
    """Give an address of this device without its port, and every other one as it is."""
    return _PORT_OF_THIS_DEVICE.sub(r"\1", uri)


def _split(uri: str) -> SplitResult | None:
    try:
        split = urlsplit(uri)
        _ = split.port
    except ValueError:
        return None
    return split
