"""Bad input on every route that moves money: a clear refusal, and nothing written."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.support.problems import assert_problem
from tests.support.stories import BankStory, StoryPerson


@dataclass(frozen=True, slots=True)
class MoneyRoute:
    """A route that moves money: what its amount, text and receiver are called. `%` stands for raw JSON."""

    path: str
    amount: str
    text: str
    receiver: str

    def body(self, receiver: str, **raw: str) -> bytes:
        """Write a body that would succeed, with some fields replaced by raw JSON."""
        fields = {self.receiver: f'"{receiver}"', self.amount: "1", self.text: '"fine"', **raw}
        return ("{" + ", ".join(f'"{name}": {value}' for name, value in fields.items()) + "}").encode()


MONEY_ROUTES = [MoneyRoute("/api/v1/transactions", amount="amount", text="memo", receiver="to_account")]

BAD_AMOUNTS = {
    "NaN": "NaN",
    "Infinity": "Infinity",
    "minus Infinity": "-Infinity",
    "NaN as text": '"NaN"',
    "Infinity as text": '"Infinity"',
    "huge": "1e308",
    "huger than a double": "1e400",
    "huger than a decimal": "1e999999999999999999999",
    "tiny exponent": "1e-999999999999999999999",
    "a thousandth by exponent": "1e-3",
    "exponent as text": '"1e2"',
    "zero": "0",
    "minus zero": "-0",
    "minus zero with decimals": "-0.00",
    "zero as text": '"0"',
    "zero with a huge exponent": "0e999",
    "negative": "-1",
    "negative as text": '"-1"',
    "a thousandth": "0.001",
    "a thousandth as text": '"0.001"',
    "a cent and a bit": "1.009",
    "a cent and the smallest bit": "1.00" + "0" * 40 + "1",
    "a cent and the smallest bit as text": '"1.' + "0" * 27 + '1"',
    "true": "true",
    "false": "false",
    "null": "null",
    "a list": "[1]",
    "an empty list": "[]",
    "an object": '{"value": 1}',
    "empty text": '""',
    "blank text": '"  "',
    "words": '"ten"',
    "two numbers": '"1 2"',
    "hexadecimal": '"0x10"',
    "underscores": '"1_000"',
    "a comma": '"1,50"',
    "thousands": '"1,000.00"',
    "a currency": '"10 LBC"',
    "other digits": '"\u0661"',
    "full-width digits": '"\uff11"',
    "sixteen digits": "9999999999999999",
    "one more than the most": "10000000000000.00",
    "4,000 digits": "9" * 4_000,
    "10,000 digits": "9" * 10_000,
    "10,000 digits as text": '"' + "9" * 10_000 + '"',
    "10,000 decimals": "0." + "1" * 10_000,
    "NUL": '"1\\u0000"',
    "lone surrogate": '"\\ud800"',
    "leading zero": "01",
    "no digits before the point": ".5",
    "plus": "+5",
}

BAD_TEXTS = {
    "141 characters": '"' + "x" * 141 + '"',
    "NUL": '"a\\u0000b"',
    "bell": '"a\\u0007b"',
    "raw control character": '"a\x01b"',
    "right-to-left override": '"a\\u202eb"',
    "raw right-to-left override": '"a\u202eb"',
    "isolate": '"a\\u2066b"',
    "line separator": '"a\\u2028b"',
    "lone high surrogate": '"\\ud83d"',
    "lone low surrogate": '"\\ude00"',
    "reversed surrogates": '"\\ude00\\ud83d"',
    "a number": "5",
    "true": "true",
    "a list": '["fine"]',
    "an object": "{}",
}

BAD_RECEIVERS = {
    "empty": '""',
    "blank": '"   "',
    "null": "null",
    "a number": "5",
    "a list": "[]",
    "NUL": '"NC-AAAA-\\u0000AAA"',
    "lone surrogate": '"\\udc00"',
    "direction override": '"\\u202eNC-AAAA-AAAA"',
    "10,000 characters": '"' + "A" * 10_000 + '"',
    "other digits": '"NC-\uff11\uff11\uff11\uff11-AAAA"',
}

BAD_BODIES = {
    "nothing": b"",
    "blanks": b"  \n",
    "null": b"null",
    "a number": b"1",
    "a text": b'"to_account"',
    "a list": b'[{"to_account": "NC-AAAA-AAAA", "amount": 1}]',
    "half an object": b'{"amount": 1',
    "trailing comma": b'{"amount": 1,}',
    "two documents": b'{"amount": 1}{"amount": 1}',
    "single quotes": b"{'amount': 1}",
    "a comment": b'{"amount": 1 /* one */}',
    "form": b"amount=1&to_account=NC-AAAA-AAAA",
    "bad UTF-8": b'{"memo": "\xff\xfe"}',
    "truncated UTF-8": b'{"memo": "\xe2\x82"}',
    "overlong UTF-8": b'{"memo": "\xc0\xaf"}',
    "surrogate in UTF-8": b'{"memo": "\xed\xa0\x80"}',
    "a million brackets, nearly": b"[" * 60_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "NUL bytes": b"\x00" * 100,
    "only a key": b'{"amount"}',
}

BAD_KEYS = {
    "empty": b"",
    "too long": b"k" * 201,
    "blank inside": b"a b",
    "tab": b"a\tb",
    "control character": b"a\x01b",
    "delete": b"a\x7fb",
    "UTF-8": "schlüssel".encode(),
    "Latin-1": b"schl\xfcssel",
}


@pytest.fixture(params=MONEY_ROUTES, ids=lambda route: route.path)
def route(request: pytest.FixtureRequest) -> MoneyRoute:
    given: MoneyRoute = request.param
    return given


@pytest.fixture(scope="module")
async def runner(bank: BankStory) -> StoryPerson:
    """One payer for all cases: none of them may change anything."""
    return await bank.person("runner")


@pytest.fixture(scope="module")
async def fixer(bank: BankStory) -> StoryPerson:
    """One receiver for all cases."""
    return await bank.person("fixer")


@pytest.fixture
async def untouched(bank: BankStory) -> AsyncIterator[None]:
    """Assert after the test that nothing was written to the books."""
    before = await bank.journal()
    yield
    assert await bank.journal() == before


async def refused(payer: StoryPerson, route: MoneyRoute, body: bytes, *statuses: int) -> None:
    answer = await payer.http.post(route.path, content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, *statuses)


async def test_the_body_that_every_case_spoils_is_a_good_one(
    runner: StoryPerson, fixer: StoryPerson, route: MoneyRoute
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await runner.http.post(route.path, content=route.body(fixer.account), headers=headers)
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("raw", BAD_AMOUNTS.values(), ids=BAD_AMOUNTS)
async def test_a_bad_amount_is_refused(
    runner: StoryPerson, fixer: StoryPerson, route: MoneyRoute, untouched: None, raw: str
) -> None:
    await refused(runner, route, route.body(fixer.account, **{route.amount: raw}), 400)


@pytest.mark.parametrize("raw", BAD_TEXTS.values(), ids=BAD_TEXTS)
async def test_a_bad_text_is_refused(
    runner: StoryPerson, fixer: StoryPerson, route: MoneyRoute, untouched: None, raw: str
) -> None:
    await refused(runner, route, route.body(fixer.account, **{route.text: raw}), 400)


@pytest.mark.parametrize("raw", BAD_RECEIVERS.values(), ids=BAD_RECEIVERS)
async def test_a_bad_receiver_is_refused(
    runner: StoryPerson, fixer: StoryPerson, route: MoneyRoute, untouched: None, raw: str
) -> None:
    await refused(runner, route, route.body(fixer.account, **{route.receiver: raw}), 400)


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
async def test_a_bad_body_is_refused(runner: StoryPerson, route: MoneyRoute, untouched: None, body: bytes) -> None:
    await refused(runner, route, body, 400)


@pytest.mark.parametrize("field", ["amount", "receiver"])
async def test_a_missing_field_is_refused_by_name(
    runner: StoryPerson, fixer: StoryPerson, route: MoneyRoute, untouched: None, field: str
) -> None:
    name = getattr(route, field)
    body = route.body(fixer.account).replace(f'"{name}"'.encode(), b'"something_else"')
    answer = await runner.http.post(route.path, content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 400)
    assert name in [mistake["field"] for mistake in answer.json()["errors"]]


@pytest.mark.parametrize("field", ["amount", "text", "receiver"])
async def test_a_field_that_stands_twice_is_refused(
    runner: StoryPerson, fixer: StoryPerson, route: MoneyRoute, untouched: None, field: str
) -> None:
    """Two readers of such a body may take different values for the truth."""
    body = route.body(fixer.account)
    again = body.replace(b"}", f', "{getattr(route, field)}": "2"}}'.encode())
    await refused(runner, route, again, 400)


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS)
async def test_a_bad_idempotency_key_is_refused(
    runner: StoryPerson, fixer: StoryPerson, route: MoneyRoute, untouched: None, key: bytes
) -> None:
    headers = [(b"Content-Type", b"application/json"), (b"Idempotency-Key", key)]
    answer = await runner.http.post(route.path, content=route.body(fixer.account), headers=headers)
    assert_problem(answer, 400, code="invalid_idempotency_key")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json", ""])
async def test_what_is_not_sent_as_json_is_refused(
    runner: StoryPerson, fixer: StoryPerson, route: MoneyRoute, untouched: None, kind: str
) -> None:
    body = route.body(fixer.account)
    answer = await runner.http.post(route.path, content=body, headers={"Content-Type": kind})
    assert_problem(answer, 415, code="unsupported_media_type")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
async def test_another_method_is_refused(
    runner: StoryPerson, fixer: StoryPerson, route: MoneyRoute, untouched: None, method: str
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await runner.http.request(method, route.path, content=route.body(fixer.account), headers=headers)
    assert_problem(answer, 405, code="method_not_allowed")
    assert answer.headers["allow"] == "POST"


async def test_a_pair_of_escaped_surrogates_is_one_letter(
    runner: StoryPerson, fixer: StoryPerson, route: MoneyRoute
) -> None:
    body = route.body(fixer.account, **{route.text: '"\\ud83d\\ude00"'})
    answer = await runner.http.post(route.path, content=body, headers={"Content-Type": "application/json"})
    assert answer.json()["transaction"][route.text] == "\U0001f600"


def padded(body: bytes, size: int) -> bytes:
    return body + b" " * (size - len(body))


async def in_pieces(body: bytes, piece: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), piece):
        yield body[start : start + piece]


@pytest.mark.parametrize("size", [64 * 1024 + 1, 1024 * 1024])
@pytest.mark.parametrize("piece", [None, 1_000, 10_000_000], ids=["with length", "in pieces", "in one piece"])
async def test_a_body_over_64_kib_is_refused(
    runner: StoryPerson, fixer: StoryPerson, route: MoneyRoute, untouched: None, size: int, piece: int | None
) -> None:
    body = padded(route.body(fixer.account), size)
    content = body if piece is None else in_pieces(body, piece)
    answer = await runner.http.post(route.path, content=content, headers={"Content-Type": "application/json"})
    assert_problem(answer, 413, code="payload_too_large")


async def test_a_body_of_64_kib_is_read(runner: StoryPerson, fixer: StoryPerson, route: MoneyRoute) -> None:
    body = padded(route.body(fixer.account), 64 * 1024)
    answer = await runner.http.post(
        route.path, content=in_pieces(body, 1_000), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 201


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "9" * 20, "9" * 10_000])
async def test_a_length_that_cannot_be_is_refused(
    runner: StoryPerson, fixer: StoryPerson, route: MoneyRoute, untouched: None, length: str
) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": length}
    answer = await runner.http.post(route.path, content=route.body(fixer.account), headers=headers)
    assert_problem(answer, 400, 413)
