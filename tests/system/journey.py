"""Two people's evening at the bank, told once and run against every way of running it."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx

from tests.support.streams import Event
from tests.system.topologies import Running

Step = tuple[str, int, Any]
"""What was done, the status, and the answer without what is different each time."""

PASSWORD = "chrome-rain-4417"
_REVOKED_SECONDS_MAX = 8

_CHANGING = {
    "request_id": "an id",
    "access_token": "a token",
    "refresh_token": "a token",
    "created_at": "a time",
    "timestamp": "a time",
    "last_seen_at": "a time",
    "public_url": "an address",
    "id": None,
}
_ACCOUNT = re.compile(r"NC-[A-Z0-9]{4}-[A-Z0-9]{4}")


class Transcript:
    """Writes down every answer; account numbers get names in the order in which they appear."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._accounts: dict[str, str] = {}

    def note(self, deed: str, answer: httpx.Response, *, status: int = 200) -> Any:
        """Write an answer down and give its document."""
        assert answer.status_code == status, (deed, answer.status_code, answer.text)
        document = answer.json()
        self.steps.append((deed, answer.status_code, self._lasting(document)))
        return document

    def note_event(self, event: Event) -> None:
        """Write an event of a stream down."""
        self.steps.append((f"event {event.name} {event.id}", 200, self._lasting(event.data)))

    def _lasting(self, value: Any) -> Any:
        match value:
            case dict():
                return {name: self._field(name, item) for name, item in value.items()}
            case list():
                return [self._lasting(item) for item in value]
            case str():
                return _ACCOUNT.sub(self._named, value)
            case _:
                return value

    def _field(self, name: str, value: Any) -> Any:
        if name in _CHANGING and isinstance(value, str):
            return _CHANGING[name]
        return self._lasting(value)

    def _named(self, found: re.Match[str]) -> str:
        return self._accounts.setdefault(found[0], f"account {len(self._accounts) + 1}")


def walk(running: Running) -> list[Step]:
    """Go through the evening and give what was answered."""
    script = Transcript()
    with running.client() as guest, ExitStack() as life:
        script.note("config", guest.get("/api/v1/config"))
        runner = life.enter_context(_join(script, running, guest, "Night Runner", "Netrunners"))
        fixer = life.enter_context(_join(script, running, guest, "Dock Fixer", "Fixers"))
        taken = {"character_name": "NIGHT  runner", "password": PASSWORD}
        script.note("a taken name", guest.post("/api/v1/auth/register", json=taken), status=400)
        wrong = {"character_name": "Night Runner", "password": "chrome-rain-4418"}
        script.note("a wrong password", guest.post("/api/v1/auth/login", json=wrong), status=401)
        script.note("nobody's account", guest.get("/api/v1/account"), status=401)
        _pay_and_listen(script, runner, fixer)
        _look_around(script, runner, fixer)
        _leave(script, running, runner)
    return script.steps


def _join(script: Transcript, running: Running, guest: httpx.Client, name: str, faction: str) -> httpx.Client:
    body = {"character_name": name, "password": PASSWORD, "faction": faction}
    script.note(f"{name} joins", guest.post("/api/v1/auth/register", json=body), status=201)
    signed_in = script.note(f"{name} signs in", guest.post("/api/v1/auth/login", json=body))
    client = running.client(signed_in["access_token"])
    client.headers["X-Refresh"] = signed_in["refresh_token"]
    return client


def _pay_and_listen(script: Transcript, runner: httpx.Client, fixer: httpx.Client) -> None:
    account = script.note("the fixer's account", fixer.get("/api/v1/account"))["account"]["account_number"]
    body = {"to_account": account, "amount": "12.50", "memo": "Zwei Stimpacks für den Fixer"}
    with fixer.stream("GET", "/api/v1/stream") as stream:
        events = events_of(stream)
        script.note_event(next(events))
        script.note("a payment", _paid(runner, body), status=201)
        script.note_event(next(events))
    again = _paid(runner, body)
    assert again.headers["idempotent-replayed"] == "true"
    script.note("the same again", again, status=201)
    script.note("the key with another body", _paid(runner, {**body, "memo": "else"}), status=422)
    with fixer.stream("GET", "/api/v1/stream", headers={"Last-Event-ID": "0"}) as stream:
        events = events_of(stream)
        for _ in ("the welcome bonus", "the payment", "the balance"):
            script.note_event(next(events))
    for deed, change, status in (
        ("too much", {"amount": 5000}, 400),
        ("nonsense", {"amount": "NaN"}, 400),
        ("to nobody", {"to_account": "NC-0000-ZZZZ"}, 400),
    ):
        script.note(deed, _paid(runner, {**body, **change}, key="order-2"), status=status)


def _paid(payer: httpx.Client, body: dict[str, object], *, key: str = "order-1") -> httpx.Response:
    return payer.post("/api/v1/transactions", json=body, headers={"Idempotency-Key": key})


def _look_around(script: Transcript, runner: httpx.Client, fixer: httpx.Client) -> None:
    account = script.note("the runner's account", runner.get("/api/v1/account"))["account"]["account_number"]
    picture = {"profile_picture": "🦊"}
    script.note("a picture", runner.put("/api/v1/account/profile", json=picture))
    script.note("a card", fixer.get(f"/api/v1/accounts/{account}"))
    script.note("a statement", runner.get("/api/v1/account/transactions", params={"limit": 1}))
    script.note("a search", fixer.get("/api/v1/account/transactions/search", params={"q": "FÜR DEN"}))
    script.note("sessions", runner.get("/api/v1/auth/sessions"))
    script.note("a bad page", runner.get("/api/v1/account/transactions", params={"limit": 0}), status=400)
    script.note("no such address", runner.get("/api/v1/nothing"), status=404)


def _leave(script: Transcript, running: Running, runner: httpx.Client) -> None:
    spent = {"refresh_token": runner.headers["X-Refresh"]}
    fresh = script.note("a refresh", runner.post("/api/v1/auth/refresh", json=spent))
    script.note("a spent token", runner.post("/api/v1/auth/refresh", json=spent), status=401)
    with running.client(fresh["access_token"]) as renewed:
        new = {"current_password": PASSWORD, "new_password": "copper-moth-0815"}
        script.note("a new password", renewed.put("/api/v1/account/password", json=new))
        script.note("a farewell", renewed.post("/api/v1/auth/logout", json={}))
        deadline = time.monotonic() + _REVOKED_SECONDS_MAX
        while (answer := renewed.get("/api/v1/account")).status_code == 200 and time.monotonic() < deadline:
            time.sleep(0.1)
        script.note("a session that ended", answer, status=401)


def events_of(stream: httpx.Response) -> Iterator[Event]:
    """Read a stream's events."""
    assert stream.status_code == 200
    block: list[str] = []
    for line in stream.iter_lines():
        if line:
            block.append(line)
            continue
        event = Event.parsed("\n".join(block))
        block = []
        if event is not None:
            yield event


def shown(steps: list[Step]) -> str:
    """Write a transcript so that two of them can be compared line by line."""
    return "\n".join(json.dumps(step, ensure_ascii=False, sort_keys=True) for step in steps)
