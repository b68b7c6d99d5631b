"""Six digits from a mail: bound to the sign-in that asked, five tries, ten minutes, once, and never in an answer."""

import asyncio

from loopbank.foundation.database import Database
from loopbank.foundation.settings import Profile
from tests.access.signing import SettableClock
from tests.identity.accounts.mailbox import count_letters, latest, letters
from tests.identity.accounts.people import FIXER, RUNNER, join, me, register
from tests.identity.authentication import Answer, Authentication, Client, running


async def ask(client: Client, email: str = RUNNER) -> Answer:
    return await client.send("POST", "/api/auth/login/init", {"email": email})


async def answer(client: Client, code: str, email: str = RUNNER, login_id: str | None = None) -> Answer:
    body = {"email": email, "code": code} | ({} if login_id is None else {"loginId": login_id})
    return await client.send("POST", "/api/auth/login/verify", body)


async def mailed(platform: Authentication, email: str = RUNNER) -> str:
    return (await latest(platform, email, "sign_in_code")).particulars["code"]


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_a_mailed_code_signs_in_once_and_is_in_no_answer(platform: Authentication, guest: Client) -> None:
    joined = await join(platform, guest)
    asked = await ask(guest)
    code = await mailed(platform)
    assert len(code) == 6
    assert code.isdigit()
    assert set(asked.json) == {"message", "loginId"}
    assert code not in str(asked.json) + str(asked.headers)
    signed_in = await answer(guest, code)
    assert signed_in.status == 200
    assert signed_in.json["user"]["id"] == joined["user"]["id"]
    assert (await me(guest, signed_in.json["token"])).status == 200
    assert (await answer(guest, code)).code == "wrong_code"


async def test_an_unknown_address_gets_the_same_answer_and_the_same_work(
    platform: Authentication, guest: Client
) -> None:
    await join(platform, guest)
    before = await count_letters(platform)
    known = await ask(guest)
    assert await count_letters(platform) == before + 1
    unknown = await ask(guest, FIXER)
    assert await count_letters(platform) == before + 2
    assert (known.status, set(known.json)) == (unknown.status, set(unknown.json))
    assert await letters(platform, FIXER) == []
    wrong = [await answer(guest, "123456", email, "A" * 43) for email in (RUNNER, FIXER)]
    assert wrong[0].json | {"request_id": ""} == wrong[1].json | {"request_id": ""}


async def test_a_code_is_good_for_the_sign_in_that_asked(platform: Authentication, guest: Client) -> None:
    await join(platform, guest)
    login_id = (await ask(guest)).json["loginId"]
    code = await mailed(platform)
    async with platform.client(address="198.51.100.9") as stranger:
        assert (await answer(stranger, code)).code == "wrong_code"
        platform.clock.let_pass(1)
        other_id = (await ask(stranger)).json["loginId"]
        assert (await answer(stranger, code, login_id=other_id)).code == "wrong_code"
        assert (await answer(stranger, code, FIXER, login_id)).code == "wrong_code"
        for _ in range(6):
            await answer(stranger, another(code))
    # What the stranger asked and guessed has neither replaced nor burnt the code.
    assert (await answer(guest, code)).status == 200


async def test_five_tries_burn_a_code(platform: Authentication, guest: Client) -> None:
    await join(platform, guest)
    login_id = (await ask(guest)).json["loginId"]
    code = await mailed(platform)
    for _ in range(5):
        assert (await answer(guest, another(code), login_id=login_id)).code == "wrong_code"
    assert (await answer(guest, code, login_id=login_id)).code == "wrong_code"


async def test_a_code_expires(platform: Authentication, guest: Client, clock: SettableClock) -> None:
    await join(platform, guest)
    await ask(guest)
    clock.let_pass(600)
    assert (await answer(guest, await mailed(platform))).code == "wrong_code"


async def test_of_fifty_guesses_at_once_five_are_looked_at(platform: Authentication, guest: Client) -> None:
    await join(platform, guest)
    login_id = (await ask(guest)).json["loginId"]
    code = await mailed(platform)
    guesses = [f"{(int(code) + n) % 1_000_000:06d}" for n in range(1, 50)]
    answers = await asyncio.gather(*(answer(guest, guess, login_id=login_id) for guess in guesses))
    assert {one.status for one in answers} == {401}
    assert (await answer(guest, code, login_id=login_id)).code == "wrong_code"


async def test_a_code_proves_an_address_that_was_only_claimed(platform: Authentication, guest: Client) -> None:
    joined = (await register(guest)).json
    await ask(guest)
    signed_in = (await answer(guest, await mailed(platform))).json
    assert signed_in["user"]["id"] == joined["user"]["id"]
    assert (await me(guest, signed_in["token"])).json["user"]["isVerified"] is True


async def test_wrong_codes_delay_the_guesser_and_nobody_else(database: Database, clock: SettableClock) -> None:
    async with (
        running(Authentication(database, clock, profile=Profile.PLATFORM, limits=True)) as platform,
        platform.client() as guest,
        platform.client(address="198.51.100.9") as stranger,
    ):
        await join(platform, guest)
        for _ in range(2):
            login_id = (await ask(stranger)).json["loginId"]
            for _ in range(5):
                assert (await answer(stranger, "000000", login_id=login_id)).status == 401
        login_id = (await ask(stranger)).json["loginId"]
        refused = await answer(stranger, "000000", login_id=login_id)
        assert (refused.status, refused.headers["retry-after"]) == (429, "2")
        clock.let_pass(1)
        await ask(guest)
        assert (await answer(guest, await mailed(platform))).status == 200
