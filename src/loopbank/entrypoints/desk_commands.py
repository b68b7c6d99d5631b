"""The command line's part of the desk: paying a table of any length."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from loopbank.access import Actor
from loopbank.bank import Mandate, Receipt, RowOutcome, Treasury
from loopbank.entrypoints.coin import build_bank
from loopbank.entrypoints.console import AsJson, fail, progress_bar, require_current, run, say, settings_given, tell
from loopbank.foundation.database import connect_database
from loopbank.foundation.errors import Refusal
from loopbank.foundation.metrics import Metrics
from loopbank.foundation.settings import Installation

_PIECE_BYTES = 1 << 20


def pay_table_command(
    file: Annotated[Path, typer.Argument(help="CSV: userId or accountNumber, amount, reason.", exists=True)],
    treasury: Annotated[Treasury | None, typer.Option(help="Who pays; without one coins are minted.")] = None,
    key: Annotated[str | None, typer.Option(help="Names this act; by itself the same file is paid once.")] = None,
    as_json: AsJson = False,  # noqa: FBT002 -- an option of the command line
) -> None:
    """Pay everybody in a table; rows that are refused are told, and the command ends with 1."""
    settings = settings_given()
    require_current(settings)
    digest, lines = _measured(file)
    with progress_bar(as_json=as_json) as progress:
        task = progress.add_task("Paying", total=max(0, lines - 1))

        def paid(row: RowOutcome) -> None:
            progress.advance(task)
            if isinstance(row.outcome, Refusal):
                say(progress.console, f"line {row.line}: {row.outcome.detail}", style="red")

        try:
            done, refused = run(_pay(settings, file, treasury, key or digest, paid))
        except UnicodeDecodeError:
            fail("The table is not UTF-8.")
    tell(f"{done} paid, {refused} refused.", {"paid": done, "refused": refused}, as_json=as_json)
    if refused:
        raise typer.Exit(1)


async def _pay(
    settings: Installation, file: Path, treasury: Treasury | None, key: str, paid: Callable[[RowOutcome], None]
) -> tuple[int, int]:
    """Pay the rows as they are read, and give how many were paid and refused."""
    database = connect_database(settings.database_url)
    bank = build_bank(settings, database, Metrics())
    mandate = Mandate(actor=Actor("command line", "command line"), credential="command line", key_scope="command line")
    counts = {True: 0, False: 0}
    await bank.start()
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            async for row in bank.imports.pay(mandate, lines, treasury=treasury, key=key):
                counts[isinstance(row.outcome, Receipt)] += 1
                paid(row)
    finally:
        await bank.close()
        await database.close()
    return counts[True], counts[False]


def _measured(file: Path) -> tuple[str, int]:
    """Give a file's SHA-256 and how many lines it has, reading it once in pieces."""
    digest, lines = hashlib.sha256(), 0
    with file.open("rb") as content:
        while piece := content.read(_PIECE_BYTES):
            digest.update(piece)
            lines += piece.count(b"\n")
    return digest.hexdigest(), lines
