"""The guard reads one header and lets nobody pass by default."""

from itertools import product

import pytest
from starlette.requests import Request

from loopbank.access import Guard, InvalidToken, RevocationPage, Revocations, Role, RoleTooLow, TokenVerifier
from tests.access.signing import ISSUER, SettableClock, Signer


async def nothing_revoked(cursor: int) -> RevocationPage:
    return RevocationPage(cursor, (), is_last=True)


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer(SettableClock())


@pytest.fixture
async def guard(signer: Signer) -> Guard:
    revocations = Revocations(fetch=nothing_revoked, clock=signer.clock)
    await revocations.refresh()
    return Guard(TokenVerifier(fetch_keys=signer.fetch_keys, issuer=ISSUER, clock=signer.clock), revocations)


def request_with(*headers: tuple[str, str]) -> Request:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw})


async def test_the_bearer_of_a_token_is_known(guard: Guard, signer: Signer) -> None:
    for scheme in ("Bearer", "bearer", "BEARER"):
        person = await guard.person(request_with(("Authorization", f"{scheme} {signer.token()}")))
        assert (person.person_id, person.role) == ("person-1", Role.USER)


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Token x", "Bearer not-a-token"])
async def test_whoever_bears_no_token_is_refused(guard: Guard, value: str) -> None:
    with pytest.raises(InvalidToken) as refused:
        await guard.person(request_with(("Authorization", value)))
    assert refused.value.status == 401
    assert refused.value.headers["WWW-Authenticate"] == "Bearer"


async def test_a_request_without_the_header_is_refused(guard: Guard) -> None:
    with pytest.raises(InvalidToken):
        await guard.person(request_with())


@pytest.mark.parametrize(("held", "needed"), list(product(Role, Role)))
async def test_a_role_may_do_what_the_roles_below_it_may(
    guard: Guard, signer: Signer, held: Role, needed: Role
) -> None:
    request = request_with(("Authorization", f"Bearer {signer.token(role=held.name)}"))
    if held >= needed:
        assert (await guard.at_least(request, needed)).role is held
    else:
        with pytest.raises(RoleTooLow) as refused:
            await guard.at_least(request, needed)
        assert refused.value.status == 403


def test_roles_are_ordered_as_the_house_says() -> None:
    assert sorted(Role) == [Role.USER, Role.DEVELOPER, Role.ADMIN, Role.SUPERADMIN]
