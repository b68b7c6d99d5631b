"""Where one is signed in, and how one signs out there."""

import json
from uuid import uuid4

from loopbank.foundation.clock import to_rfc3339
from tests.access.signing import SettableClock
from tests.identity.authentication import Authentication, Client

PHONE = "Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0"


async def test_sessions_show_device_address_and_times(
    authentication: Authentication, client: Client, clock: SettableClock
) -> None:
    here = await client.join("Runner")
    began_at = to_rfc3339(clock())
    clock.let_pass(60)
    async with authentication.client(address="192.0.2.99", headers={"User-Agent": PHONE}) as phone:
        there = (await phone.login("Runner")).json
        shown = (await phone.sessions(there["access_token"])).json["sessions"]
    assert [{name: session[name] for name in ("device", "address", "is_current")} for session in shown] == [
        {"device": "Firefox on Android", "address": "192.0.2.99", "is_current": True},
        {"device": "python-httpx", "address": "192.0.2.7", "is_current": False},
    ]
    assert shown[1]["created_at"] == shown[1]["last_seen_at"] == began_at
    clock.let_pass(60)
    moved = (await client.refresh(here["refresh_token"])).json
    first = (await client.sessions(moved["access_token"])).json["sessions"][0]
    assert first["is_current"]
    assert (first["created_at"], first["last_seen_at"]) == (began_at, to_rfc3339(clock()))


async def test_an_ended_session_is_over_at_once(authentication: Authentication, client: Client) -> None:
    here = await client.join("Runner")
    there = (await client.login("Runner")).json
    sessions = (await client.sessions(here["access_token"])).json["sessions"]
    (other,) = (session["id"] for session in sessions if not session["is_current"])
    answer = await client.send("DELETE", f"/api/v1/auth/sessions/{other}", token=here["access_token"])
    assert answer.status == 200
    assert (await client.sessions(there["access_token"])).code == "invalid_token"
    assert (await client.refresh(there["refresh_token"])).code == "invalid_grant"
    assert len((await client.sessions(here["access_token"])).json["sessions"]) == 1
    again = await client.send("DELETE", f"/api/v1/auth/sessions/{other}", token=here["access_token"])
    assert again.code == "session_not_found"
    assert [json.loads(fact)["reason"] for fact in await authentication.facts("session.revoked")] == ["ended_by_owner"]


async def test_nobody_sees_or_ends_anothers_session(client: Client) -> None:
    runner = await client.join("Runner")
    fixer = await client.join("Fixer")
    (session,) = (await client.sessions(runner["access_token"])).json["sessions"]
    own = (await client.sessions(fixer["access_token"])).json["sessions"]
    assert session["id"] not in [shown["id"] for shown in own]
    answer = await client.send("DELETE", f"/api/v1/auth/sessions/{session['id']}", token=fixer["access_token"])
    invented = await client.send("DELETE", f"/api/v1/auth/sessions/{uuid4()}", token=fixer["access_token"])
    assert answer.status == invented.status == 404
    assert answer.json["message"] == invented.json["message"]
    assert (await client.sessions(runner["access_token"])).status == 200


async def test_what_is_no_sessions_id_is_refused(client: Client) -> None:
    token = (await client.join("Runner"))["access_token"]
    for session_id in ("1", "x%00y", "..%2f..", "a" * 500):
        answer = await client.send("DELETE", f"/api/v1/auth/sessions/{session_id}", token=token)
        assert answer.status in (400, 404), session_id


async def test_signing_out_ends_this_session_only(client: Client) -> None:
    here = await client.join("Runner")
    there = (await client.login("Runner")).json
    assert (await client.send("POST", "/api/v1/auth/logout", token=here["access_token"])).status == 200
    assert (await client.sessions(here["access_token"])).code == "invalid_token"
    assert (await client.refresh(here["refresh_token"])).code == "invalid_grant"
    assert (await client.sessions(there["access_token"])).status == 200


async def test_one_signs_out_with_a_refresh_token_too(client: Client, clock: SettableClock) -> None:
    tokens = await client.join("Runner")
    clock.let_pass(25 * 3600)
    assert (await client.sessions(tokens["access_token"])).code == "invalid_token"
    body = {"refresh_token": tokens["refresh_token"]}
    answer = await client.send("POST", "/api/v1/auth/logout", body, token=tokens["access_token"])
    assert answer.status == 200
    assert (await client.refresh(tokens["refresh_token"])).code == "invalid_grant"
    assert (await client.send("POST", "/api/v1/auth/logout", body)).status == 200


async def test_signing_out_without_being_signed_in_is_refused(client: Client) -> None:
    assert (await client.send("POST", "/api/v1/auth/logout", {})).status == 401


async def test_a_stranger_is_refused_everywhere(client: Client) -> None:
    for method, path in (
        ("GET", "/api/v1/auth/sessions"),
        ("DELETE", f"/api/v1/auth/sessions/{uuid4()}"),
        ("POST", "/api/v1/auth/logout"),
    ):
        for token in (None, "not-a-token"):
            answer = await client.send(method, path, token=token)
            assert (answer.status, answer.code) == (401, "invalid_token"), path
    body = {"current_password": "x", "new_password": "y"}
    assert (await client.send("PUT", "/api/v1/account/password", body)).code == "invalid_token"
