"""The provider's own pages: plain HTML without a script, in the installation's theme, framed by nobody."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from loopbank.identity.oauth.texts import TEXTS, language_of

_FOLDER = Path(__file__).parent / "templates"

# No form-action: browsers hold it against the redirect that follows a form as well, and that goes to the apps.
_POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'"
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Frame-Options": "DENY",
    # Not no-referrer, with which browsers would hide the origin of our own forms from us.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_STYLE_HEADERS = {"Cache-Control": "public, max-age=3600"}


class Pages:
    """Renders pages; everything that is shown is escaped."""

    def __init__(self, *, product_name: str, theme: str, signs_in_by_mail: bool) -> None:
        environment = Environment(
            loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, auto_reload=False
        )
        environment.globals |= {"product": product_name, "theme": theme, "signs_in_by_mail": signs_in_by_mail}
        self._environment = environment
        self._style = (_FOLDER / "pages.css").read_bytes()

    def show(
        self,
        request: Request,
        template: str,
        title: str,
        *,
        status: int = 200,
        locales: str | None = None,
        **shown: object,
    ) -> Response:
        """Render a page; `title` is a key of the texts, in which `client` may stand."""
        language = language_of(request, locales)
        say = TEXTS[language]
        heading = say[title].format(client=shown.get("client", ""))
        html = self._environment.get_template(template).render(language=language, say=say, title=heading, **shown)
        return Response(html, status, _HEADERS, "text/html; charset=utf-8")

    def tell(
        self,
        request: Request,
        title: str,
        text: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Render a page that only says something; `text` is a key of the texts, or else a sentence."""
        sentence = TEXTS[language_of(request)].get(text, text)
        response = self.show(request, "page.html", title, status=status, text=sentence)
        response.headers.update(headers or {})
        return response

    def say(self, request: Request, text: str) -> str:
        """Give one text in the language of a request."""
        return TEXTS[language_of(request)][text]

    def style(self) -> Response:
        """Give the stylesheet."""
        return Response(self._style, 200, _STYLE_HEADERS, "text/css; charset=utf-8")


def go_to(location: str) -> Response:
    """Send a browser on with GET, whatever it came with."""
    return RedirectResponse(location, 303, {"Referrer-Policy": "no-referrer"})
