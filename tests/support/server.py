"""The real thing: `loopbank serve` as a process of its own, on a free port."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

_START_SECONDS_MAX = 60.0
_STOP_SECONDS_MAX = 30.0
_LOG_TAIL_CHARACTERS = 6_000


class ServerDidNotStart(AssertionError):
    """The process ended or did not become ready in time; the message holds the end of its log."""


class RealServer:
    """A running `loopbank serve`; use it as a context manager, or call `start` and `stop`."""

    def __init__(
        self,
        database_url: str,
        data_dir: Path,
        *,
        profile: str = "event",
        service: str = "all",
        environment: dict[str, str] | None = None,
    ) -> None:
        self.database_url = database_url
        self.data_dir = data_dir
        self.port = _free_port()
        self._profile = profile
        self._service = service
        self._environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        """The address that clients call."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Everything the process has written so far."""
        path = self._log_path
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def process_id(self) -> int:
        """The id of the running process."""
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def start(self) -> Self:
        """Start the process and wait until it is ready. Raises ServerDidNotStart."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [*_command(), "serve", self._service, "--host", "127.0.0.1", "--port", str(self.port)],
                env=self._whole_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait_until_ready()
        return self

    def stop(self) -> int:
        """Ask the process to end, as a service manager does, and give its exit code."""
        assert self._process is not None, "the server is not running"
        self._process.terminate()
        try:
            return self._process.wait(_STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """End the process at once, as a power cut does."""
        assert self._process is not None, "the server is not running"
        self._process.kill()
        self._process.wait(_STOP_SECONDS_MAX)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop()

    @property
    def _log_path(self) -> Path:
        return self.data_dir / f"server-{self.port}.log"

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS_MAX
        assert self._process is not None
        # One client for all questions: making one costs more than many answers.
        with httpx.Client(base_url=self.base_url, timeout=5) as client:
            while time.monotonic() < deadline:
                if self._process.poll() is not None:
                    raise ServerDidNotStart(f"exit code {self._process.returncode}\n{self.log[-_LOG_TAIL_CHARACTERS:]}")
                if _is_ready(client):
                    return
                time.sleep(0.05)
        self.kill()
        raise ServerDidNotStart(f"not ready after {_START_SECONDS_MAX} s\n{self.log[-_LOG_TAIL_CHARACTERS:]}")

    def _whole_environment(self) -> dict[str, str]:
        # The tester's own settings must not reach the server; everything else of the environment may.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LOOPBANK_")}
        return {
            **inherited,
            "LOOPBANK_DATABASE_URL": self.database_url,
            "LOOPBANK_DATA_DIR": str(self.data_dir),
            "LOOPBANK_PROFILE": self._profile,
            "LOOPBANK_SECRET_KEY": "a-secret-that-only-the-tests-know-0123456789",
            "LOOPBANK_PUBLIC_URL": self.base_url,
            **self._environment,
        }


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/health/ready").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _command() -> list[str]:
    """Give the installed console script of the environment that runs the tests."""
    return [str(Path(sys.executable).parent / "loopbank")]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
