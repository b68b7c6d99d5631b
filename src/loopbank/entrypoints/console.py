"""What the commands share: reading settings, speaking to a person or a program, and ending with a sentence."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress, ProgressColumn

from loopbank.foundation.logging import configure_logging
from loopbank.foundation.settings import Installation, read_settings
from loopbank.migrations import is_current

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document for programs.")]

out = Console()
err = Console(stderr=True)

_Answer = TypeVar("_Answer")


def settings_given() -> Installation:
    """Read the environment and set up logging. Raises InvalidSettings."""
    settings = read_settings()
    configure_logging(as_json=settings.log_json)
    return settings


def require_current(settings: Installation) -> None:
    """End the command unless the database has this release's tables."""
    if not database_is_current(settings):
        fail("The database is not up to date. Run: loopbank migrate")


def database_is_current(settings: Installation) -> bool:
    """Tell whether the database has this release's tables; ends the command when it cannot be reached."""
    try:
        return is_current(settings.database_url)
    except Exception as error:  # noqa: BLE001 -- each driver has its own ways to say that it cannot connect
        fail(f"The database cannot be reached: {own_words(error)}")


def own_words(error: BaseException) -> str:
    """Give what a driver or the system said, without what the libraries on the way wrapped around it."""
    cause = error
    while (within := getattr(cause, "orig", None) or cause.__cause__) is not None:
        cause = within
    return str(cause)


def progress_bar(*columns: ProgressColumn, as_json: bool = False) -> Progress:
    """Show how far a command is to whoever sits in front of it; neither a program nor a file is told."""
    return Progress(*columns, console=err, disable=as_json or not err.is_terminal, transient=True)


def run(work: Coroutine[Any, Any, _Answer]) -> _Answer:
    """Do a command's work to its end."""
    return asyncio.run(work)


def tell(sentence: str, document: dict[str, Any], *, as_json: bool) -> None:
    """Tell a result: a sentence for a person, a document for a program."""
    if as_json:
        print(json.dumps(document, ensure_ascii=False))
    else:
        say(out, sentence)


def say(console: Console, sentence: str, *, style: str | None = None) -> None:
    """Print a sentence as it is: names are no markup, and no line is broken for whoever reads it from a pipe."""
    console.print(sentence, style=style, markup=False, highlight=False, emoji=False, soft_wrap=True)


def fail(sentence: str) -> NoReturn:
    """End the command with a sentence and exit code 2."""
    say(err, sentence, style="red")
    raise typer.Exit(2)
