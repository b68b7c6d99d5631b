"""What was done to one's account is shown to oneself, and to administrators; to nobody else."""

from loopbank.access import Role
from tests.events.story import new_sealer
from tests.identity.accounts.people import FIXER, RUNNER, join, login
from tests.identity.authentication import OTHER_PASSWORD, PASSWORD, Authentication, Client

OWN = "/api/v1/auth/security-events"
ALL = "/api/v1/auth/admin/security-events"


async def seal(authentication: Authentication) -> None:
    """Let the worker seal what was told."""
    await new_sealer(authentication.database, clock=authentication.clock).seal_all()


async def test_acts_are_shown_to_whom_they_concern_newest_first(platform: Authentication, guest: Client) -> None:
    runner = (await join(platform, guest))["token"]
    fixer = (await join(platform, guest, FIXER))["token"]
    await login(guest)
    body = {"currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD}
    runner = (await guest.send("POST", "/api/auth/change-password", body, token=runner)).json["token"]
    await seal(platform)
    mine = (await guest.send("GET", OWN, token=runner)).json
    acts = ["password_changed", "signed_in", "address_confirmed", "signed_in"]
    assert ([event["act"] for event in mine["events"]], mine["next_cursor"]) == (acts, None)
    (person_id,) = {event["person_id"] for event in mine["events"]}
    assert mine["events"][1]["details"]["means"] == "pwd"
    theirs = (await guest.send("GET", OWN, token=fixer)).json
    assert person_id not in {event["person_id"] for event in theirs["events"]}
    assert "192.0.2.7" not in str(mine)


async def test_pages_follow_each_other(platform: Authentication, guest: Client) -> None:
    token = (await join(platform, guest))["token"]
    for _ in range(4):
        await login(guest)
    await seal(platform)
    whole = (await guest.send("GET", f"{OWN}?limit=100", token=token)).json["events"]
    paged, path = [], f"{OWN}?limit=2"
    while True:
        page = (await guest.send("GET", path, token=token)).json
        paged += page["events"]
        if page["next_cursor"] is None:
            break
        path = f"{OWN}?limit=2&cursor={page['next_cursor']}"
    assert paged == whole
    assert len({event["id"] for event in whole}) == 6


async def test_administrators_see_everybodys(platform: Authentication, guest: Client) -> None:
    runner = (await join(platform, guest))["token"]
    registration = platform.identity.registration
    await registration.register(registration.check("Game Master", PASSWORD, role=Role.ADMIN))
    token = (await guest.login("Game Master")).json["access_token"]
    await seal(platform)
    shown = (await guest.send("GET", ALL, token=token)).json["events"]
    assert len({event["person_id"] for event in shown}) == 2
    assert (await guest.send("GET", ALL, token=runner)).status == 403


async def test_what_is_no_page_is_refused(platform: Authentication, guest: Client) -> None:
    token = (await join(platform, guest, RUNNER))["token"]
    for query in ("cursor=x", "cursor=-1", "limit=0", "limit=101", "cursor=9999999999999999999999"):
        assert (await guest.send("GET", f"{OWN}?{query}", token=token)).status in (400, 422), query
