"""Under which address the provider speaks."""

import pytest
from starlette.requests import Request

from loopbank.identity.oauth.addresses import Issuers
from loopbank.identity.oauth.errors import NoPublicAddress


def _request(host: str) -> Request:
    return Request(
        {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "path": "/.well-known/openid-configuration",
            "root_path": "",
            "query_string": b"",
            "headers": [(b"host", host.encode())],
            "server": ("127.0.0.1", 8080),
        }
    )


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1:5000", "192.168.4.20:8080", "[::1]:8080", "bank.local"])
def test_in_a_private_network_the_address_that_was_asked_counts(host: str) -> None:
    assert Issuers("").of(_request(host)) == f"http://{host}"


@pytest.mark.parametrize("host", ["bank.example", "203.0.113.9.example", "8.8.8.8", "evil.example:80"])
def test_a_name_that_the_world_can_claim_is_never_taken_from_a_request(host: str) -> None:
    with pytest.raises(NoPublicAddress):
        Issuers("").of(_request(host))


def test_a_configured_address_counts_wherever_the_request_came_to() -> None:
    assert Issuers("https://bank.example/").of(_request("127.0.0.1:5000")) == "https://bank.example"
