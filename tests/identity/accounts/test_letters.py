"""Letters on the administrators' screen: nobody learns by them what opens somebody's account, but the last resort."""

import json
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from loopbank.access import Role
from loopbank.identity.mail import Carrier, LetterBox, MaildirCarrier, Postman
from loopbank.identity.mail.office import build_stationery
from tests.identity.accounts.mailbox import latest
from tests.identity.accounts.people import FIXER, RUNNER, join, register
from tests.identity.authentication import PASSWORD, SECRET_KEY, Authentication, Client

LETTERS = "/api/v1/auth/admin/letters"
NO_LETTER = "4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11"


@dataclass
class Server:
    """A mail server that takes everything."""

    name: str = "smtp"
    keeps_letters: bool = False

    async def carry(self, message: EmailMessage) -> None:
        assert message["To"]


async def carry(platform: Authentication, carrier: Carrier) -> None:
    """Let the postman carry everything that waits."""
    postman = Postman(
        database=platform.database,
        letter_box=LetterBox(SECRET_KEY, platform.clock),
        stationery=build_stationery(platform.installation),
        carrier=carrier,
        clock=platform.clock,
    )
    while await postman.take_turn():
        pass


async def staff(platform: Authentication, client: Client, role: Role) -> str:
    registration = platform.identity.registration
    name = f"Staff {role.name.title()}"
    await registration.register(registration.check(name, PASSWORD, role=role))
    token: str = (await client.login(name)).json["access_token"]
    return token


async def test_an_administrator_sees_that_a_letter_waits_and_never_what_it_says(
    platform: Authentication, guest: Client, tmp_path: Path
) -> None:
    await register(guest)
    secret = (await latest(platform, RUNNER, "confirm_address")).secret
    token = await staff(platform, guest, Role.ADMIN)
    (shown,) = (await guest.send("GET", LETTERS, token=token)).json["letters"]
    assert (shown["kind"], shown["address"], shown["state"], shown["carrier"]) == (
        "confirm_address",
        RUNNER,
        "waiting",
        None,
    )
    await carry(platform, MaildirCarrier(tmp_path / "mail"))
    listed = await guest.send("GET", LETTERS, token=token)
    assert (listed.json["letters"][0]["state"], listed.json["letters"][0]["carrier"]) == ("sent", "maildir")
    opened = await guest.send("GET", f"{LETTERS}/{shown['id']}", token=token)
    assert opened.status == 403
    assert secret not in str(listed.json) + str(opened.json)


async def test_a_super_administrator_reads_a_letter_that_no_server_took_and_that_is_told(
    platform: Authentication, guest: Client, tmp_path: Path
) -> None:
    await register(guest)
    secret = (await latest(platform, RUNNER, "confirm_address")).secret
    token = await staff(platform, guest, Role.SUPERADMIN)
    (shown,) = (await guest.send("GET", LETTERS, token=token)).json["letters"]
    waiting = await guest.send("GET", f"{LETTERS}/{shown['id']}", token=token)
    assert waiting.code == "letter_not_found"
    await carry(platform, MaildirCarrier(tmp_path / "mail"))
    opened = await guest.send("GET", f"{LETTERS}/{shown['id']}", token=token)
    assert secret in opened.json["text"]
    (act,) = [json.loads(fact) for fact in await platform.facts("admin.acted")]
    assert (act["action"], act["name"], act["details"]) == (
        "read_letter",
        "Staff Superadmin",
        {"kind": "confirm_address"},
    )
    assert secret not in str(act)


async def test_a_letter_that_a_server_took_is_readable_by_nobody(platform: Authentication, guest: Client) -> None:
    await register(guest)
    token = await staff(platform, guest, Role.SUPERADMIN)
    await carry(platform, Server())
    (shown,) = (await guest.send("GET", LETTERS, token=token)).json["letters"]
    assert (shown["state"], shown["carrier"]) == ("sent", "smtp")
    assert (await guest.send("GET", f"{LETTERS}/{shown['id']}", token=token)).code == "letter_not_found"
    assert await platform.facts("admin.acted") == []


async def test_a_letter_to_nobody_is_on_no_list(platform: Authentication, guest: Client) -> None:
    token = await staff(platform, guest, Role.SUPERADMIN)
    await guest.send("POST", "/api/auth/forgot-password", {"email": FIXER})
    assert (await guest.send("GET", LETTERS, token=token)).json == {"letters": [], "next_cursor": None}
    assert (await guest.send("GET", f"{LETTERS}/{NO_LETTER}", token=token)).code == "letter_not_found"


async def test_pages_follow_each_other_newest_first(platform: Authentication, guest: Client) -> None:
    token = await staff(platform, guest, Role.ADMIN)
    for number in range(5):
        # Two of them are written at the same instant.
        platform.clock.let_pass(number % 2)
        await register(guest, f"runner-{number}@example.org")
    whole = (await guest.send("GET", f"{LETTERS}?limit=100", token=token)).json["letters"]
    assert [one["created_at"] for one in whole] == sorted((one["created_at"] for one in whole), reverse=True)
    paged, path = [], f"{LETTERS}?limit=2"
    while True:
        page = (await guest.send("GET", path, token=token)).json
        paged += page["letters"]
        if page["next_cursor"] is None:
            break
        path = f"{LETTERS}?limit=2&cursor={page['next_cursor']}"
    assert paged == whole
    assert len(whole) == 5


async def test_what_is_no_page_is_refused(platform: Authentication, guest: Client) -> None:
    token = await staff(platform, guest, Role.ADMIN)
    for query in ("cursor=x", "cursor=1.x", f"cursor=x.{NO_LETTER}", "limit=0"):
        assert (await guest.send("GET", f"{LETTERS}?{query}", token=token)).status in (400, 422), query


async def test_whoever_is_no_administrator_sees_no_letters(platform: Authentication, guest: Client) -> None:
    token = (await join(platform, guest))["token"]
    for path in (LETTERS, f"{LETTERS}/{NO_LETTER}"):
        assert (await guest.send("GET", path, token=token)).status == 403
        assert (await guest.send("GET", path)).status == 401
