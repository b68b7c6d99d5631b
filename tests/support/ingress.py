"""A tiny ingress: one address in front of the services, routed by path as the deployment's own rules say."""

import re
import threading
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from tests.support.source_tree import ROOT

_RULES = [
    (re.compile(pattern), re.search(r"http://(\w+):", act))
    for pattern, act in re.findall(
        r"location ~ (\S+) \{ (.+?); \}", (ROOT / "deploy" / "compose" / "ingress.conf").read_text()
    )
]

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
_PIECE_BYTES = 65_536
_SECONDS_MAX = 60.0


class Ingress:
    """Forwards to `auth` and `coin`, given as ports; use it as a context manager."""

    def __init__(self) -> None:
        self.ports: Mapping[str, int] = {}
        ingress = self

        class Handler(_Forwarding):
            def port(self) -> int | None:
                service = service_of(self.path.partition("?")[0])
                return None if service is None else ingress.ports[service]

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def base_url(self) -> str:
        """The address that clients call."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def service_of(path: str) -> str | None:
    """Give the service to which a path leads: the first rule's that matches; None for what stays inside."""
    for pattern, service in _RULES:
        if pattern.match(path):
            return None if service is None else service[1]
    return "web"


class _Forwarding(BaseHTTPRequestHandler):
    """Answers with what the service behind answers, piece by piece as it comes."""

    def port(self) -> int | None:
        raise NotImplementedError

    def do_GET(self) -> None:
        self._forward()

    def do_POST(self) -> None:
        self._forward()

    def do_PUT(self) -> None:
        self._forward()

    def do_PATCH(self) -> None:
        self._forward()

    def do_DELETE(self) -> None:
        self._forward()

    def log_message(self, *_: object) -> None:
        """Say nothing: the services log."""

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        port = self.port()
        if port is None:
            self.send_error(404)
            return
        connection = HTTPConnection("127.0.0.1", port, timeout=_SECONDS_MAX)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP_BY_HOP:
                    self.send_header(name, value)
            self.end_headers()
            while piece := answer.read1(_PIECE_BYTES):
                self.wfile.write(piece)
        except ConnectionRefusedError:
            self.send_error(502)
        except (OSError, HTTPException):
            # Somebody went away in the middle; the connection ends here as well.
            self.close_connection = True
        finally:
            connection.close()
