"""The command line: what it does, what it says, and how it ends."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
import structlog

from loopbank import migrations
from loopbank.entrypoints import cli

HOUSE = "NC-CASA-0000"
PASSWORD = "chrome-rain-4417"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    said: str
    complained: str

    @property
    def document(self) -> dict[str, object]:
        """The one JSON document that `--json` prints."""
        document: dict[str, object] = json.loads(self.said)
        return document


Command = Callable[..., Ended]


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Ended]]:
    """Run the command line in this process: `command("check", database_url=…, stdin="", PORT="x")`."""
    logging, mask = structlog.get_config(), os.umask(0o022)

    def run(*arguments: str, database_url: str, stdin: str = "", **choices: str) -> Ended:
        for name in [name for name in os.environ if name.startswith("LOOPBANK_")]:
            monkeypatch.delenv(name)
        settings = {"DATABASE_URL": database_url, "DATA_DIR": str(tmp_path / "data"), **choices}
        for name, value in settings.items():
            monkeypatch.setenv(f"LOOPBANK_{name}", value)
        monkeypatch.setattr(sys, "argv", ["loopbank", *arguments])
        monkeypatch.setattr(sys, "stdin", StringIO(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)

    yield run
    structlog.configure(**logging)
    os.umask(mask)


def mint(command: Command, database_url: str, *more: str, to: str = HOUSE, amount: str = "12.50") -> Ended:
    arguments = ("--to", to, "--amount", amount, "--reason", "A gift [of the house]", *more)
    return command("mint", *arguments, database_url=database_url)


def test_migrating_makes_a_bank_and_may_be_repeated(command: Command, tmp_path: Path) -> None:
    database_url = f"sqlite:///{tmp_path}/new folder/bank.db"
    for _ in range(2):
        ended = command("migrate", database_url=database_url)
        assert (ended.code, ended.said) == (0, "The database is up to date.\n")
    assert migrations.is_current(database_url)


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve", "all"),
        ("worker",),
        ("check",),
        ("mint", "--to", HOUSE, "--amount", "1", "--reason", "x"),
        ("admin", "create", "--name", "Night Desk", "--password-stdin"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_database_without_tables_is_named_with_its_remedy(
    command: Command, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    ended = command(*arguments, database_url=f"sqlite:///{tmp_path}/none.db", stdin=f"{PASSWORD}\n")
    assert ended.code == 2
    assert ended.complained == "The database is not up to date. Run: loopbank migrate\n"
    assert not (tmp_path / "none.db").exists()


def test_the_first_administrator_rules_and_the_next_ones_help(command: Command, database_url: str) -> None:
    arguments = ("admin", "create", "--password-stdin", "--name")
    first = command(*arguments, "Night Desk", database_url=database_url, stdin=f"{PASSWORD}\n")
    assert (first.code, first.said) == (0, "Night Desk is SUPERADMIN.\n")
    second = command(*arguments, "Day Desk", "--json", database_url=database_url, stdin=f"{PASSWORD}\n")
    assert (second.code, second.document) == (0, {"name": "Day Desk", "role": "ADMIN"})


@pytest.mark.parametrize(
    ("name", "password", "sentence"),
    [
        ("night  DESK", PASSWORD, "This character name is already taken."),
        ("Night@Desk", PASSWORD, "A character name has no @."),
        ("admin", PASSWORD, "This character name is reserved."),
        ("Day Desk", "short", "password"),
        ("Day Desk", "", "password"),
    ],
)
def test_an_administrator_who_cannot_be_is_refused(
    command: Command, sqlite_database_url: str, name: str, password: str, sentence: str
) -> None:
    arguments = ("admin", "create", "--password-stdin", "--name")
    command(*arguments, "Night Desk", database_url=sqlite_database_url, stdin=f"{PASSWORD}\n")
    ended = command(*arguments, name, database_url=sqlite_database_url, stdin=f"{password}\n")
    assert ended.code == 2
    assert sentence.lower() in ended.complained.lower()
    assert ended.said == ""


def test_signing_keys_are_rotated_and_stolen_ones_withdrawn(command: Command, database_url: str) -> None:
    made = [command("keys", "rotate", "--json", database_url=database_url).document for _ in range(2)]
    assert len({document["key"] for document in made}) == 2
    assert [document["withdrawn"] for document in made] == [False, False]
    stolen = command("keys", "rotate", "--stolen", database_url=database_url)
    assert stolen.code == 0
    assert "signs now. All others are withdrawn, and everybody signs in anew." in " ".join(stolen.said.split())
    wrong = command("keys", "rotate", database_url=database_url, SECRET_KEY="another secret, the wrong one for this")
    assert (wrong.code, wrong.said) == (2, "")
    assert "SECRET_KEY" in wrong.complained


def test_minting_brings_coins_once_per_key(command: Command, database_url: str) -> None:
    first = mint(command, database_url, "--key", "gift-1", "--json")
    assert first.code == 0
    assert first.document == {
        "transaction": 2,
        "to_account": HOUSE,
        "amount": 12.5,
        "new_balance": 100_012.5,
        "is_replay": False,
    }
    again = mint(command, database_url, "--key", "gift-1", "--json")
    assert (again.code, again.document) == (0, {**first.document, "is_replay": True})
    spoken = mint(command, database_url, "--key", "gift-1")
    assert (spoken.code, spoken.said) == (0, f"Minted 12.50 ¤ to {HOUSE} (it was done before).\n")
    without_a_key = [mint(command, database_url, "--json").document["new_balance"] for _ in range(2)]
    assert without_a_key == [100_025, 100_037.5]
    assert command("check", database_url=database_url).code == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"amount": "13"}, "The idempotency key was used before with another value of amount.\n"),
        ({"to": "NC-SYST-EM00"}, "The idempotency key was used before with another value of to.\n"),
    ],
)
def test_a_key_of_another_mint_is_refused_in_the_commands_own_words(
    command: Command, sqlite_database_url: str, change: dict[str, str], sentence: str
) -> None:
    mint(command, sqlite_database_url, "--key", "gift-1")
    ended = mint(command, sqlite_database_url, "--key", "gift-1", **change)
    assert (ended.code, ended.complained) == (2, sentence)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"amount": "0"}, "The amount must be greater than zero."),
        ({"amount": "0.001"}, "The amount may have at most two decimals."),
        ({"amount": "NaN"}, "The amount must be a number."),
        ({"amount": "1e3"}, "The amount must be a number."),
        ({"amount": "9999999999999999"}, "The amount is out of range."),
        ({"to": "NC-0000-ZZZZ"}, "There is no account with this number."),
        ({"to": "nobody [/at all]"}, "There is no account with this number."),
    ],
)
def test_a_mint_that_cannot_be_is_refused_and_writes_nothing(
    command: Command, sqlite_database_url: str, change: dict[str, str], sentence: str
) -> None:
    ended = mint(command, sqlite_database_url, "--json", **change)
    assert (ended.code, ended.complained, ended.said) == (2, f"{sentence}\n", "")
    assert mint(command, sqlite_database_url, "--json").document["new_balance"] == 100_012.5


def test_a_clean_bank_passes_its_check(command: Command, database_url: str) -> None:
    mint(command, database_url)
    ended = command("check", "--json", database_url=database_url)
    assert ended.code == 0
    assert ended.document["findings"] == 0
    checks = ended.document["checks"]
    assert isinstance(checks, int)
    assert checks > 1
    assert command("check", database_url=database_url).said == f"{checks} checks, 0 findings.\n"


def test_a_check_tells_what_it_finds_and_exits_with_one(command: Command, sqlite_database_url: str) -> None:
    mint(command, sqlite_database_url)
    with sqlite3.connect(sqlite_database_url.removeprefix("sqlite:///")) as books:
        books.execute("UPDATE account SET balance = balance + 1 WHERE code = ?", (HOUSE,))
    books.close()
    ended = command("check", "--json", database_url=sqlite_database_url)
    assert ended.code == 1
    *findings, total = [json.loads(line) for line in ended.said.splitlines()]
    assert findings
    assert total["findings"] == len(findings)
    assert all(finding.keys() == {"check", "detail"} and finding["detail"] for finding in findings)
    spoken = command("check", database_url=sqlite_database_url)
    assert spoken.code == 1
    assert findings[0]["detail"] in spoken.said


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({"PORT": "99999"}, "LOOPBANK_PORT: "),
        ({"PORT": "http"}, "LOOPBANK_PORT: "),
        ({"PROFILE": "party"}, "LOOPBANK_PROFILE: "),
        ({"HOUSE_START": "lots"}, "LOOPBANK_HOUSE_START: The amount must be a number."),
        ({"HOUSE_START": "-5"}, "LOOPBANK_HOUSE_START: The amount must not be negative."),
        ({"WELCOME_BONUS": "0.001"}, "LOOPBANK_WELCOME_BONUS: The amount may have at most two decimals."),
        ({"ACCOUNT_PREFIX": "nc"}, "LOOPBANK_ACCOUNT_PREFIX: "),
        ({"CURRENCY_CODE": ""}, "LOOPBANK_CURRENCY_CODE: "),
        ({"CURRENCY_CODE": "two words"}, "LOOPBANK_CURRENCY_CODE: "),
        ({"BANK_ACCOUNT": "the vault"}, "LOOPBANK_BANK_ACCOUNT: An account number looks like NC-CASA-0000."),
        ({"TRANSFERS_PER_MINUTE": "0"}, "LOOPBANK_TRANSFERS_PER_MINUTE: "),
        ({"DATABASE_URL": "mysql://somewhere/bank"}, "LOOPBANK_DATABASE_URL: The address must begin with sqlite:///"),
        ({"PROFILE": "platform", "SECRET_KEY": "short"}, "SECRET_KEY must have at least 32 characters"),
    ],
    ids=str,
)
def test_a_setting_that_cannot_work_is_named_in_a_sentence(
    command: Command, sqlite_database_url: str, choice: dict[str, str], sentence: str
) -> None:
    ended = command("migrate", **{"database_url": sqlite_database_url, **choice})
    assert ended.code == 2
    heading, mistake = ended.complained.splitlines()
    assert heading == "These settings cannot work:"
    assert mistake.startswith(sentence)
    assert ended.said == ""


def test_every_wrong_setting_is_named_at_once(command: Command, sqlite_database_url: str) -> None:
    ended = command("migrate", database_url=sqlite_database_url, PORT="x", PROFILE="y", HOUSE_START="z")
    assert {line.partition(":")[0] for line in ended.complained.splitlines()[1:]} == {
        "LOOPBANK_PORT",
        "LOOPBANK_PROFILE",
        "LOOPBANK_HOUSE_START",
    }


@pytest.mark.parametrize("arguments", [("migrate",), ("check",), ("serve",)], ids=lambda arguments: arguments[0])
def test_a_database_that_is_not_there_is_named_in_a_sentence(command: Command, arguments: tuple[str, ...]) -> None:
    ended = command(*arguments, database_url="postgresql://nobody@127.0.0.1:9/bank")
    assert ended.code == 2
    assert ended.complained.startswith("The database cannot be reached: ")
    assert "Traceback" not in ended.complained


def test_the_contract_is_written_where_it_is_wanted(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "api"
    folder.mkdir()
    assert command("contract", str(folder), database_url=f"sqlite:///{tmp_path}/none.db").code == 0
    for service in ("auth", "coin"):
        assert json.loads((folder / f"{service}.openapi.json").read_text())["openapi"].startswith("3.1")


def test_the_installed_program_says_what_it_can() -> None:
    program = Path(sys.executable).parent / "loopbank"
    shown = subprocess.run([program, "--help"], capture_output=True, text=True, check=True, timeout=60)
    for word in ("serve", "worker", "migrate", "admin", "mint", "check", "contract"):
        assert word in shown.stdout


def test_a_table_is_paid_once_and_what_is_refused_is_told(
    command: Command, sqlite_database_url: str, tmp_path: Path
) -> None:
    opened = command("mint", "--to", HOUSE, "--amount", "1", "--reason", "opening", database_url=sqlite_database_url)
    assert opened.code == 0
    table = tmp_path / "prizes.csv"
    table.write_text("userId,amount,reason\nnobody,5,first prize\n")
    for _ in range(2):
        refused = command("pay-table", str(table), "--json", database_url=sqlite_database_url)
        assert (refused.code, refused.document) == (1, {"paid": 0, "refused": 1})
    ended = command("pay-table", str(table), database_url=sqlite_database_url)
    assert "line 2: There is no wallet for this user." in ended.complained
    table.write_text("nonsense\n")
    assert command("pay-table", str(table), database_url=sqlite_database_url).code == 2


def test_a_database_that_cannot_be_written_is_named_in_a_sentence(command: Command) -> None:
    ended = command("migrate", database_url="sqlite:////dev/null/bank.db")
    assert (ended.code, ended.complained.count("\n")) == (2, 1)
    assert ended.complained.startswith("The database cannot be used: [Errno ")


def test_a_damaged_database_is_named_in_a_sentence(command: Command, sqlite_database_url: str) -> None:
    file = sqlite_database_url.removeprefix("sqlite:///")
    with sqlite3.connect(file) as books:
        root = books.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'account'").fetchone()[0]
        size = books.execute("PRAGMA page_size").fetchone()[0]
    books.close()
    with Path(file).open("r+b") as pages:
        pages.seek((root - 1) * size)
        pages.write(b"\xff" * size)
    ended = command("check", database_url=sqlite_database_url)
    assert (ended.code, ended.complained) == (2, "The database cannot be used: database disk image is malformed\n")


def test_a_folder_that_cannot_be_written_is_named_in_a_sentence(command: Command, sqlite_database_url: str) -> None:
    ended = command("migrate", database_url=sqlite_database_url, DATA_DIR="/dev/null/data")
    assert ended.code == 2
    heading, mistake = ended.complained.splitlines()
    assert heading == "These settings cannot work:"
    assert mistake.startswith("LOOPBANK_DATA_DIR: [Errno ")


@pytest.mark.parametrize("profile", ["event", "platform"])
def test_a_demonstration_is_a_town_that_trades(command: Command, sqlite_database_url: str, profile: str) -> None:
    choices = {"PROFILE": profile, "SECRET_KEY": "s" * 40, "PUBLIC_URL": "http://127.0.0.1:8080"}
    ended = command("demo", "--people", "2", "--payments", "3", database_url=sqlite_database_url, **choices)
    assert (ended.code, ended.said.splitlines()[0]) == (0, "2 people have made 3 payments.")
    assert command("check", database_url=sqlite_database_url, **choices).code == 0
