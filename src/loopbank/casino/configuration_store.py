"""Every statement on configurations and the games' settings."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert  # SQLite's syntax is the same.

from loopbank.casino.core import Configuration, canonical_text
from loopbank.casino.tables import configuration, setting
from loopbank.foundation.clock import Instant
from loopbank.foundation.database import Transaction
from loopbank.foundation.prepared import Prepared

_SETTING_COLUMNS = ("game", "is_enabled", "config_hash", "dial", "updated_at")
_SETTINGS = select(*(setting.c[name] for name in _SETTING_COLUMNS))
_SETTING = Prepared(_SETTINGS.where(setting.c.game == bindparam("game")))
_DOCUMENT = select(configuration.c.document).where(configuration.c.hash == bindparam("hash"))


@dataclass(frozen=True, slots=True)
class Setting:
    """How a game stands: open or closed, and the configuration it is played with."""

    game: str
    is_enabled: bool
    config_hash: str
    dial: int
    updated_at: Instant


async def read_setting(tx: Transaction, game: str) -> Setting | None:
    """Read a game's setting; None before the first one."""
    row = await tx.row(_SETTING, {"game": game})
    return None if row is None else Setting(*row)


async def insert_setting(tx: Transaction, first: Setting) -> None:
    """Add a game's first setting; one that is there stays as it is."""
    await tx.run(insert(setting).values(_values(first)).on_conflict_do_nothing())


async def write_setting(tx: Transaction, changed: Setting) -> None:
    """Write a game's setting."""
    statement = insert(setting).values(_values(changed))
    changes = {name: statement.excluded[name] for name in _SETTING_COLUMNS[1:]}
    await tx.run(statement.on_conflict_do_update(index_elements=["game"], set_=changes))


async def insert_configuration(tx: Transaction, added: Configuration, now: Instant) -> bool:
    """Add a configuration; gives whether it is new."""
    values = {
        "hash": added.hash,
        "game": added.game,
        "dial": added.dial,
        "document": canonical_text(added),
        "created_at": now,
    }
    return await tx.run(insert(configuration).values(values).on_conflict_do_nothing()) == 1


async def read_document(tx: Transaction, config_hash: str) -> str | None:
    """Read a configuration's canonical text."""
    document: str | None = await tx.value(_DOCUMENT, {"hash": config_hash})
    return document


def _values(one: Setting) -> dict[str, object]:
    return {name: getattr(one, name) for name in _SETTING_COLUMNS}
