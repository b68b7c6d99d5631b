"""`loopbank badges`: cards to print for everybody who has an account."""

from pathlib import Path
from typing import Annotated

import typer

from loopbank.bank import Holder
from loopbank.entrypoints.coin import build_bank
from loopbank.entrypoints.console import AsJson, fail, require_current, run, settings_given, tell
from loopbank.foundation.database import connect_database
from loopbank.foundation.metrics import Metrics
from loopbank.foundation.settings import Installation
from loopbank.operations import Badge, write_badges


def badges_command(
    file: Annotated[Path, typer.Argument(help="The PDF to write.", dir_okay=False)],
    faction: Annotated[str | None, typer.Option(help="Only people of one faction.")] = None,
    font: Annotated[
        Path | None, typer.Option(help="A TrueType font with the letters of all names.", exists=True, dir_okay=False)
    ] = None,
    as_json: AsJson = False,  # noqa: FBT002 -- an option of the command line
) -> None:
    """Write a card with name, account number and QR code for everybody who has an account, eight to a page."""
    settings = settings_given()
    require_current(settings)
    people = run(_people(settings))
    badges = [
        Badge(person.display_name, person.account_number, person.faction)
        for person in sorted(people, key=lambda person: person.display_name.casefold())
        if faction in (None, person.faction) and person.is_active
    ]
    if not badges:
        fail("There is nobody to make a badge for.")
    pages = write_badges(badges, settings.product_name, file, font=font)
    tell(f"{len(badges)} badges on {pages} pages.", {"badges": len(badges), "pages": pages}, as_json=as_json)


async def _people(settings: Installation) -> list[Holder]:
    database = connect_database(settings.database_url)
    try:
        bank = build_bank(settings, database, Metrics())
        return [holder async for holder, _ in bank.office.everybody()]
    finally:
        await database.close()
