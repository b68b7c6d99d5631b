"""Whoever changes what is sealed, behind the product's back and with the triggers gone, is found by the check."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from loopbank.events.canonical import encode_entry, leaf_hash
from loopbank.foundation.database import Database, Dialect, connect_database
from tests.events.story import findings, new_sealer, payment, registration, sealed, tell

_ENTRIES_TEXT = ("topic", "subject", "payload")


async def _three_blocks(database: Database) -> None:
    """Seal nine entries in three blocks."""
    sealer = new_sealer(database)
    for block in range(3):
        await tell(database, [payment(3 * block + 1), registration(3 * block + 2), payment(3 * block + 3)])
        await sealer.seal_block()


async def _tamper(database: Database, *statements: str) -> None:
    """Change what is sealed, as somebody with the keys to the database could."""
    on_sqlite = database.dialect is Dialect.SQLITE
    async with database.transaction() as tx:
        for table in ("log_entry", "log_block"):
            if on_sqlite:
                await tx.run(text(f"DROP TRIGGER {table}_refuses_update"))
                await tx.run(text(f"DROP TRIGGER {table}_refuses_delete"))
            else:
                await tx.run(text(f"ALTER TABLE log.{table} DISABLE TRIGGER ALL"))
        for statement in statements:
            await tx.run(text(statement.replace("log.", "") if on_sqlite else statement))


def _literal(database: Database, value: bytes) -> str:
    return f"x'{value.hex()}'" if database.dialect is Dialect.SQLITE else f"decode('{value.hex()}', 'hex')"


async def _details(database: Database) -> list[str]:
    return [finding.detail for finding in await findings(database)]


async def test_an_untouched_log_has_no_findings(database: Database) -> None:
    assert await findings(database) == []
    await _three_blocks(database)
    assert await findings(database) == []


@pytest.mark.parametrize("column", _ENTRIES_TEXT)
async def test_a_changed_character_of_an_entry_is_found(database: Database, column: str) -> None:
    await _three_blocks(database)
    await _tamper(database, f"UPDATE log.log_entry SET {column} = replace({column}, 'o', '0') WHERE sequence = 4")
    assert await _details(database) == [
        "entry 4 does not have the hash of its contents",
        "block 2 does not have the root of its entries",
    ]


async def test_a_changed_time_of_an_entry_is_found(database: Database) -> None:
    await _three_blocks(database)
    await _tamper(database, "UPDATE log.log_entry SET occurred_at = occurred_at + 1 WHERE sequence = 9")
    assert (await _details(database))[0] == "entry 9 does not have the hash of its contents"


async def test_an_entry_rewritten_together_with_its_hash_is_found(database: Database) -> None:
    await _three_blocks(database)
    victim = (await sealed(database))[3]
    forged = leaf_hash(
        encode_entry(sequence=4, topic=victim.topic, subject="forged", payload=victim.payload, at=victim.at)
    )
    leaf = _literal(database, forged)
    await _tamper(database, f"UPDATE log.log_entry SET subject = 'forged', leaf = {leaf} WHERE sequence = 4")
    assert await _details(database) == ["block 2 does not have the root of its entries"]


@pytest.mark.parametrize("column", ["root", "previous_hash", "hash", "signature"])
@pytest.mark.parametrize("number", [1, 2, 3])
async def test_a_changed_byte_of_a_block_is_found(database: Database, column: str, number: int) -> None:
    await _three_blocks(database)
    async with database.reading() as tx:
        table = "log_block" if database.dialect is Dialect.SQLITE else "log.log_block"
        value = await tx.value(text(f"SELECT {column} FROM {table} WHERE number = {number}"))
    literal = _literal(database, bytes([value[0] ^ 1]) + value[1:])
    await _tamper(database, f"UPDATE log.log_block SET {column} = {literal} WHERE number = {number}")
    assert any(detail.startswith(f"block {number} ") for detail in await _details(database))


@pytest.mark.parametrize("change", ["sealed_at = sealed_at + 1", "key_id = 'somebody'", "last_sequence = 4"])
async def test_a_changed_field_of_a_block_is_found(database: Database, change: str) -> None:
    await _three_blocks(database)
    await _tamper(database, f"UPDATE log.log_block SET {change} WHERE number = 2")
    assert "block 2 does not have the hash of its contents" in await _details(database)


async def test_a_block_that_claims_the_whole_future_is_found(database: Database) -> None:
    await _three_blocks(database)
    await _tamper(database, "UPDATE log.log_block SET last_sequence = 9000000000000000000 WHERE number = 1")
    assert "entries 10 to 9000000000000000000 of block 1 are missing" in await _details(database)


async def test_a_missing_entry_is_found(database: Database) -> None:
    await _three_blocks(database)
    await _tamper(database, "DELETE FROM log.log_entry WHERE sequence = 5")
    assert "entry 6 stands where entry 5 belongs" in await _details(database)


async def test_a_missing_block_with_its_entries_is_found(database: Database) -> None:
    await _three_blocks(database)
    await _tamper(
        database,
        "DELETE FROM log.log_entry WHERE sequence BETWEEN 4 AND 6",
        "DELETE FROM log.log_block WHERE number = 2",
    )
    assert await _details(database) == [
        "block 3 stands where block 2 belongs",
        "block 3 begins with entry 7 instead of 4",
        "block 3 does not continue the block before it",
        "entry 7 stands where entry 4 belongs",
    ]


async def test_entries_without_a_block_are_found(database: Database) -> None:
    await _three_blocks(database)
    await _tamper(database, "DELETE FROM log.log_block WHERE number = 3")
    assert await _details(database) == [f"entry {sequence} belongs to no block" for sequence in (7, 8, 9)]


async def test_a_log_cut_off_behind_a_reader_is_found(database: Database) -> None:
    await _three_blocks(database)
    await _tamper(
        database,
        "DELETE FROM log.log_entry WHERE sequence > 6",
        "DELETE FROM log.log_block WHERE number = 3",
        "INSERT INTO log.log_cursor (consumer, sequence, moved_at) VALUES ('mail', 8, 0), ('stream', 6, 0)",
    )
    assert await _details(database) == ["mail has read up to entry 8, which the log does not have"]


async def test_a_log_sealed_with_another_secret_is_found(database: Database) -> None:
    await _three_blocks(database)
    details = [finding.detail for finding in await findings(database, "another-secret-0123456789-0123456789")]
    assert details == [f"block {number} is signed with an unknown key" for number in (1, 2, 3)]


async def test_findings_are_limited(database: Database) -> None:
    await tell(database, [payment(number) for number in range(1, 301)])
    await new_sealer(database).seal_all()
    await _tamper(database, "UPDATE log.log_entry SET topic = 'nothing.happened'")
    assert len(await findings(database)) == 100


async def test_a_log_larger_than_a_chunk_is_checked_to_its_end(database: Database) -> None:
    await tell(database, [payment(number) for number in range(1, 2_502)])
    await new_sealer(database).seal_all()
    assert await findings(database) == []
    await _tamper(database, "UPDATE log.log_entry SET subject = 'nobody' WHERE sequence = 2501")
    assert (await _details(database))[0] == "entry 2501 does not have the hash of its contents"


async def test_a_value_of_another_kind_is_found_on_sqlite(sqlite_database_url: str) -> None:
    database = connect_database(sqlite_database_url)
    await _three_blocks(database)
    await _tamper(database, "UPDATE log_entry SET payload = CAST(payload AS BLOB) WHERE sequence = 1")
    assert "entry 1 does not have the hash of its contents" in await _details(database)
    await database.close()


async def test_every_changed_byte_of_the_stored_texts_is_found_on_sqlite(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    database = connect_database(sqlite_database_url)
    await _three_blocks(database)
    await _tamper(database)
    victim = (await sealed(database))[4]
    await database.close()
    path = make_url(sqlite_database_url).database
    assert path is not None
    for column, stored in (("topic", victim.topic), ("subject", victim.subject), ("payload", victim.payload)):
        original = stored.encode()
        for position in range(len(original)):
            # One change leaves most texts readable; the other, a byte that UTF-8 does not have, none.
            for byte in (original[position] ^ 1, 0xFF):
                await _check_with(path, column, original[:position] + bytes([byte]) + original[position + 1 :])
        await _restore(path, column, original)


async def _check_with(path: str, column: str, value: bytes) -> None:
    await _restore(path, column, value)
    database = connect_database(f"sqlite:///{path}")
    assert await findings(database) != []
    await database.close()


async def _restore(path: str, column: str, value: bytes) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(f"UPDATE log_entry SET {column} = CAST(? AS TEXT) WHERE sequence = 5", (value,))
    connection.close()
