"""Backups: proven before they are kept, whole when they come back, refused when they are not what they were."""

import asyncio
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from moto.server import ThreadedMotoServer
from sqlalchemy import text

from loopbank.entrypoints.operations_commands import build_backups
from loopbank.foundation.database import connect_database
from loopbank.foundation.settings import Installation
from loopbank.operations import BackupTarget, RestoredBank
from loopbank.operations.archive import read_manifest
from loopbank.operations.errors import BackupNotFound, BackupUnsound, DatabaseInUse, DatabaseNotEmpty, PassphraseNeeded
from loopbank.operations.targets import backup_name
from tests.operations.banks import LivedIn, assert_remembered, live
from tests.support.stories import installation, opened_bank

pytestmark = pytest.mark.timeout(240)

AGE = b"age-encryption.org/v1"
PASSPHRASE = "rain on chrome, all night"
NOON = 1_790_000_000_000_000
DAY = 86_400_000_000


async def backed_up(settings: Installation, folder: Path) -> tuple[LivedIn, Path]:
    """Let people live in a bank and back it up while it is open; then let it go on."""
    async with opened_bank(settings.database_url, folder) as bank:
        lived = await live(bank)
        made = await build_backups(settings).make(bank.database)
        assert (await lived.payer.pay(lived.receiver, 5)).status_code == 201
    assert made.log.entries + made.log.waiting > 0
    return lived, folder / "backups" / made.name


async def test_a_restored_bank_remembers_everything_up_to_its_backup(
    database_url: str, tmp_path: Path, restored_databases: list[RestoredBank]
) -> None:
    settings = installation(database_url, tmp_path, {})
    lived, archive = await backed_up(settings, tmp_path)
    backups = build_backups(settings)
    with pytest.raises(DatabaseNotEmpty):
        await backups.restore("", replaces=False)
    restored_databases.append(await backups.restore(archive.name, replaces=True))
    assert restored_databases[0].kept
    await assert_remembered(lived, database_url, tmp_path)


async def test_an_encrypted_backup_opens_with_its_passphrase_only(sqlite_database_url: str, tmp_path: Path) -> None:
    settings = installation(sqlite_database_url, tmp_path, {"BACKUP_PASSPHRASE": PASSPHRASE})
    async with opened_bank(sqlite_database_url, tmp_path) as bank:
        whole = await build_backups(installation(sqlite_database_url, tmp_path, {})).make(bank.database)
        lived = await live(bank)
        increment = await build_backups(settings).make(bank.database)
    assert increment.base == whole.name
    assert payload_beginning(tmp_path / "backups" / increment.name) == AGE
    for wrong in ("", "guess"):
        elsewhere = installation(f"sqlite:///{tmp_path}/{wrong}new.db", tmp_path, {"BACKUP_PASSPHRASE": wrong})
        with pytest.raises(PassphraseNeeded):
            await build_backups(elsewhere).restore("", replaces=False)
        assert not (tmp_path / f"{wrong}new.db").exists()
    new = installation(f"sqlite:///{tmp_path}/new.db", tmp_path, {"BACKUP_PASSPHRASE": PASSPHRASE})
    assert (await build_backups(new).restore("", replaces=False)).kept is None
    await assert_remembered(lived, new.database_url, tmp_path)


def payload_beginning(archive: Path) -> bytes:
    with tarfile.open(archive) as tar:
        payload = tar.extractfile(read_manifest(archive).payload)
        assert payload
        return payload.read(len(AGE))


async def test_a_damaged_or_foreign_backup_is_refused_and_nothing_changes(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    settings = installation(sqlite_database_url, tmp_path, {})
    _, archive = await backed_up(settings, tmp_path)
    new = tmp_path / "new.db"
    backups = build_backups(installation(f"sqlite:///{new}", tmp_path, {}))
    sound = await asyncio.to_thread(archive.read_bytes)
    for damaged in (sound[:-20_000], flipped(sound, len(sound) // 2), b"", b"nothing like it" * 100):
        await asyncio.to_thread(archive.write_bytes, damaged)
        with pytest.raises(BackupUnsound):
            await backups.restore(str(archive), replaces=False)
    await asyncio.to_thread(archive.write_bytes, sound)
    foreign = installation(
        f"sqlite:///{new}", tmp_path, {"SECRET_KEY": "another secret that is quite as long as it is"}
    )
    with pytest.raises(BackupUnsound, match="another secret"):
        await build_backups(foreign).restore("", replaces=False)
    with pytest.raises(BackupNotFound):
        await backups.restore("loopbank-none.tar", replaces=False)
    assert [name for name in await asyncio.to_thread(os.listdir, tmp_path) if name.startswith("new")] == []


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


async def test_a_bank_in_use_is_not_replaced(
    database_url: str, tmp_path: Path, restored_databases: list[RestoredBank]
) -> None:
    settings = installation(database_url, tmp_path, {})
    await backed_up(settings, tmp_path)
    async with opened_bank(database_url, tmp_path) as bank:
        before = await bank.journal()
        with pytest.raises(DatabaseInUse):
            await build_backups(settings).restore("", replaces=True)
        assert await bank.journal() == before


async def test_a_bank_that_does_not_pass_its_checks_gets_no_backup(database_url: str, tmp_path: Path) -> None:
    settings = installation(database_url, tmp_path, {})
    async with opened_bank(database_url, tmp_path) as bank:
        await live(bank)
    database = connect_database(database_url)
    async with database.transaction() as tx:
        name = "coin.account" if database_url.startswith("postgresql") else "account"
        await tx.run(text(f"UPDATE {name} SET balance = balance + 1 WHERE code = 'NC-CASA-0000'"))
    with pytest.raises(BackupUnsound, match="check of"):
        await build_backups(settings).make(database)
    await database.close()
    assert await BackupTarget(str(tmp_path / "backups")).names() == []


async def test_a_corrupted_file_is_kept_and_replaced_by_the_newest_backup(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    settings = installation(sqlite_database_url, tmp_path, {})
    lived, _ = await backed_up(settings, tmp_path)
    file = Path(sqlite_database_url.removeprefix("sqlite:///"))
    await asyncio.to_thread(file.write_bytes, b"\0" * 50_000)
    with pytest.raises(DatabaseNotEmpty):
        await build_backups(settings).restore("", replaces=False)
    restored = await build_backups(settings).restore("", replaces=True)
    assert restored.kept
    assert await asyncio.to_thread(Path(restored.kept).read_bytes) == b"\0" * 50_000
    await assert_remembered(lived, sqlite_database_url, tmp_path)


async def test_backups_are_forgotten_after_their_days_but_never_the_newest(tmp_path: Path) -> None:
    target = BackupTarget(str(tmp_path), kept_days=30)
    archive = tmp_path / "archive"
    archive.touch()
    names = [backup_name(NOON - age * DAY) for age in (90, 31, 29, 0)]  # type: ignore[arg-type]  # an Instant is an int
    for name in names:
        await target.keep(name, archive)
    assert await target.forget_old(NOON) == names[:2]  # type: ignore[arg-type]  # likewise
    assert await target.names() == names[2:]
    assert await target.forget_old(NOON + 900 * DAY) == names[2:3]  # type: ignore[arg-type]  # likewise
    assert await target.newest() == names[3]


@pytest.fixture
def s3_bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket on a local S3 server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "runner",
        "AWS_SECRET_ACCESS_KEY": "chrome",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ALLOW_HTTP": "true",
    }.items():
        monkeypatch.setenv(name, value)
    httpx.put(f"http://{host}:{port}/backups").raise_for_status()
    yield "s3://backups/of-the-bank"
    server.stop()


async def test_a_bank_comes_back_from_an_object_store(s3_bucket: str, sqlite_database_url: str, tmp_path: Path) -> None:
    settings = installation(sqlite_database_url, tmp_path, {"BACKUP_TARGET": s3_bucket})
    async with opened_bank(sqlite_database_url, tmp_path) as bank:
        whole = await build_backups(settings).make(bank.database)
        lived = await live(bank)
        increment = await build_backups(settings).make(bank.database)
    assert (await BackupTarget(s3_bucket).names(), increment.base) == ([whole.name, increment.name], whole.name)
    new = installation(f"sqlite:///{tmp_path}/new.db", tmp_path, {"BACKUP_TARGET": s3_bucket})
    await build_backups(new).restore("", replaces=False)
    await assert_remembered(lived, new.database_url, tmp_path)


async def test_a_manifest_says_what_a_backup_is(sqlite_database_url: str, tmp_path: Path) -> None:
    settings = installation(sqlite_database_url, tmp_path, {})
    _, archive = await backed_up(settings, tmp_path)
    manifest = await asyncio.to_thread(read_manifest, archive)
    assert (manifest.dialect, manifest.product_name, manifest.is_sealed) == ("sqlite", "NeoBank", False)
    assert archive.name == backup_name_of(manifest.made_at)


def backup_name_of(made_at: str) -> str:
    return f"loopbank-{made_at.replace('-', '').replace(':', '')}.tar"
