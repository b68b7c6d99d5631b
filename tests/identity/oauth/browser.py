"""A browser without scripts: it keeps cookies, reads forms, fills them in and stops at foreign addresses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

_HOPS_MAX = 5


@dataclass
class Form:
    """One form of a page: where it goes and what it would send."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            assert given["method"] == "post"
            self.forms.append(Form(given["action"]))
        elif tag == "input":
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "a":
            self.links.append(given["href"])
        elif tag == "button" and "name" in given:
            self.forms[-1].buttons.append((given["name"], given["value"]))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@dataclass(frozen=True, slots=True)
class Page:
    """Where a browser has arrived: a page of the bank, or an address of somebody else's with its parameters."""

    url: str
    status: int
    headers: httpx.Headers
    text: str
    forms: list[Form]
    links: list[str]

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the address."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.url).query).items()}


class Browser:
    """Somebody's browser, over an HTTP client of its own."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.origin = str(http.base_url).rstrip("/")

    async def open(self, url: str) -> Page:
        """Follow a link."""
        return await self._arrive(await self.http.get(url))

    async def post(self, url: str, fields: Mapping[str, str], *, origin: str | None = None) -> Page:
        """Send a form; browsers tell whose page it was on."""
        headers = {"Origin": origin or self.origin}
        return await self._arrive(await self.http.post(url, data=dict(fields), headers=headers))

    async def submit(self, page: Page, **fields: str) -> Page:
        """Fill in the page's form and send it."""
        (form,) = page.forms
        return await self.post(form.action, {**form.fields, **fields})

    async def _arrive(self, response: httpx.Response) -> Page:
        for _ in range(_HOPS_MAX):
            if response.status_code != httpx.codes.SEE_OTHER:
                break
            url = urljoin(str(response.url), response.headers["location"])
            if not url.startswith(f"{self.origin}/"):
                return Page(url, response.status_code, response.headers, "", [], [])
            response = await self.http.get(url)
        reader = _Reader()
        reader.feed(response.text)
        url, text = str(response.url), " ".join(" ".join(reader.text).split())
        return Page(url, response.status_code, response.headers, text, reader.forms, reader.links)
