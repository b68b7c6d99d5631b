"""CHROME-PF/1: results that are committed to before the player adds a seed, and that anybody can recompute.

    commitment = SHA-256("CHROME-PF/1|commit|" + LP(server seed, player, epoch))
    block i    = HMAC-SHA-256(server seed, "CHROME-PF/1|spin|" +
                     LP(player, epoch, client seed, nonce, game, configuration hash, sub) + u32(i))

LP writes every field with its length before it, as 4 bytes, most significant first; numbers are 8 bytes, most
significant first; texts are UTF-8. `sub` is 0 for the paid spin and 1, 2, … for its free spins. The blocks are read as
64-bit words. A word below the largest multiple of n that 64 bits hold gives word mod n; others are skipped, so every
number below n is equally likely. One number below the reel's total weight is drawn per reel, in order, and the stop is
the first whose cumulative weight exceeds it.
"""

import hmac
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import accumulate, count

from loopbank.casino.core.configuration import Configuration

PROTOCOL = "CHROME-PF/1"
SEED_BYTES = 32

_WORDS = 2**64


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a round's results are made of, besides the configuration."""

    server_seed: bytes
    player: str
    epoch: int
    client_seed: str
    nonce: int


def commitment(server_seed: bytes, player: str, epoch: int) -> str:
    """Give what is shown before the player's seed is taken."""
    return sha256(f"{PROTOCOL}|commit|".encode() + _fields(server_seed, player, epoch)).hexdigest()


def stops_of(ticket: Ticket, configuration: Configuration, sub: int) -> tuple[int, ...]:
    """Give where the reels stand in the paid spin (`sub` 0) or a free spin (1, 2, …) of a round."""
    words = words_of(ticket, configuration.game, configuration.hash, sub)
    return tuple(bisect_right(cumulative, draw(words, cumulative[-1])) for cumulative in _cumulated(configuration))


def words_of(ticket: Ticket, game: str, config_hash: str, sub: int) -> Iterator[int]:
    """Give a spin's 64-bit words, without end."""
    message = f"{PROTOCOL}|spin|".encode() + _fields(
        ticket.player, ticket.epoch, ticket.client_seed, ticket.nonce, game, config_hash, sub
    )
    for number in count():
        yield from struct.unpack(">4Q", hmac.digest(ticket.server_seed, message + struct.pack(">I", number), "sha256"))


def draw(words: Iterator[int], below: int) -> int:
    """Give an unbiased number from 0 up to, not including, `below` (at most 2^64)."""
    limit = _WORDS - _WORDS % below
    return next(word for word in words if word < limit) % below


def _fields(*values: bytes | str | int) -> bytes:
    encoded = [_encoded(value) for value in values]
    return b"".join(struct.pack(">I", len(value)) + value for value in encoded)


def _encoded(value: bytes | str | int) -> bytes:
    if isinstance(value, int):
        return struct.pack(">Q", value)
    return value.encode() if isinstance(value, str) else value


@lru_cache(maxsize=256)
def _cumulated(configuration: Configuration) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(accumulate(reel)) for reel in configuration.weights)
