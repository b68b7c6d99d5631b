"""A full disk refuses and forgets nothing; when there is room again, life goes on."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.operations.banks import findings
from tests.support.stories import opened_bank

ROOM_BYTES = 40_000


@contextmanager
def no_more_room(path: Path) -> Iterator[None]:
    """Let no file of this process grow further than this one is now, and a little."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + ROOM_BYTES, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_full_disk_refuses_payments_and_loses_none(sqlite_database_url: str, tmp_path: Path) -> None:
    log = Path(sqlite_database_url.removeprefix("sqlite:///") + "-wal")
    async with opened_bank(sqlite_database_url, tmp_path, BACKUP_AT="", CHECK_AT="") as bank:
        runner, fixer = await bank.person("runner"), await bank.person("fixer")
        acknowledged = 0
        with no_more_room(log):
            while (answer := await runner.pay(fixer, "0.01", key=f"payment-{acknowledged}")).status_code == 201:
                acknowledged += 1
            assert answer.status_code == 503
            assert (await runner.http.get("/api/v1/account")).status_code == 200
        again = await runner.pay(fixer, "0.01", key=f"payment-{acknowledged}")
        assert again.status_code == 201
        assert await fixer.balance() == round(1000 + (acknowledged + 1) / 100, 2)
        assert await findings(bank.settings, bank.database) == []
