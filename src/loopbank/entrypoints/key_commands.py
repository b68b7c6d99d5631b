"""The command line's part of the signing keys."""

from typing import Annotated

import typer

from loopbank.entrypoints import commands
from loopbank.entrypoints.console import AsJson, fail, require_current, run, settings_given, tell
from loopbank.identity import SigningKeyUnreadable


def rotate_keys_command(
    stolen: Annotated[  # noqa: FBT002 -- an option of the command line
        bool,
        typer.Option(
            "--stolen",
            help="Withdraw all other keys: within a minute, or at once when the services start again, every access "
            "token ends. Everybody is signed out of everything, apps too, and no link, slip or code sent before opens "
            "anything.",
        ),
    ] = False,
    as_json: AsJson = False,  # noqa: FBT002 -- an option of the command line
) -> None:
    """Let a new key sign access tokens. The old one stays published until its last token has ended."""
    settings = settings_given()
    require_current(settings)
    try:
        key_id = run(commands.rotate_keys(settings, withdraws=stolen))
    except SigningKeyUnreadable as error:
        fail(str(error))
    when = "is published, and signs in two minutes."
    if stolen:
        when = (
            "signs now. All others are withdrawn, and everybody signs in anew. Now look through the audit log for what "
            "a thief may have left behind: roles, API keys, clients, webhooks."
        )
    tell(f"The key {key_id} {when}", {"key": key_id, "withdrawn": stolen}, as_json=as_json)
