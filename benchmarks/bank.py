"""The bank as a process: the real `loopbank serve all`, and what the operating system says about it."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self
from urllib.request import Request, urlopen

_START_SECONDS_MAX = 60.0
_STOP_SECONDS_MAX = 30.0
_PROBE_SECONDS = 0.01
_IDLE_LOOK_SECONDS = 0.25
_IDLE_LOOKS = 2
_IDLE_SHARE = 0.15
_IDLE_SECONDS_MAX = 120.0
_MEBIBYTE = 1024 * 1024
_KIBIBYTE = 1024
PASSWORD = "noodles under neon 77"  # Made for the bench, on a database that is thrown away.
_LAG = re.compile(r"^loopbank_log_(?:seal_lag_seconds|consumer_lag_entries\S*) (\S+)$", re.MULTILINE)


class BankNeverIdle(Exception):
    """The server is busy with what happened before: a measurement would not be of what it claims."""


class BankDidNotStart(Exception):
    """The server ended or was not ready in time; the message is the end of its log."""


def environment(database_url: str, data_folder: Path) -> dict[str, str]:
    """Give the environment of every process that works on one database of the bench."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LOOPBANK_")}
    return {
        **inherited,
        "LOOPBANK_DATABASE_URL": database_url,
        "LOOPBANK_DATA_DIR": str(data_folder),
        "LOOPBANK_SECRET_KEY": "a-secret-that-only-the-benchmark-knows-0123",
        "LOOPBANK_PROFILE": "event",
        "LOOPBANK_RATE_LIMITS": "off",
    }


def run_module(name: str, *arguments: str, env: dict[str, str], given: str = "") -> str:
    """Run one of the bench's own modules in a process of its own and give what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *arguments],
        env=env, input=given, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def loopbank(*arguments: str, env: dict[str, str]) -> None:
    """Run one of the product's commands to its end."""
    subprocess.run([_program(), *arguments], env=env, stdout=subprocess.DEVNULL, check=True)


class Bank:
    """A running server; a context manager. `seconds_to_ready` is how long its start took."""

    def __init__(self, database_url: str, data_folder: Path) -> None:
        self.port = _free_port()
        self.seconds_to_ready = 0.0
        self._environment = environment(database_url, data_folder)
        self._log = data_folder / f"server-{self.port}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        started = time.perf_counter()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [_program(), "serve", "all", "--host", "127.0.0.1", "--port", str(self.port)],
                env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        while not self._is_ready():
            if self._process.poll() is not None or time.perf_counter() - started > _START_SECONDS_MAX:
                raise BankDidNotStart(self._log.read_text()[-4_000:])
            time.sleep(_PROBE_SECONDS)
        self.seconds_to_ready = time.perf_counter() - started
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None, "the server was not started"
        self._process.terminate()
        self._process.wait(_STOP_SECONDS_MAX)

    def wait_until_idle(self) -> None:
        """Wait until everything written so far is sealed and told, and the process rests. Raises BankNeverIdle."""
        deadline = time.perf_counter() + _IDLE_SECONDS_MAX
        used, looks = self.processor_seconds(), 0
        while looks < _IDLE_LOOKS:
            if time.perf_counter() > deadline:
                raise BankNeverIdle(f"still at work after {_IDLE_SECONDS_MAX:g} s")
            time.sleep(_IDLE_LOOK_SECONDS)
            used_before, used = used, self.processor_seconds()
            rests = used - used_before < _IDLE_LOOK_SECONDS * _IDLE_SHARE
            looks = looks + 1 if rests and not self._is_behind() else 0

    def register(self, name: str) -> None:
        """Let somebody join over HTTP, with a password hash of full strength."""
        body = json.dumps({"character_name": name, "password": PASSWORD}).encode()
        url = f"http://127.0.0.1:{self.port}/api/v1/auth/register"
        with urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=30) as answer:
            answer.read()

    def resident_mebibytes(self) -> float:
        """Give the memory that the server and its processes occupy now; Linux alone tells it this way."""
        statuses = [Path(f"/proc/{process}/status").read_text() for process in self._processes()]
        lines = [line for status in statuses for line in status.splitlines() if line.startswith("VmRSS:")]
        return sum(int(line.split()[1]) for line in lines) * _KIBIBYTE / _MEBIBYTE

    def processor_seconds(self) -> float:
        """Give the processor time that the server and its processes have used so far, those included that ended."""
        ticks = 0
        for process in self._processes():
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def _processes(self) -> list[int]:
        """Give the server and the processes that hash passwords for it."""
        assert self._process is not None, "the server was not started"
        own = self._process.pid
        told = [path.read_text() for path in Path(f"/proc/{own}/task").glob("*/children")]
        return [own, *map(int, " ".join(told).split())]

    def _is_behind(self) -> bool:
        """Tell whether facts wait to be sealed or sealed ones to be read."""
        return any(float(lag) > 0 for lag in _LAG.findall(self._get("/metrics")))

    def _is_ready(self) -> bool:
        try:
            self._get("/health/ready")
        except OSError:
            return False
        return True

    def _get(self, path: str) -> str:
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            text: str = answer.read().decode()
            return text


def _program() -> str:
    return str(Path(sys.executable).parent / "loopbank")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
