"""The stage: a PostgreSQL server, populated databases of both kinds, fresh copies of them, and rounds of load."""

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from benchmarks.bank import Bank, environment, loopbank, run_module
from benchmarks.books import PER_CALL
from benchmarks.plan import Latency, LoginStorm, Outcome, Paying, Plan, Posting, Reading
from benchmarks.postgres import Postgres

_PEOPLE = "people"
_PEER = "peer"
_PGBENCH_CLIENTS = 32
_WARM_UP_CONNECTIONS = 16
_WARM_UP_SECONDS = 1.0


class Kind(StrEnum):
    """The two databases."""

    POSTGRESQL = "PostgreSQL"
    SQLITE = "SQLite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is measured."""

    rounds: int
    seconds: float
    warm_up_seconds: float
    players: int
    small_history: int
    large_history: int
    starts: int
    storm_seconds: float


@dataclass(frozen=True, slots=True)
class Program:
    """A program that may do everything with everybody's accounts, and the account it collects on."""

    api_key: str
    account_number: str


FULL = Scale(
    rounds=3,
    seconds=3,
    warm_up_seconds=1,
    players=500,
    small_history=10_000,
    large_history=1_000_000,
    starts=5,
    storm_seconds=5,
)
QUICK = Scale(
    rounds=1,
    seconds=1,
    warm_up_seconds=0.3,
    players=100,
    small_history=1_000,
    large_history=5_000,
    starts=1,
    storm_seconds=2,
)


class Stage:
    """Everything that a measurement needs. `step` tells the person at the screen what happens."""

    def __init__(self, folder: Path, postgres: Postgres, scale: Scale, step: Callable[[str], object]) -> None:
        self.postgres = postgres
        self.scale = scale
        self.step = step
        self._folder = folder
        self._players: dict[Kind, tuple[tuple[str, str], ...]] = {}
        self._person_ids: dict[Kind, tuple[str, ...]] = {}
        self._programs: dict[Kind, Program] = {}

    def prepare(self) -> None:
        """Make the peer's books, and people who can pay on both databases."""
        self.step("pgbench's own books")
        self.postgres.create_database(_PEER)
        self.postgres.run_script("schema.sql", database=_PEER)
        for kind in Kind:
            self.step(f"{self.scale.players} people on {kind}")
            url = self._people_url(kind)
            if kind is Kind.POSTGRESQL:
                self.postgres.create_database(_PEOPLE)
            env = self.environment(url)
            loopbank("migrate", env=env)
            settled = json.loads(run_module("people", str(self.scale.players), env=env))
            self._players[kind] = tuple((one["token"], one["account_number"]) for one in settled["players"])
            self._person_ids[kind] = tuple(one["person_id"] for one in settled["players"])
            self._programs[kind] = Program(settled["api_key"], settled["administrators_account"])

    def fresh_database(self, kind: Kind, name: str) -> str:
        """Give the URL of a fresh copy of the populated database."""
        if kind is Kind.POSTGRESQL:
            return self.postgres.create_database(name, template=_PEOPLE)
        shutil.copy(self._folder / f"{_PEOPLE}.db", self._folder / f"{name}.db")
        return f"sqlite:///{self._folder / name}.db"

    def environment(self, url: str) -> dict[str, str]:
        """Give the environment of the product's processes on a database."""
        return environment(url, self._folder)

    def bank(self, url: str) -> Bank:
        """Give a server on a database, yet to be started."""
        return Bank(url, self._folder)

    def fill(self, kind: Kind, url: str, transfers: int) -> None:
        """Write many transfers through the ledger."""
        run_module("books", "fill", str(transfers), env=self.environment(url), given=self._accounts(kind))

    def bulk(self, kind: Kind, url: str, work: str, spread: str) -> float:
        """Measure bulk postings in a process of their own; gives transfers per second."""
        arguments = ("measure", work, spread, str(self.scale.seconds / 2), str(self.scale.warm_up_seconds / 2))
        return float(run_module("books", *arguments, env=self.environment(url), given=self._accounts(kind)))

    def pgbench(self, script: str) -> float:
        """Let pgbench move coins in its own books from many connections; gives transfers per second."""
        self.postgres.settle()
        return self.postgres.pgbench(script, database=_PEER, clients=_PGBENCH_CLIENTS, seconds=self.scale.seconds)

    def pgbench_in_bulk(self, script: str) -> float:
        """Let pgbench move a thousand at a time over one connection; gives transfers per second."""
        self.postgres.settle()
        return PER_CALL * self.postgres.pgbench(script, database=_PEER, clients=1, seconds=self.scale.seconds / 2)

    def warm_up(self, kind: Kind, bank: Bank) -> None:
        """Let everybody pay, so that every token is known and every account found before anything counts."""
        self.step(f"everybody's first payment on {kind}")
        self.play(kind, [bank], paying=Paying(_WARM_UP_CONNECTIONS), seconds=_WARM_UP_SECONDS)
        bank.wait_until_idle()

    def play(
        self,
        kind: Kind,
        banks: Sequence[Bank],
        *,
        paying: Paying | None = None,
        reading: Reading | None = None,
        posting: Posting | None = None,
        storm: LoginStorm | None = None,
        streams: int = 0,
        seconds: float | None = None,
    ) -> Outcome:
        """Play one round of load against servers."""
        plan = Plan(
            ports=tuple(bank.port for bank in banks),
            players=self._players[kind],
            seconds=seconds or self.scale.seconds,
            warm_up_seconds=self.scale.warm_up_seconds,
            paying=paying,
            reading=reading,
            posting=posting,
            storm=storm,
            streams=min(streams, len(self._players[kind])),
        )
        answer = json.loads(run_module("client", env=dict(os.environ), given=json.dumps(asdict(plan))))
        for name in ("latency", "live"):
            answer[name] = None if answer[name] is None else Latency(**answer[name])
        return Outcome(**answer)

    def person_ids(self, kind: Kind) -> tuple[str, ...]:
        """Give who the players of a database are."""
        return self._person_ids[kind]

    def program(self, kind: Kind) -> Program:
        """Give what a database knows of the one program."""
        return self._programs[kind]

    def _accounts(self, kind: Kind) -> str:
        return json.dumps([number for _, number in self._players[kind]])

    def _people_url(self, kind: Kind) -> str:
        if kind is Kind.POSTGRESQL:
            return self.postgres.url(_PEOPLE)
        return f"sqlite:///{self._folder / _PEOPLE}.db"
