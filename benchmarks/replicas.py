"""What more replicas bring: both services with 1, 2 and 4 replicas each over one PostgreSQL, behind load balancers.

`python -m benchmarks.replicas --seconds 10` prints a table. Clients, balancers, services and database share this
machine, so on few cores more replicas show what taking turns costs and not what more machines bring.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

from benchmarks.bank import environment, run_module
from benchmarks.plan import Latency, Outcome, Paying, Plan
from benchmarks.postgres import Postgres
from loopbank.migrations import migrate
from tests.support.balancer import Balancer
from tests.support.server import RealServer, _command

REPLICAS = (1, 2, 4)
PEOPLE = 400
CONNECTIONS = 64
_READY_SECONDS_MAX = 60.0


@contextmanager
def running(database_url: str, folder: Path, replicas: int) -> Iterator[int]:
    """Run so many replicas of both services and one worker; gives the port at which payments are taken."""
    env = {"LOOPBANK_RATE_LIMITS": "false", "LOOPBANK_SECRET_KEY": environment("", folder)["LOOPBANK_SECRET_KEY"]}
    services = {
        service: [
            RealServer(database_url, folder / f"{service}-{number}", service=service, environment=env)
            for number in range(replicas)
        ]
        for service in ("auth", "coin")
    }
    with ExitStack() as stack:
        balancers = {
            service: stack.enter_context(Balancer([server.port for server in servers]))
            for service, servers in services.items()
        }
        env |= {
            # One issuer for all: whoever registered people had none either.
            "LOOPBANK_PUBLIC_URL": "",
            "LOOPBANK_AUTH_URL": balancers["auth"].base_url,
            "LOOPBANK_COIN_URL": balancers["coin"].base_url,
        }
        for servers in services.values():
            for server in servers:
                stack.enter_context(server)
        worker = subprocess.Popen(
            [*_command(), "worker", "--host", "127.0.0.1", "--port", "0"],
            env={**environment(database_url, folder), **env},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(worker.wait, 30)
        stack.callback(worker.terminate)
        deadline = time.monotonic() + _READY_SECONDS_MAX
        while any(len(balancer.ready) < replicas for balancer in balancers.values()):
            assert time.monotonic() < deadline, "not every replica became ready"
            time.sleep(0.05)
        yield int(balancers["coin"].base_url.rpartition(":")[2])


def measure(postgres: Postgres, folder: Path, replicas: int, seconds: float) -> Outcome:
    """Measure payments between many people through so many replicas, on a database of their own."""
    url = postgres.create_database(f"replicas_{replicas}")
    migrate(url)
    here = folder / str(replicas)
    here.mkdir()
    players = json.loads(run_module("people", str(PEOPLE), env=environment(url, here)))["players"]
    postgres.analyze(f"replicas_{replicas}")
    with running(url, here, replicas) as port:
        plan = Plan(
            ports=(port,),
            players=tuple((player["token"], player["account_number"]) for player in players),
            seconds=seconds,
            warm_up_seconds=min(3.0, seconds / 2),
            paying=Paying(connections=CONNECTIONS),
        )
        answer = json.loads(run_module("client", env=dict(os.environ), given=json.dumps(asdict(plan))))
    return Outcome(**{**answer, "latency": Latency(**answer["latency"])})


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="What more replicas bring.")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each row is measured")
    parser.add_argument("--replicas", type=int, nargs="+", default=list(REPLICAS))
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, {CONNECTIONS} connections, {PEOPLE} people, {given.seconds:g} s each\n")
    print("| replicas of each service | payments per second | half within ms | 99 of 100 within ms |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="loopbank-replicas-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Postgres(folder / "postgresql") as postgres:
            for replicas in given.replicas:
                outcome = measure(postgres, folder, replicas, given.seconds)
                latency = outcome.latency
                row = (replicas, f"{outcome.per_second:,.0f}", f"{latency.p50:.1f}", f"{latency.p99:.1f}")
                print("| " + " | ".join(map(str, row)) + " |", flush=True)


if __name__ == "__main__":
    main()
