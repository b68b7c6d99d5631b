"""The web app's built files, served from memory: hashed assets for ever, pages never cached, one strict policy."""

import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.types import Receive, Scope, Send

_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: https: blob:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'; object-src 'none'"
)
_PAGE_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"permissions-policy", b"camera=(self), geolocation=(), microphone=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
]
_FOR_EVER = b"public, max-age=31536000, immutable"
_ALWAYS_ASK = b"no-cache"
_ENCODINGS = ((b"br", ".br"), (b"gzip", ".gz"))
_TYPES = {".webmanifest": "application/manifest+json", ".js": "text/javascript", ".woff2": "font/woff2"}
_MISSING = (
    b"<!doctype html><meta charset=utf-8><title>Loopbank</title>"
    b"<p>The API is up. The web app is not built: run <code>make setup</code>."
)


BUILT_BESIDE_SOURCE = Path(__file__).parents[3] / "web" / "dist"
"""Where a checkout has the built app."""


@dataclass(frozen=True, slots=True)
class _File:
    """One file in every encoding it was built in; the plain one last."""

    headers: list[tuple[bytes, bytes]]
    bodies: tuple[tuple[bytes, bytes], ...]


class WebApp:
    """Serves the built app: a file where there is one, the page of the reference at /docs, else the app's page."""

    def __init__(self, folder: Path) -> None:
        self._files = _read(folder) if folder.is_dir() else {}
        self._app = self._files.get("/index.html") or _page(_MISSING)
        docs = self._files.get("/docs.html")
        if docs is not None:
            self._files["/docs"] = docs

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer a GET or HEAD."""
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(send, 405, [(b"allow", b"GET, HEAD")], b"")
            return
        file = self._files.get(scope["path"])
        if file is None and scope["path"].startswith("/assets/"):
            await _answer(send, 404, _PAGE_HEADERS, b"")
            return
        file = file or self._app
        accepted = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"")
        encoding, body = next(pair for pair in file.bodies if not pair[0] or pair[0] in accepted)
        headers = [*file.headers, (b"content-encoding", encoding)] if encoding else file.headers
        await _answer(send, 200, headers, body, is_head=scope["method"] == "HEAD")


def _read(folder: Path) -> dict[str, _File]:
    files: dict[str, _File] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in (".br", ".gz"):
            name = "/" + path.relative_to(folder).as_posix()
            kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            bodies = [
                (encoding, packed.read_bytes())
                for encoding, suffix in _ENCODINGS
                if (packed := path.with_name(path.name + suffix)).is_file()
            ]
            bodies.append((b"", path.read_bytes()))
            files[name] = _File(_headers(kind, is_hashed=name.startswith("/assets/")), tuple(bodies))
    return files


def _page(body: bytes) -> _File:
    return _File(_headers("text/html", is_hashed=False), ((b"", body),))


def _headers(kind: str, *, is_hashed: bool) -> list[tuple[bytes, bytes]]:
    content_type = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    return [
        (b"content-type", content_type.encode()),
        (b"cache-control", _FOR_EVER if is_hashed else _ALWAYS_ASK),
        (b"vary", b"accept-encoding"),
        *_PAGE_HEADERS,
    ]


async def _answer(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes, *, is_head: bool = False
) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": b"" if is_head else body})
