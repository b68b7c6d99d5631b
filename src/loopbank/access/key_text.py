"""What an API key looks like: a prefix that scanners know, random characters, a checksum against typing errors.

`lb_live_` + 32 characters of base 62 (190 bits) + 6 characters of CRC-32 over what stands before them.
"""

import hashlib
import secrets
import string
import zlib

KEY_PREFIX = "lb_live_"
SHOWN_CHARACTERS = 12
"""How much of a key may be shown after it was made: enough to tell two of one owner apart, nothing to guess with."""

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM_CHARACTERS = 32
_CHECKSUM_CHARACTERS = 6
_LENGTH = len(KEY_PREFIX) + _RANDOM_CHARACTERS + _CHECKSUM_CHARACTERS


def new_key_text() -> str:
    """Give a new key."""
    body = KEY_PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARACTERS))
    return body + _checksum(body)


def looks_like_key(text: str) -> bool:
    """Tell whether a text can be a key at all, without asking anybody."""
    return (
        len(text) == _LENGTH
        and text.isascii()
        and text.startswith(KEY_PREFIX)
        and text[-_CHECKSUM_CHARACTERS:] == _checksum(text[:-_CHECKSUM_CHARACTERS])
    )


def key_hash(text: str) -> str:
    """Give the hash under which a key is stored; its 190 random bits need no slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    digits = ""
    for _ in range(_CHECKSUM_CHARACTERS):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
