"""openid-client, certified by the OpenID Foundation, runs through everything against the real server."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.clients.installed import BYE, Installation

FOLDER = Path(__file__).parent
EVERYTHING = "openid profile email offline_access coins:spend"

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed"),
    pytest.mark.skipif(not (FOLDER / "node_modules" / "openid-client").is_dir(), reason="`make test` installs it"),
]


class Refused(Exception):
    """What the program reports as the server's refusal."""


class Program:
    """The program in its own process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def __call__(self, act: str, **parameters: str) -> Any:
        """Let the program act, and give its answer. Raises Refused."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"act": act, **parameters}).encode() + b"\n")
        answer = json.loads(await self._process.stdout.readline())
        if "refused" in answer:
            raise Refused(answer["refused"])
        return answer["done"]


@asynccontextmanager
async def program(installed: Installation, *, way: str = "basic") -> AsyncIterator[Program]:
    """Register a program and run it."""
    client = installed.register(is_public=way == "none")
    arguments = (installed.base_url, client["id"], client["clientSecret"] or "", way)
    process = await asyncio.create_subprocess_exec(
        "node",
        str(FOLDER / "program.mjs"),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Program(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        assert await process.wait() == 0


@pytest.mark.parametrize("way", ["basic", "post", "none"])
async def test_it_signs_people_in_and_lets_them_out(installed: Installation, way: str) -> None:
    browser = installed.browser()
    async with browser.http, program(installed, way=way) as act:
        url = await act("authorize", scope=EVERYTHING)
        arrived = await installed.go_through(browser, url, spend_limit="50")
        tokens = await act("callback", url=arrived.url)
        claims = tokens["claims"]
        told = await act("userinfo", token=tokens["access_token"], subject=claims["sub"])
        assert told["name"] == "Runner"
        if way != "none":
            assert (await act("introspect", token=tokens["access_token"]))["active"]
        fresh = await act("refresh", token=tokens["refresh_token"])
        with pytest.raises(Refused, match="invalid_grant"):
            await act("refresh", token=tokens["refresh_token"])
        await act("revoke", token=fresh["refresh_token"])
        with pytest.raises(Refused, match="invalid_grant"):
            await act("refresh", token=fresh["refresh_token"])
        with pytest.raises(Refused, match=r"invalid_token|WWW_AUTHENTICATE"):
            await act("userinfo", token=fresh["access_token"], subject=claims["sub"])
        url = await act("logout", id_token_hint=tokens["id_token"], post_logout_redirect_uri=BYE, state="bye")
        gone = await installed.go_through(browser, url)
        assert gone.url == f"{BYE}?state=bye"
        again = await browser.open(await act("authorize", scope="openid", prompt="none"))
        assert again.parameters["error"] == "login_required"


async def test_it_connects_a_device(installed: Installation) -> None:
    browser = installed.browser()
    async with browser.http, program(installed) as act:
        device = await act("device", scope="openid offline_access")
        page = await installed.go_through(browser, device["verification_uri_complete"])
        assert "Connected" in page.text
        tokens = await act("poll")
        assert (await act("introspect", token=tokens["refresh_token"]))["active"]


async def test_it_speaks_for_itself(installed: Installation) -> None:
    async with program(installed) as act:
        tokens = await act("credentials")
        shown = await act("introspect", token=tokens["access_token"])
        assert (shown["active"], shown["sub"]) == (True, shown["client_id"])
