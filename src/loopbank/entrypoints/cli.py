"""The command line: what `loopbank` and each of its commands do."""

import json
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from loopbank.coins import InvalidAmount, format_coins, parse_amount
from loopbank.entrypoints import commands
from loopbank.entrypoints.badge_command import badges_command
from loopbank.entrypoints.casino_commands import simulate_command, verify_round_command
from loopbank.entrypoints.console import (
    AsJson,
    database_is_current,
    err,
    fail,
    out,
    own_words,
    progress_bar,
    require_current,
    run,
    say,
    settings_given,
    tell,
)
from loopbank.entrypoints.desk_commands import pay_table_command
from loopbank.entrypoints.key_commands import rotate_keys_command
from loopbank.entrypoints.operations_commands import backup_command, move_command, restore_command
from loopbank.entrypoints.server import Door, serve
from loopbank.entrypoints.town import fill_town
from loopbank.foundation.checks import CheckPass, Finding
from loopbank.foundation.database_errors import DatabaseUnavailable
from loopbank.foundation.errors import Refusal
from loopbank.foundation.network import local_addresses
from loopbank.foundation.settings import Installation, InvalidSettings
from loopbank.migrations import migrate

app = typer.Typer(help="A self-hosted bank for a closed-loop currency.", no_args_is_help=True, add_completion=False)
admin = typer.Typer(help="Administrators.", no_args_is_help=True)
app.add_typer(admin, name="admin")
keys = typer.Typer(help="The keys that sign access tokens.", no_args_is_help=True)
app.add_typer(keys, name="keys")
app.command("verify-round")(verify_round_command)
app.command("pay-table")(pay_table_command)
app.command("simulate")(simulate_command)
app.command("backup")(backup_command)
app.command("restore")(restore_command)
app.command("move")(move_command)
app.command("badges")(badges_command)
keys.command("rotate")(rotate_keys_command)


class Which(StrEnum):
    """What `serve` runs."""

    ALL = "all"
    AUTH = "auth"
    COIN = "coin"
    WEB = "web"


_PORTS = {Which.ALL: 8080, Which.AUTH: 5000, Which.COIN: 5001, Which.WEB: 5003}


@app.command("serve")
def serve_command(
    which: Annotated[
        Which, typer.Argument(help="Everything in one process, or one service, or the web app.")
    ] = Which.ALL,
    host: Annotated[str | None, typer.Option(help="Address to listen on. [LOOPBANK_HOST]")] = None,
    port: Annotated[int | None, typer.Option(help="8080 for all, 5000 for auth, 5001 for coin, 5003 for web.")] = None,
    processes: Annotated[int, typer.Option(help="How many share the port, on PostgreSQL.", min=1, max=64)] = 1,
) -> None:
    """Answer requests until stopped."""
    settings = settings_given()
    if which is not Which.WEB:
        require_current(settings)
    if processes > 1 and settings.is_on_sqlite:
        fail("Several processes need PostgreSQL: a SQLite file has one writer.")
    door = _door(settings, host, port or settings.port or _PORTS[which])
    setup_path = None if which in (Which.COIN, Which.WEB) else run(commands.setup_path(settings))
    started = serve(
        lambda: commands.served(settings, which.value),
        door,
        ready=lambda: _welcome(settings, door, setup_path),
        processes=processes,
    )
    if not started:
        raise typer.Exit(1)


@app.command("worker")
def worker_command(
    host: Annotated[str | None, typer.Option(help="Address of its health and metrics. [LOOPBANK_HOST]")] = None,
    port: Annotated[int, typer.Option(help="Port of its health and metrics; 0 takes any.")] = 5002,
) -> None:
    """Seal the log, tell its readers and keep the schedules, until stopped."""
    settings = settings_given()
    require_current(settings)
    door = _door(settings, host, port)
    if not serve(lambda: commands.served(settings, "worker"), door, ready=lambda: None):
        raise typer.Exit(1)


@app.command("migrate")
def migrate_command() -> None:
    """Bring the database to this release's tables."""
    settings = settings_given()
    database_is_current(settings)
    migrate(settings.database_url)
    out.print("The database is up to date.")


@admin.command("create")
def create_admin_command(
    name: Annotated[str, typer.Option(help="The name to sign in with.")],
    password_stdin: Annotated[  # noqa: FBT002 -- an option of the command line
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    email: Annotated[str | None, typer.Option(help="Mail address.")] = None,
    as_json: AsJson = False,  # noqa: FBT002 -- an option of the command line
) -> None:
    """Create an administrator; the first one becomes SUPERADMIN."""
    settings = settings_given()
    require_current(settings)
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else typer.prompt("Password", hide_input=True)
    role = run(commands.create_administrator(settings, name=name, email=email, password=password))
    tell(f"{name} is {role}.", {"name": name, "role": role}, as_json=as_json)


@app.command("mint")
def mint_command(
    to: Annotated[str, typer.Option(help="Account number that receives the coins.")],
    amount: Annotated[str, typer.Option(help="Coins, at most two decimals.")],
    reason: Annotated[str, typer.Option(help="Why; it stands in the books.")],
    key: Annotated[str | None, typer.Option(help="Names this act: repeated with the same key it mints once.")] = None,
    as_json: AsJson = False,  # noqa: FBT002 -- an option of the command line
) -> None:
    """Bring new coins into circulation."""
    settings = settings_given()
    require_current(settings)
    try:
        coins = parse_amount(amount)
    except InvalidAmount as error:
        fail(str(error))
    minted = run(commands.mint(settings, to=to, amount=coins, reason=reason, key=key))
    tell(
        f"Minted {format_coins(coins)} {settings.currency_symbol} to {to}"
        + (" (it was done before)." if minted["is_replay"] else "."),
        minted,
        as_json=as_json,
    )


@app.command("check")
def check_command(as_json: AsJson = False) -> None:  # noqa: FBT002 -- an option of the command line
    """Prove the books and the log; exit with 1 when anything is found."""
    settings = settings_given()
    require_current(settings)
    with progress_bar(as_json=as_json) as progress:
        task = progress.add_task("Checking")

        def begin(check: CheckPass, total: int) -> None:
            progress.update(task, description=f"Checking {check.name}", total=total, advance=1)

        def show(finding: Finding) -> None:
            _print_finding(finding, as_json=as_json)

        checks, findings = run(commands.check(settings, begin=begin, found=show))
    tell(f"{checks} checks, {findings} findings.", {"checks": checks, "findings": findings}, as_json=as_json)
    if findings:
        raise typer.Exit(1)


@app.command("contract")
def contract_command(
    folder: Annotated[Path, typer.Argument(help="Where auth.openapi.json and coin.openapi.json are written.")],
) -> None:
    """Write the published contracts."""
    for name, document in commands.contracts(settings_given()).items():
        text = json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        (folder / f"{name}.openapi.json").write_text(text)


@app.command("demo")
def demo_command(
    people: Annotated[int, typer.Option(help="How many people live in the town.", min=2, max=200)] = 24,
    payments: Annotated[int, typer.Option(help="How often they pay each other.", min=0, max=20_000)] = 400,
) -> None:
    """Fill a small town: people with accounts who have traded for a day. Their password is printed."""
    settings = settings_given()
    require_current(settings)
    with progress_bar() as progress:
        task = progress.add_task("Filling the town", total=people + payments)
        town = run(fill_town(settings, people=people, payments=payments, step=lambda: progress.advance(task)))
    out.print(f"{town.people} people have made {town.payments} payments.")
    out.print(f"Sign in as [bold]{town.example}[/bold] with the password [bold]{town.password}[/bold].")


def _print_finding(finding: Finding, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"check": finding.check, "detail": finding.detail}, ensure_ascii=False))
    else:
        say(out, f"{finding.check}: {finding.detail}", style="red")


def main() -> None:
    """Run the command line; expected mistakes end with a sentence and exit code 2."""
    # What this process creates (the database, the secret) is nobody else's to read.
    os.umask(0o077)
    try:
        app()
    except InvalidSettings as error:
        say(err, f"These settings cannot work:\n{error}", style="red")
        sys.exit(2)
    except DatabaseUnavailable as error:
        say(err, f"The database cannot be used: {own_words(error)}", style="red")
        sys.exit(2)
    except Refusal as refusal:
        say(err, refusal.detail, style="red")
        sys.exit(2)


def _door(settings: Installation, host: str | None, port: int) -> Door:
    return Door(host or settings.host, port, settings.trusted_proxies, settings.drain_seconds)


def _welcome(settings: Installation, door: Door, setup_path: str | None) -> None:
    """Print where the bank is, and the one-time link that makes the first administrator."""
    is_everywhere = door.host == "0.0.0.0"  # noqa: S104 -- a comparison, not a binding
    hosts = [*local_addresses(), "localhost"] if is_everywhere else [door.host]
    named = [settings.public_url] if settings.public_url else []
    addresses = list(dict.fromkeys([*named, *(f"http://{host}:{door.port}" for host in hosts)]))
    print(f"\n  {settings.product_name} is open: " + "  ".join(addresses), flush=True)
    if setup_path is not None:
        print(f"  Make yourself the first administrator (once): {addresses[0]}{setup_path}", flush=True)
    print(flush=True)
