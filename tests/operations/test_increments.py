"""Increments: what came after a whole backup, proven on top of it, and back with it in one command."""

import asyncio
import gzip
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import obstore
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from loopbank.access import Role
from loopbank.bank.tables import faction, transfer_note
from loopbank.entrypoints.operations_commands import build_backups
from loopbank.foundation.clock import Instant, later
from loopbank.foundation.database import Database, Dialect, connect_database
from loopbank.foundation.settings import Installation
from loopbank.migrations import migrate
from loopbank.operations import BackupTarget, MadeBackup, RestoredBank
from loopbank.operations.archive import read_manifest
from loopbank.operations.errors import BackupNotFound, BackupUnsound, BaseUnfit
from loopbank.operations.increments import add_increment, write_increment
from loopbank.operations.table_store import batches, revisions, stored_tables
from loopbank.operations.targets import backup_name, base_of
from tests.support.desks import DeskStory
from tests.support.stories import PASSWORD, installation, opened_bank

pytestmark = pytest.mark.timeout(240)

NOON = Instant(1_790_000_000_000_000)
DAY_SECONDS = 86_400
NEW_PASSWORD = "chrome-rain-9921"
NUMBERED = {"posting", "transfer", "transfer_note", "casino_round", "log_entry", "log_block"}
WEBHOOK = {"url": "https://example.org/told", "events": ["treasury.updated"]}


async def everything(database: Database) -> Mapping[str, list[tuple[object, ...]]]:
    """Read every row of every table."""
    async with database.snapshot() as tx:
        tables = await stored_tables(tx, database.dialect)
        return {name: [row async for batch in batches(tx, stored) for row in batch] for name, stored in tables.items()}


async def everything_at(url: str) -> Mapping[str, list[tuple[object, ...]]]:
    database = connect_database(url)
    try:
        return await everything(database)
    finally:
        await database.close()


async def made(settings: Installation, *, must_be_whole: bool = False) -> MadeBackup:
    """Make a backup of a bank that nobody has open."""
    database = connect_database(settings.database_url)
    try:
        return await build_backups(settings).make(database, must_be_whole=must_be_whole)
    finally:
        await database.close()


async def grow(url: str, *numbers: int) -> None:
    """Add rows to a table that only grows and to one that does not, as cheaply as can be."""
    database = connect_database(url)
    async with database.transaction() as tx:
        await tx.insert(transfer_note, ("transfer_id", "text"), [(number, f"note {number}") for number in numbers])
        rows = [(f"faction {number}", "", NOON) for number in numbers]
        await tx.insert(faction, ("name", "description", "created_at"), rows)
    await database.close()


async def test_a_bank_comes_back_as_it_was_when_its_increment_was_made(
    database_url: str, tmp_path: Path, restored_databases: list[RestoredBank]
) -> None:
    settings = installation(database_url, tmp_path, {})
    async with opened_bank(database_url, tmp_path) as bank:
        admin, runner = await bank.person("keeper", role=Role.ADMIN), await bank.person("runner")
        program = await DeskStory(bank, admin).program("read")
        webhook = (await admin.http.post("/api/developer/webhooks", json=WEBHOOK)).json()["webhook"]["id"]
        base = await build_backups(settings).make(bank.database)
        before = await everything(bank.database)
        assert (await runner.pay(admin, "12.34")).status_code == 201
        choice = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        assert (await runner.http.put("/api/v1/account/password", json=choice)).is_success
        assert (await admin.http.delete(f"/api/developer/api-keys/{program.id}")).is_success
        assert (await admin.http.delete(f"/api/developer/webhooks/{webhook}")).is_success
    increment = await made(settings)
    assert (base.base, increment.base, increment.whole_because) == ("", base.name, "")
    assert base_of(increment.name) == base.name
    then = await everything_at(database_url)
    differing = {name for name, rows in then.items() if rows != before[name]}
    assert {"posting", "transfer", "account", "person", "api_key", "webhook"} <= differing
    assert then["webhook"] == []
    await grow(database_url, 1_000_000)
    assert await everything_at(database_url) != then
    restored_databases.append(await build_backups(settings).restore("", replaces=True))
    assert await everything_at(database_url) == then


async def test_the_journal_and_the_log_are_what_grows_by_number(database: Database) -> None:
    async with database.reading() as tx:
        tables = await stored_tables(tx, database.dialect)
        assert {name for name, stored in tables.items() if stored.grows_by_number} == NUMBERED
        assert {name for name, stored in tables.items() if stored.keeps_rows} - NUMBERED == {
            "account",
            "casino_configuration",
            "casino_reveal",
        }
        assert len(await revisions(tx, database.dialect)) == 3


async def test_an_increment_without_its_own_base_is_refused_and_nothing_changes(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    settings = installation(sqlite_database_url, tmp_path, {})
    base = await made(settings)
    await grow(sqlite_database_url, 1)
    other = await made(settings, must_be_whole=True)
    await asyncio.to_thread((tmp_path / "backups" / other.name).rename, tmp_path / other.name)
    increment = await made(settings)
    folder = tmp_path / "backups"
    sound = await asyncio.to_thread((folder / base.name).read_bytes)
    foreign = await asyncio.to_thread((tmp_path / other.name).read_bytes)
    before = sorted(await asyncio.to_thread(os.listdir, tmp_path))
    new = build_backups(installation(f"sqlite:///{tmp_path}/new.db", tmp_path, {}))
    for content, said in ((sound[:-20_000], "damaged|not a backup"), (foreign, "another backup")):
        await asyncio.to_thread((folder / base.name).write_bytes, content)
        with pytest.raises(BackupUnsound, match=said):
            await new.restore(increment.name, replaces=False)
    await asyncio.to_thread((folder / base.name).unlink)
    with pytest.raises(BackupNotFound, match=f"builds on {base.name}"):
        await new.restore("", replaces=False)
    assert sorted(await asyncio.to_thread(os.listdir, tmp_path)) == before
    # Both archives on a stick, and nothing at the target.
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / base.name).write_bytes(sound)
    await asyncio.to_thread((folder / increment.name).rename, stick / increment.name)
    restored = await new.restore(str(stick / increment.name), replaces=False)
    assert restored.manifest.log == increment.log


async def test_an_increment_is_added_wholly_or_not_at_all(sqlite_database_url: str, tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path}/empty.db")
    await grow(sqlite_database_url, 1, 2)
    bank, empty = connect_database(sqlite_database_url), connect_database(f"sqlite:///{tmp_path}/empty.db")
    file = tmp_path / "increment"
    await write_increment(bank, bank, file)
    before = await everything(bank)
    await add_increment(bank, file)
    assert await everything(bank) == before
    sound = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    place = next(place for place, line in enumerate(sound) if line.startswith(b'{"table":"faction"'))
    for damaged, said in (
        (gzip.compress(b"".join([*sound[: place + 1], *sound[place + 2 :]])), "do not have the 2 rows of faction"),
        (gzip.compress(b"".join(sound[:-2])), "tables of its base"),
        (gzip.compress(b"".join(sound))[:-40], "cannot be added"),
        (gzip.compress(b"".join(sound[place + 1 :])), "cannot be added"),
        (b"nothing like it", "cannot be added"),
    ):
        file.write_bytes(damaged)
        with pytest.raises(BackupUnsound, match=said):
            await add_increment(bank, file)
        assert await everything(bank) == before
    file.write_bytes(gzip.compress(b"".join(sound)))
    with pytest.raises(BackupUnsound, match="does not begin where"):
        await add_increment(empty, file)
    with pytest.raises(BaseUnfit, match="does not continue"):
        await write_increment(empty, bank, file)
    async with empty.transaction() as tx:
        await tx.insert(transfer_note, ("transfer_id", "text"), [(2, "another way")])
    with pytest.raises(BaseUnfit, match="does not continue"):
        await write_increment(bank, empty, file)
    await bank.close()
    await empty.close()


async def test_tables_of_another_release_make_the_next_backup_whole(database_url: str, tmp_path: Path) -> None:
    settings = installation(database_url, tmp_path, {})
    database = connect_database(database_url)
    assert (await build_backups(settings).make(database)).whole_because == "There is no whole backup here yet."
    async with database.transaction() as tx:
        name = "alembic_version_coin" if database.dialect is Dialect.SQLITE else "coin.alembic_version"
        await tx.run(text(f"UPDATE {name} SET version_num = '9999'"))
    after = await build_backups(settings).make(database)
    await database.close()
    assert (after.base, after.whole_because) == ("", "The last whole backup is of another release's tables.")


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files that nobody else uses."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


async def test_an_increment_that_is_cut_off_leaves_nothing_behind(
    database_url: str, tmp_path: Path, scratch: Path
) -> None:
    settings = installation(database_url, tmp_path, {})
    base = await made(settings)
    beside = await neighbours(database_url, tmp_path)

    def cut_off(step: str) -> None:
        if step.startswith("Adding"):
            raise asyncio.CancelledError

    database = connect_database(database_url)
    with pytest.raises(asyncio.CancelledError):
        await build_backups(settings).make(database, cut_off)
    await database.close()
    assert await asyncio.to_thread(os.listdir, scratch) == []
    assert await asyncio.to_thread(os.listdir, tmp_path / "backups") == [base.name]
    assert await neighbours(database_url, tmp_path) == beside


async def neighbours(database_url: str, folder: Path) -> list[str]:
    """Name what lies beside a bank's database: files, or databases that were made of it."""
    if database_url.startswith("sqlite"):
        return sorted(name for name in await asyncio.to_thread(os.listdir, folder) if ".restored-" in name)
    database = connect_database(database_url)
    mine = f"{str(make_url(database_url).database)[:40]}_restored_%"
    async with database.reading() as tx:
        rows = await tx.rows(text("SELECT datname FROM pg_database WHERE datname LIKE :mine"), {"mine": mine})
    await database.close()
    return [row[0] for row in rows]


async def test_a_whole_backup_stays_while_an_increment_needs_it(tmp_path: Path) -> None:
    target = BackupTarget(str(tmp_path), kept_days=30)
    archive = tmp_path / "archive"
    archive.touch()
    old, base, newest = (backup_name(later(NOON, -age * DAY_SECONDS)) for age in (60, 35, 1))
    gone = backup_name(later(NOON, -31 * DAY_SECONDS), base=base)
    needs = backup_name(later(NOON, -29 * DAY_SECONDS), base=base)
    for name in (old, base, gone, needs, newest):
        await target.keep(name, archive)
    assert await target.forget_old(NOON) == [old, gone]
    assert await target.forget_old(later(NOON, 2 * DAY_SECONDS)) == [base, needs]
    assert await target.names() == [newest]


async def test_a_target_that_lets_nobody_remove_anything_gets_backups_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forbid(*_: object) -> None:
        raise obstore.exceptions.PermissionDeniedError

    target = BackupTarget(str(tmp_path), kept_days=30)
    archive = tmp_path / "archive"
    archive.touch()
    names = [backup_name(later(NOON, -age * DAY_SECONDS)) for age in (60, 0)]
    for name in names:
        await target.keep(name, archive)
    monkeypatch.setattr(obstore, "delete_async", forbid)
    assert await target.forget_old(NOON) == []
    assert await target.names() == names


async def test_a_base_is_young_and_larger_than_what_was_added(tmp_path: Path) -> None:
    target = BackupTarget(str(tmp_path))
    archive = tmp_path / "archive"

    async def keep(name: str, size: int) -> str:
        archive.write_bytes(b"x" * size)
        await target.keep(name, archive)
        return name

    with pytest.raises(BaseUnfit, match="no whole backup"):
        await target.base(NOON)
    base = await keep(backup_name(NOON), 1_000)
    await keep(backup_name(later(NOON, 1), base=base), 500)
    assert await target.base(NOON) == base
    with pytest.raises(BaseUnfit, match="too old"):
        await target.base(later(NOON, 1))
    await keep(backup_name(later(NOON, 2), base=base), 501)
    with pytest.raises(BaseUnfit, match="more than half"):
        await target.base(NOON)


async def test_a_manifest_names_what_an_increment_builds_on(sqlite_database_url: str, tmp_path: Path) -> None:
    settings = installation(sqlite_database_url, tmp_path, {})
    base, increment = await made(settings), await made(settings)
    manifests = [read_manifest(tmp_path / "backups" / backup.name) for backup in (base, increment)]
    built_on = manifests[1].base
    assert built_on
    assert (built_on.name, built_on.sha256, built_on.log) == (base.name, manifests[0].sha256, base.log)
