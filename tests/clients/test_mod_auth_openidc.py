"""Apache's mod_auth_openidc, as Debian ships it, lets in whoever signs in with the real server."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clients.installed import Installation
from tests.support.server import _free_port

MODULES = Path("/usr/lib/apache2/modules")
APACHE = shutil.which("apache2") or "/usr/sbin/apache2"
START_SECONDS_MAX = 20.0

pytestmark = pytest.mark.skipif(
    not (MODULES / "mod_auth_openidc.so").exists() or not Path(APACHE).exists(),
    reason="apache2 and libapache2-mod-auth-openidc are not installed",
)

CONFIGURATION = """
ServerName 127.0.0.1
ServerRoot {folder}
DocumentRoot {folder}/pages
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
DefaultRuntimeDir {folder}
Mutex pthread
{user}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule auth_openidc_module {modules}/mod_auth_openidc.so
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {secret}
OIDCRedirectURI http://127.0.0.1:{port}/inside/callback
OIDCCryptoPassphrase a-passphrase-of-the-tests
OIDCScope "openid profile"
OIDCPKCEMethod S256
<Directory />
  AllowOverride None
</Directory>
<Location /inside>
  AuthType openid-connect
  Require valid-user
  Header always set X-Person "expr=%{{env:OIDC_CLAIM_name}}"
</Location>
"""


@dataclass(frozen=True, slots=True)
class Apache:
    """A running Apache with one folder that only people who are signed in may see."""

    base_url: str


def configured(folder: Path, port: int, installed: Installation, client: dict[str, Any]) -> Path:
    """Write the configuration and the one page."""
    (folder / "pages" / "inside").mkdir(parents=True)
    (folder / "pages" / "inside" / "page.txt").write_text("inside")
    user = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    path = folder / "apache.conf"
    path.write_text(
        CONFIGURATION.format(
            folder=folder,
            port=port,
            user=user,
            modules=MODULES,
            issuer=installed.base_url,
            client_id=client["id"],
            secret=client["clientSecret"],
        )
    )
    return path


@pytest.fixture
def apache(installed: Installation, session_folder: Path) -> Iterator[Apache]:
    port = _free_port()
    callback, bye = f"http://127.0.0.1:{port}/inside/callback", f"http://127.0.0.1:{port}/bye"
    client = installed.register(redirectUris=[callback], postLogoutRedirectUris=[bye])
    folder = session_folder / f"apache-{port}"
    folder.mkdir()
    # On a root machine Apache answers as another user, who must be able to pass through.
    session_folder.chmod(0o755)
    configuration = configured(folder, port, installed, client)
    process = subprocess.Popen([APACHE, "-X", "-f", str(configuration)], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            assert process.poll() is None, (folder / "error.log").read_text()
            try:
                httpx.get(f"http://127.0.0.1:{port}/")
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield Apache(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(30)


async def test_it_lets_in_whoever_signs_in_and_out_again(installed: Installation, apache: Apache) -> None:
    browser = installed.browser()
    async with browser.http as http:
        turned_away = await http.get(f"{apache.base_url}/inside/page.txt")
        assert turned_away.status_code == 302, turned_away.text
        assert turned_away.headers["location"].startswith(f"{installed.base_url}/oauth/authorize?")
        arrived = await installed.go_through(browser, turned_away.headers["location"])
        let_in = await http.get(arrived.url)
        assert let_in.headers["location"] == f"{apache.base_url}/inside/page.txt", let_in.text
        page = await http.get(let_in.headers["location"])
        assert (page.text, page.headers["x-person"]) == ("inside", "Runner")
        leaving = await http.get(f"{apache.base_url}/inside/callback", params={"logout": f"{apache.base_url}/bye"})
        gone = await installed.go_through(browser, leaving.headers["location"])
        assert gone.url.partition("?")[0] == f"{apache.base_url}/bye"
        back = await http.get(f"{apache.base_url}/inside/page.txt")
        assert back.status_code == 302
