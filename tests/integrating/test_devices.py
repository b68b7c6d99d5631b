"""Terminals whose power is cut at every step: with the record in flash exactly one payment happens, on both kinds."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from tests.integrating.cutting_proxy import CuttingProxy, Fate
from tests.integrating.town import Citizen, Town, new_reason
from tests.support.source_tree import ROOT

STEPS = ("before-record", "record-not-in-place", "record-written", "half-sent", "sent", "answered")
MICROPYTHON = ROOT / "clients" / "micropython"
ARDUINO = ROOT / "clients" / "arduino" / "src"
DRIVERS = Path(__file__).parent / "devices"
SECONDS_MAX = 60

MICROPYTHON_COMMAND: list[str | Path] = [
    shutil.which("micropython") or sys.executable,
    DRIVERS / "driver.py",
    MICROPYTHON,
]
"""MicroPython itself where it is installed, else CPython in its place."""


@dataclass(frozen=True, slots=True)
class Device:
    """One kind of terminal, as a command of this machine."""

    command: Sequence[str | Path]
    address: str
    api_key: str
    record: Path

    def start(self, step: str, *charge: str, address: str | None = None) -> subprocess.Popen[str]:
        """Switch the device on, to stop at a step."""
        words = [*self.command, step, address or self.address, self.api_key, self.record, *charge]
        return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)

    def run(self, *charge: str, address: str | None = None) -> str:
        """Switch the device on, and give what it shows in the end: without a charge it resumes."""
        with self.start("", *charge, address=address) as process:
            shown, _ = process.communicate(timeout=SECONDS_MAX)
        assert process.returncode == 0
        return shown.strip()

    def lose_power(self, step: str, *charge: str) -> None:
        """Switch the device on and cut its power at a step."""
        with self.start(step, *charge) as process:
            assert process.stdout is not None
            try:
                assert process.stdout.readline().strip() == f"at {step}"
            finally:
                process.kill()


@pytest.fixture(scope="session")
def compiler() -> str:
    found = shutil.which("g++") or shutil.which("clang++")
    if found is None:
        pytest.skip("there is no C++ compiler (g++ or clang++)")
    return found


@pytest.fixture(scope="session")
def host_program(compiler: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The terminal in C++, compiled for this machine."""
    program = tmp_path_factory.mktemp("host") / "host"
    sources = [DRIVERS / "host.cpp", ARDUINO / "LoopbankProtocol.cpp"]
    flags: list[str | Path] = ["-std=c++17", "-Wall", "-Wextra", "-Werror", "-I", ARDUINO, "-o", program]
    subprocess.run([compiler, *flags, *sources], check=True)
    return program


def test_the_arduino_part_compiles_against_the_signatures_that_it_uses(compiler: str) -> None:
    flags = ["-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-DARDUINO"]
    folders: list[str | Path] = ["-I", DRIVERS / "esp32", "-I", ARDUINO]
    sketch = ARDUINO.parent / "examples" / "BarTerminal" / "BarTerminal.ino"
    subprocess.run([compiler, *flags, *folders, ARDUINO / "LoopbankTerminal.cpp"], check=True)
    subprocess.run([compiler, *flags, *folders, "-x", "c++", "-include", "Arduino.h", sketch], check=True)


@pytest.fixture(params=["micropython", "arduino"])
def device(request: pytest.FixtureRequest, town: Town, terminal_key: str, tmp_path: Path) -> Device:
    """A terminal with an API key, of either kind."""
    command = [request.getfixturevalue("host_program")] if request.param == "arduino" else MICROPYTHON_COMMAND
    return Device(command, town.address, terminal_key, tmp_path / "record")


@pytest.fixture
def kinds(town: Town, terminal_key: str, tmp_path: Path, host_program: Path) -> list[Device]:
    """A terminal of each kind, with one flash."""
    commands: list[list[str | Path]] = [MICROPYTHON_COMMAND, [host_program]]
    return [Device(command, town.address, terminal_key, tmp_path / "record") for command in commands]


@pytest.fixture(scope="session")
def terminal_key(town: Town) -> str:
    answer = town.admin.post("/api/v1/admin/api-keys", json={"description": "Bar terminal"})
    return str(answer.json()["api_key"]["key_value"])


@pytest.fixture
def charge(runner: Citizen, medtech: Citizen) -> tuple[str, str, str, str]:
    """What the device is told to charge, with a memo that no other payment has."""
    return (runner.account, medtech.account, "1.25", f'{new_reason()} "¤\\')


@pytest.mark.parametrize("step", STEPS)
def test_a_charge_happens_once_wherever_the_power_goes(
    town: Town, device: Device, runner: Citizen, charge: tuple[str, str, str, str], step: str
) -> None:
    device.lose_power(step, *charge)
    is_written = step not in STEPS[:2]
    assert device.record.exists() is is_written
    shown = device.run()
    # What never reached the flash was never sent; whoever stands at the terminal types it again.
    assert shown == ("paid" if is_written else "nothing")
    if not is_written:
        assert town.payments(runner, charge[3]) == []
        assert device.run(*charge) == "paid"
    assert device.run() == "nothing"
    assert town.payments(runner, charge[3]) == [Decimal("1.25")]


def test_the_power_may_go_again_and_again(
    town: Town, device: Device, runner: Citizen, charge: tuple[str, str, str, str]
) -> None:
    device.lose_power("record-written", *charge)
    for step in ("half-sent", "sent", "answered", "answered"):
        device.lose_power(step)
    assert device.run() == "paid"
    assert town.payments(runner, charge[3]) == [Decimal("1.25")]


@pytest.mark.parametrize("fate", [Fate.CUT_AFTER, Fate.CUT_WITHIN, Fate.BUSY, Fate.CAPTIVE])
def test_a_charge_happens_once_whatever_the_network_does(
    town: Town, device: Device, proxy: CuttingProxy, runner: Citizen, charge: tuple[str, str, str, str], fate: Fate
) -> None:
    proxy.foretell([fate])
    assert device.run(*charge, address=proxy.address) == "paid"
    assert len(set(proxy.keys)) == 1
    assert len(proxy.seen) == 2
    assert town.payments(runner, charge[3]) == [Decimal("1.25")]


def test_a_refusal_is_definite_and_frees_the_flash(device: Device, charge: tuple[str, str, str, str]) -> None:
    payer, receiver, _, memo = charge
    assert device.run(payer, receiver, "99999999", memo) == "refused Insufficient funds."
    assert device.run("NC-0000-ZZZZ", receiver, "1", memo) == "refused There is no account with this number."
    assert not device.record.exists()


def test_a_terminal_does_nothing_new_before_the_old_is_known(device: Device, charge: tuple[str, str, str, str]) -> None:
    device.lose_power("record-written", *charge)
    assert device.run(*charge) == "unfinished"
    assert device.run() == "paid"


def test_a_key_that_ended_meanwhile_leaves_the_charge_in_flash(
    town: Town, device: Device, charge: tuple[str, str, str, str]
) -> None:
    made = town.make_key("write")
    ended = Device(device.command, device.address, made["key"], device.record)
    ended.lose_power("sent", *charge)
    town.admin.delete(f"/api/developer/api-keys/{made['id']}").raise_for_status()
    assert ended.run() == "unfinished"
    assert device.record.exists()


@pytest.mark.parametrize("place", [0, 12, -2])
def test_a_damaged_record_is_noticed(device: Device, charge: tuple[str, str, str, str], place: int) -> None:
    device.lose_power("record-written", *charge)
    line = bytearray(device.record.read_bytes())
    line[place] ^= 1
    device.record.write_bytes(line)
    assert device.run() == "damaged"
    device.record.write_bytes(b"")
    assert device.run() == "damaged"


@pytest.mark.parametrize("writer", [0, 1])
def test_a_record_of_one_client_is_finished_by_the_other(
    town: Town, kinds: list[Device], runner: Citizen, charge: tuple[str, str, str, str], writer: int
) -> None:
    kinds[writer].lose_power("record-written", *charge)
    assert kinds[1 - writer].run() == "paid"
    assert town.payments(runner, charge[3]) == [Decimal("1.25")]
