"""Signing in with a passkey: the right key, for this site, by its owner's hand, once per challenge."""

import asyncio

import pytest
from sqlalchemy import select

from loopbank.access import Role
from loopbank.identity.passkeys.tables import passkey
from tests.identity.authentication import PASSWORD, Authentication
from tests.identity.passkeys.authenticator import PRESENT, VERIFIED, Authenticator, text_of
from tests.identity.passkeys.story import PASSKEYS, Owner, PasskeyStory

REFUSED = (401, "passkey_refused")


async def stored_count(bank: PasskeyStory, device: Authenticator) -> int:
    async with bank.authentication.database.reading() as tx:
        count: int = await tx.value(select(passkey.c.sign_count).where(passkey.c.id == text_of(device.id)))
    return count


async def test_its_owner_signs_in(bank: PasskeyStory, owner: Owner) -> None:
    device = await owner.make()
    options = await bank.ask(owner.client)
    assert (options["rpId"], options["userVerification"], options["allowCredentials"]) == (
        "bank.example",
        "required",
        [],
    )
    signed_in = await bank.sign_in(owner.client, device.sign(options))
    assert signed_in.status == 200
    assert signed_in.json["user"]["character_name"] == owner.name
    assert (await owner.client.sessions(signed_in.json["access_token"])).status == 200
    assert (await owner.client.refresh(signed_in.json["refresh_token"])).status == 200
    (shown,) = await owner.list()
    assert shown["used_at"] is not None


async def test_a_browser_gets_its_session_as_a_cookie(bank: PasskeyStory, owner: Owner) -> None:
    device = await owner.make()
    body = {"credential": device.sign(await bank.ask(owner.client))}
    headers = {"X-Session-Transport": "cookie", "Origin": "https://bank.example"}
    signed_in = await owner.client.send("POST", f"{PASSKEYS}/sign-in", body, headers=headers)
    assert "refresh_token" not in signed_in.json
    assert signed_in.headers["set-cookie"].startswith("__Host-loopbank_refresh=")
    headers["Origin"] = "https://evil.example"
    refused = await owner.client.send("POST", f"{PASSKEYS}/sign-in", body, headers=headers)
    assert (refused.status, refused.code) == (403, "foreign_origin")


@pytest.mark.parametrize(
    "bent",
    [
        {"origin": "https://bank.example.evil.example"},
        {"origin": "https://bank.example:8443"},
        {"type": "webauthn.create"},
        {"rp_id": "evil.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
        {"flags": 0},
    ],
    ids=str,
)
async def test_what_was_not_signed_here_by_its_owner_is_refused(
    bank: PasskeyStory, owner: Owner, bent: dict[str, object]
) -> None:
    device = await owner.make()
    signed = device.sign(await bank.ask(owner.client), **bent)  # type: ignore[arg-type]  # what is bent differs in kind
    refused = await bank.sign_in(owner.client, signed)
    assert (refused.status, refused.code) == REFUSED
    # Nothing of it counted: the honest device signs in after it.
    assert (await bank.sign_in(owner.client, device.sign(await bank.ask(owner.client)))).status == 200


async def test_a_challenge_signs_in_once(bank: PasskeyStory, owner: Owner) -> None:
    device = await owner.make()
    options = await bank.ask(owner.client)
    signed = device.sign(options)
    assert (await bank.sign_in(owner.client, signed)).status == 200
    for replay in (signed, device.sign(options)):
        refused = await bank.sign_in(owner.client, replay)
        assert (refused.status, refused.code) == REFUSED


async def test_a_challenge_ends_and_is_for_signing_in(bank: PasskeyStory, owner: Owner) -> None:
    device = await owner.make()
    options = await bank.ask(owner.client)
    for_making = await owner.options()
    for wrong in (for_making["challenge"], text_of(b"invented by somebody else 0123456")):
        refused = await bank.sign_in(owner.client, device.sign(options | {"challenge": wrong}))
        assert (refused.status, refused.code) == REFUSED
    bank.clock.let_pass(300)
    assert (await bank.sign_in(owner.client, device.sign(options))).code == REFUSED[1]


async def test_a_copy_of_a_key_is_found_by_its_count(bank: PasskeyStory, owner: Owner) -> None:
    device = await owner.make()
    copy = Authenticator(key=device.key, id=device.id, handle=device.handle)
    for _ in range(3):
        assert (await bank.sign_in(owner.client, device.sign(await bank.ask(owner.client)))).status == 200
    assert await stored_count(bank, device) == 3
    for _ in range(3):
        refused = await bank.sign_in(owner.client, copy.sign(await bank.ask(owner.client)))
        assert (refused.status, refused.code) == REFUSED, copy.count
    assert await stored_count(bank, device) == 3


async def test_of_two_with_one_count_at_once_one_signs_in(bank: PasskeyStory, owner: Owner) -> None:
    device = await owner.make()
    copy = Authenticator(key=device.key, id=device.id, handle=device.handle)
    shown = [one.sign(await bank.ask(owner.client)) for one in (device, copy)]
    answers = await asyncio.gather(*(bank.sign_in(owner.client, credential) for credential in shown))
    assert sorted(answer.status for answer in answers) == [200, 401]


async def test_a_device_that_does_not_count_signs_in_again_and_again(bank: PasskeyStory, owner: Owner) -> None:
    device = await owner.make(Authenticator(counts=False))
    for _ in range(3):
        assert (await bank.sign_in(owner.client, device.sign(await bank.ask(owner.client)))).status == 200
    assert await stored_count(bank, device) == 0


async def test_a_foreign_key_opens_nothing(bank: PasskeyStory, owner: Owner) -> None:
    device = await owner.make()
    stranger = await bank.owner()
    theirs = await stranger.make()
    unknown = Authenticator(handle=device.handle)
    forged = Authenticator(id=device.id, handle=device.handle, count=100)
    for_another = Authenticator(key=theirs.key, id=theirs.id, handle=device.handle, count=100)
    nameless = Authenticator(key=device.key, id=device.id, handle=None, count=100)
    for wrong in (unknown, forged, for_another, nameless):
        refused = await bank.sign_in(owner.client, wrong.sign(await bank.ask(owner.client)))
        assert (refused.status, refused.code) == REFUSED
    assert await stored_count(bank, device) == 0


async def test_a_removed_passkey_signs_nobody_in(bank: PasskeyStory, owner: Owner) -> None:
    device = await owner.make()
    (shown,) = await owner.list()
    assert (await owner.remove(shown["id"])).status == 200
    assert (await bank.sign_in(owner.client, device.sign(await bank.ask(owner.client)))).code == REFUSED[1]


async def test_whoever_was_shut_out_stays_out(bank: PasskeyStory, owner: Owner) -> None:
    device = await owner.make()
    registration = bank.authentication.identity.registration
    new = registration.check(f"game master of {owner.name}", PASSWORD, role=Role.SUPERADMIN)
    game_master = await registration.register(new)
    signed = device.sign(await bank.ask(owner.client))
    await bank.authentication.identity.administration.deactivate(owner.person_id, actor_id=game_master.id)
    refused = await bank.sign_in(owner.client, signed)
    assert (refused.status, refused.code) == REFUSED


async def test_a_damaged_signature_is_refused_wherever_it_is_damaged(bank: PasskeyStory, owner: Owner) -> None:
    device = await owner.make()
    options = await bank.ask(owner.client)
    whole = device.sign(options)
    for part in ("authenticatorData", "signature", "clientDataJSON"):
        text = whole["response"][part]
        for place in range(0, len(text) - 1, 5):
            damaged = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
            response = {**whole["response"], part: damaged}
            refused = await bank.sign_in(owner.client, {**whole, "response": response})
            assert (refused.status, refused.code) == REFUSED, (part, place)
    assert (await bank.sign_in(owner.client, whole)).status == 200


async def test_passkeys_are_for_sites_with_a_name_over_https(authentication: Authentication) -> None:
    for base_url in ("http://bank.example", "http://192.0.2.7", "https://192.0.2.7"):
        async with authentication.client(base_url=base_url) as client:
            refused = await client.send("POST", f"{PASSKEYS}/sign-in/options")
            assert (refused.status, refused.code) == (403, "passkeys_need_https")
            for host in ("[::1", "", "a b", "bank.example:99999999"):
                headers = {"Host": host}
                refused = await client.send("POST", f"{PASSKEYS}/sign-in/options", headers=headers)
                assert refused.status in (200, 403), host
    for base_url in ("http://localhost:8080", "https://bank.example"):
        async with authentication.client(base_url=base_url) as client:
            asked = await client.send("POST", f"{PASSKEYS}/sign-in/options")
            assert asked.json["options"]["rpId"] == base_url.partition("://")[2].partition(":")[0]
