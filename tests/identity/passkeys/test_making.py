"""Making and removing passkeys: by whoever knows the password, for this site, once per challenge."""

import asyncio

import pytest

from loopbank.identity.passkeys.ceremonies import PASSKEYS_MAX
from tests.identity.passkeys.authenticator import PRESENT, VERIFIED, Authenticator
from tests.identity.passkeys.story import PASSKEYS, Owner, PasskeyStory

REFUSED = (400, "passkey_not_acceptable")


async def test_a_passkey_is_made_shown_and_told_of(bank: PasskeyStory, owner: Owner) -> None:
    device = Authenticator()
    options = await owner.options()
    assert options["rp"]["id"] == "bank.example"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    added = await owner.add(device.make(options), "My phone")
    assert added.status == 201
    (shown,) = await owner.list()
    assert shown == added.json
    assert (shown["name"], shown["used_at"]) == ("My phone", None)
    facts = [fact for fact in await bank.authentication.facts("security.acted") if "passkey_added" in fact]
    assert any("My phone" in fact for fact in facts)


async def test_who_merely_holds_a_token_changes_no_passkey(owner: Owner) -> None:
    refused = await owner.offer("a wrong password")
    assert (refused.status, refused.code) == (401, "wrong_password")
    device = await owner.make()
    (shown,) = await owner.list()
    assert (await owner.remove(shown["id"], "a wrong password")).code == "wrong_password"
    assert len(await owner.list()) == 1
    assert (await owner.client.send("DELETE", f"{PASSKEYS}/{shown['id']}", token=owner.token)).status in (404, 405)
    assert (await owner.remove(shown["id"])).status == 200
    assert (await owner.remove(shown["id"])).code == "passkey_not_found"
    assert await owner.list() == []
    assert device.count == 0


async def test_a_device_that_has_a_passkey_is_told_so(owner: Owner) -> None:
    device = await owner.make()
    excluded = (await owner.options())["excludeCredentials"]
    assert [one["id"] for one in excluded] == [device.make(await owner.options())["id"]]


@pytest.mark.parametrize(
    "bent",
    [
        {"origin": "https://bank.example.evil.example"},
        {"origin": "http://bank.example"},
        {"type": "webauthn.get"},
        {"challenge": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
        {"rp_id": "evil.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
    ],
    ids=str,
)
async def test_what_was_not_made_here_is_refused(owner: Owner, bent: dict[str, object]) -> None:
    made = Authenticator().make(await owner.options(), **bent)  # type: ignore[arg-type]  # what is bent differs in kind
    refused = await owner.add(made)
    assert (refused.status, refused.code) == REFUSED
    assert await owner.list() == []


async def test_a_challenge_makes_one_passkey(owner: Owner) -> None:
    options = await owner.options()
    made = [Authenticator().make(options) for _ in range(10)]
    answers = await asyncio.gather(*(owner.add(one) for one in made))
    assert sorted(answer.status for answer in answers) == [201] + [400] * 9
    assert len(await owner.list()) == 1


async def test_a_challenge_ends_and_is_for_whom_it_was_made(bank: PasskeyStory, owner: Owner) -> None:
    stranger = await bank.owner()
    options = await owner.options()
    refused = await stranger.add(Authenticator().make(options))
    assert (refused.status, refused.code) == REFUSED
    to_sign_in = await bank.ask(owner.client)
    refused = await owner.add(Authenticator().make(options | {"challenge": to_sign_in["challenge"]}))
    assert (refused.status, refused.code) == REFUSED
    bank.clock.let_pass(300)
    assert (await owner.add(Authenticator().make(options))).code == REFUSED[1]
    assert (await owner.list(), await stranger.list()) == ([], [])


async def test_nobody_adds_a_key_that_is_known(bank: PasskeyStory, owner: Owner) -> None:
    device = await owner.make()
    stranger = await bank.owner()
    for thief in (stranger, owner):
        copy = Authenticator(key=device.key, id=device.id)
        assert (await thief.add(copy.make(await thief.options()))).code == REFUSED[1]
    assert (len(await owner.list()), await stranger.list()) == (1, [])


async def test_nobody_has_more_than_twenty_however_many_they_add_at_once(owner: Owner) -> None:
    for _ in range(PASSKEYS_MAX - 1):
        await owner.make()
    offered = [await owner.options() for _ in range(5)]
    answers = await asyncio.gather(*(owner.add(Authenticator().make(options)) for options in offered))
    assert sorted(answer.status for answer in answers) == [201] + [400] * 4
    assert len(await owner.list()) == PASSKEYS_MAX
    assert (await owner.offer()).code == REFUSED[1]


async def test_nobody_removes_anothers_passkey(bank: PasskeyStory, owner: Owner) -> None:
    await owner.make()
    stranger = await bank.owner()
    (shown,) = await owner.list()
    assert (await stranger.remove(shown["id"])).code == "passkey_not_found"
    assert len(await owner.list()) == 1


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}},
        {"id": "AAAA", "rawId": "AAAA", "type": "x", "response": {"clientDataJSON": "AA", "attestationObject": "AA"}},
        {"id": "A\x00", "rawId": "AAAA", "type": "public-key", "response": {"clientDataJSON": "e30"}},
        "text",
        None,
    ],
    ids=repr,
)
async def test_what_no_browser_makes_is_refused(owner: Owner, credential: object) -> None:
    refused = await owner.client.send("POST", PASSKEYS, {"name": "x", "credential": credential}, token=owner.token)
    assert refused.status in (400, 422)


async def test_a_damaged_key_signs_nobody_in_wherever_it_is_damaged(bank: PasskeyStory, owner: Owner) -> None:
    options = await owner.options()
    device = Authenticator()
    text = device.make(options)["response"]["attestationObject"]
    for place in range(0, len(text) - 1, 13):
        made = device.make(options)
        made["response"]["attestationObject"] = text[:place] + ("A" if text[place] != "A" else "f") + text[place + 1 :]
        added = await owner.add(made)
        assert added.status in (201, 400), (place, added.json)
        if added.status == 201:
            # What was damaged was the key itself, or what no site looks at, such as the maker of the device.
            signed_in = await bank.sign_in(owner.client, device.sign(await bank.ask(owner.client)))
            assert signed_in.status in (200, 401), (place, signed_in.json)
            await owner.remove(added.json["id"])
            options = await owner.options()
