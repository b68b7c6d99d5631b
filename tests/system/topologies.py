"""The ways in which the product runs: one process, or two services and a worker behind an ingress."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support.ingress import Ingress
from tests.support.server import RealServer, _command

WITHOUT_LIMITS = {"LOOPBANK_RATE_LIMITS": "false"}


@dataclass(frozen=True, slots=True)
class Running:
    """A running installation: where clients call, and the process that keeps the coins."""

    base_url: str
    auth: RealServer
    coin: RealServer

    def client(self, token: str | None = None) -> httpx.Client:
        """Make an HTTP client."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.base_url, headers=headers, timeout=30)


@contextmanager
def one_process(database_url: str, folder: Path) -> Iterator[Running]:
    """Run everything in one process."""
    with RealServer(database_url, folder, environment=WITHOUT_LIMITS) as server:
        yield Running(server.base_url, server, server)


@contextmanager
def services_apart(database_url: str, folder: Path) -> Iterator[Running]:
    """Run the Authentication Service, the Coin Service and the worker, each in a process of its own."""
    with ExitStack() as running:
        ingress = running.enter_context(Ingress())
        environment = dict(WITHOUT_LIMITS)
        auth, coin = (
            RealServer(database_url, folder / service, service=service, environment=environment)
            for service in ("auth", "coin")
        )
        ingress.ports = {"auth": auth.port, "coin": coin.port}
        environment |= {
            "LOOPBANK_PUBLIC_URL": ingress.base_url,
            "LOOPBANK_AUTH_URL": auth.base_url,
            "LOOPBANK_COIN_URL": coin.base_url,
        }
        running.enter_context(auth)
        running.enter_context(coin)
        running.enter_context(_worker(auth, folder / "worker"))
        yield Running(ingress.base_url, auth, coin)


@contextmanager
def _worker(server: RealServer, folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True)
    with (folder / "worker.log").open("ab") as log:
        worker = subprocess.Popen(
            [*_command(), "worker", "--host", "127.0.0.1", "--port", "0"],
            env=server._whole_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield
        finally:
            worker.terminate()
            code = worker.wait(30)
            text = (folder / "worker.log").read_text()
            assert code == 0, text
