"""The log's encoding, computed a second time in the words of docs/algorithms/log.md."""

import hashlib
import struct
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from loopbank.events import LogKey
from loopbank.events.canonical import MerkleTree, encode_entry, leaf_hash
from tests.events.story import SECRET

_PAGE = Path(__file__).parents[2] / "docs" / "algorithms" / "log.md"

_numbers = st.integers(-(2**63), 2**63 - 1)
_texts = st.text(st.characters(exclude_categories=["Cs"]))
_entries = st.tuples(_numbers, _texts, _texts, _texts, _numbers)
_leaves = st.lists(st.binary(min_size=32, max_size=32), max_size=70)


def _encode(entry: tuple[int, str, str, str, int]) -> bytes:
    sequence, topic, subject, payload, at = entry
    return encode_entry(sequence=sequence, topic=topic, subject=subject, payload=payload, at=at)


def _root_as_rfc_6962_defines_it(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = _root_as_rfc_6962_defines_it(leaves[:split]), _root_as_rfc_6962_defines_it(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def test_an_entry_is_encoded_as_the_page_says() -> None:
    fields = [
        b"loopbank.log.entry.v1",
        struct.pack(">q", 7),
        b"user.registered",
        b"person:1",
        '{"character_name":"Straße"}'.encode(),
        struct.pack(">q", 1_700_000_000_000_000),
    ]
    by_hand = b"".join(struct.pack(">I", len(field)) + field for field in fields)
    entry = (7, "user.registered", "person:1", '{"character_name":"Straße"}', 1_700_000_000_000_000)
    assert _encode(entry) == by_hand
    # The page's example; if this value changes, every log that was ever sealed is broken.
    leaf = leaf_hash(by_hand).hex()
    assert leaf == "cc80f7b63da469e95561c40d5807cb4827d1231c8a87029589cff21073f8b814"
    page = _PAGE.read_text()
    assert leaf in page
    assert all(f"{len(field):08x} {field.hex()}" in page for field in fields)


@given(_entries, _entries)
def test_two_entries_have_the_same_encoding_only_if_they_are_the_same(
    one: tuple[int, str, str, str, int], other: tuple[int, str, str, str, int]
) -> None:
    assert (_encode(one) == _encode(other)) == (one == other)


@given(_entries, st.data())
def test_a_character_cannot_wander_from_one_field_into_the_next(
    entry: tuple[int, str, str, str, int], data: st.DataObject
) -> None:
    texts = list(entry[1:4])
    joined = "".join(texts)
    cuts = sorted((data.draw(st.integers(0, len(joined))), data.draw(st.integers(0, len(joined)))))
    moved = (entry[0], joined[: cuts[0]], joined[cuts[0] : cuts[1]], joined[cuts[1] :], entry[4])
    assert (_encode(moved) == _encode(entry)) == (moved == entry)


@given(_leaves)
def test_the_tree_grown_leaf_by_leaf_has_the_root_of_rfc_6962(leaves: list[bytes]) -> None:
    tree = MerkleTree()
    for leaf in leaves:
        tree.add(leaf)
    assert tree.root() == _root_as_rfc_6962_defines_it(leaves)


def test_the_key_of_a_secret_is_always_the_same_and_another_secret_gives_another() -> None:
    key, again, other = LogKey(SECRET), LogKey(SECRET), LogKey(SECRET + "!")
    digest = bytes(32)
    assert key.sign(digest) == again.sign(digest)
    assert key.id == again.id != other.id
    assert again.has_signed(digest, key.sign(digest))
    assert not other.has_signed(digest, key.sign(digest))
    assert not key.has_signed(bytes(31) + b"\x01", key.sign(digest))
