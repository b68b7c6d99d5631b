"""What is hashed and how: the encoding of entries and blocks, and the Merkle tree. docs/algorithms/log.md tells it.

Laws:
 - A record is a run of fields, each led by its length in bytes (4 bytes, big-endian); the first names the record and
   its version. No two different records have the same encoding.
 - Numbers are 8 bytes, big-endian, signed; texts are UTF-8; hashes are their 32 bytes.
 - Leaves, nodes and blocks are hashed with SHA-256 after a byte of their own (RFC 6962, section 2.1), so that none
   can pass for another.
"""

import struct
from dataclasses import dataclass
from hashlib import sha256

from loopbank.foundation.clock import Instant

HASH_LENGTH = 32
NO_BLOCK = bytes(HASH_LENGTH)
"""Stands for the previous hash in the first block."""

_ENTRY = b"loopbank.log.entry.v1"
_BLOCK = b"loopbank.log.block.v1"
_LEAF_PREFIX = b"\x00"
_NODE_PREFIX = b"\x01"
_BLOCK_PREFIX = b"\x02"

_length = struct.Struct(">I").pack
_number = struct.Struct(">q").pack


@dataclass(frozen=True, slots=True)
class BlockHeader:
    """What a block's hash covers: its place, its entries' sequences and root, the block before, key and time."""

    number: int
    first_sequence: int
    last_sequence: int
    root: bytes
    previous_hash: bytes
    key_id: str
    sealed_at: Instant


def encode_entry(*, sequence: int, topic: str, subject: str, payload: str, at: int) -> bytes:
    """Give the bytes of an entry. Raises struct.error or UnicodeEncodeError for values that no entry has."""
    return _record(_ENTRY, _number(sequence), topic.encode(), subject.encode(), payload.encode(), _number(at))


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry's bytes as a leaf of the Merkle tree."""
    return sha256(_LEAF_PREFIX + entry).digest()


def block_hash(header: BlockHeader) -> bytes:
    """Hash a block's header."""
    return sha256(
        _BLOCK_PREFIX
        + _record(
            _BLOCK,
            _number(header.number),
            _number(header.first_sequence),
            _number(header.last_sequence),
            header.root,
            header.previous_hash,
            header.key_id.encode(),
            _number(header.sealed_at),
        )
    ).digest()


class MerkleTree:
    """RFC 6962's tree, grown leaf by leaf in memory that grows with the logarithm of the leaves."""

    def __init__(self) -> None:
        # Complete subtrees from the left, each at most as large as the one before: (leaves, hash).
        self._subtrees: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Add the next leaf's hash."""
        size, digest = 1, leaf
        while self._subtrees and self._subtrees[-1][0] == size:
            _, left = self._subtrees.pop()
            size, digest = 2 * size, _node_hash(left, digest)
        self._subtrees.append((size, digest))

    def root(self) -> bytes:
        """Give the root of the leaves so far; of none, it is the hash of nothing."""
        if not self._subtrees:
            return sha256().digest()
        *lefts, (_, digest) = self._subtrees
        for _, left in reversed(lefts):
            digest = _node_hash(left, digest)
        return digest


def _node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(_NODE_PREFIX + left + right).digest()


def _record(*fields: bytes) -> bytes:
    parts: list[bytes] = []
    for field in fields:
        parts += (_length(len(field)), field)
    return b"".join(parts)
