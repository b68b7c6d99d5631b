"""Where webhooks may go: no name, no trick of notation and no second answer of a resolver leads into the house."""

from collections.abc import Sequence

import pytest

from loopbank.events.webhooks.addresses import Addresses, AddressNotAllowed
from loopbank.events.webhooks.errors import UnacceptableUrl


def addresses(*answers: str, private_are_allowed: bool = False) -> Addresses:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return answers

    return Addresses(private_are_allowed=private_are_allowed, resolve=resolve)


INSIDE = [
    "127.0.0.1",
    "10.0.0.7",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.7",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
]


@pytest.mark.parametrize("inside", INSIDE)
async def test_a_name_that_points_inside_is_not_called(inside: str) -> None:
    with pytest.raises(AddressNotAllowed):
        await addresses(inside).target("https://shop.example.com/hook")
    # One good address beside a bad one does not help: the connection could go to either.
    with pytest.raises(AddressNotAllowed):
        await addresses("93.184.216.34", inside).target("https://shop.example.com/hook")


async def test_a_request_goes_to_the_address_that_was_looked_at() -> None:
    target = await addresses("93.184.216.34").target("https://shop.example.com:8443/hook?shop=1")
    assert str(target.url) == "https://93.184.216.34:8443/hook?shop=1"
    assert (target.host, target.sni) == ("shop.example.com:8443", "shop.example.com")


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://[::1]/", "https://10.1.2.3:8080/x", "http://shop.example.com/"]
)
def test_an_address_that_can_never_be_told_is_refused_at_once(url: str) -> None:
    with pytest.raises(UnacceptableUrl):
        addresses().check(url)


@pytest.mark.parametrize("host", ["", "a b", "a%2eb", "a..b", "xn--", "[::1", "a" * 64, "a:65536"])
async def test_what_nobody_can_be_asked_for_is_refused_at_once(host: str) -> None:
    for judged in (addresses("93.184.216.34"), addresses("192.168.1.20", private_are_allowed=True)):
        with pytest.raises(UnacceptableUrl):
            judged.check(f"https://{host}/hook")
        with pytest.raises(UnacceptableUrl):
            await judged.target(f"https://{host}/hook")


@pytest.mark.parametrize("url", ["https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/"])
async def test_other_ways_to_write_an_address_are_judged_by_what_they_mean(url: str) -> None:
    with pytest.raises((UnacceptableUrl, AddressNotAllowed)):
        await addresses("127.0.0.1").target(url)


async def test_an_event_may_call_its_own_network_when_it_says_so() -> None:
    allowed = addresses("192.168.1.20", private_are_allowed=True)
    allowed.check("http://192.168.1.20:8123/hook")
    assert (await allowed.target("http://till.local/hook")).url.host == "192.168.1.20"
