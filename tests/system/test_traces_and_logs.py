"""What leaves a process beside its answers: traces and logs that name a request, and never a secret."""

import gzip
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.support.server import RealServer
from tests.support.servers import ServerStarter
from tests.system.topologies import WITHOUT_LIMITS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

PASSWORD = "chrome-rain-4417"
NAME = "Night Runner"
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Collector:
    """A stand-in for a collector: it reads what OpenTelemetry's protocol says."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.bodies = b""
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                collector.take(body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def take(self, body: bytes) -> None:
        request = ExportTraceServiceRequest.FromString(body)
        self.bodies += body
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                self.spans += scope.spans


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    thread = threading.Thread(target=collector.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield collector
    collector.server.shutdown()
    collector.server.server_close()
    thread.join()


def attributes(span: Span) -> dict[str, object]:
    return {item.key: item.value.string_value or item.value.int_value for item in span.attributes}


def test_a_request_can_be_followed_in_traces_and_logs_and_no_secret_with_it(
    sqlite_database_url: str, start_server: ServerStarter
) -> None:
    with collecting() as collector:
        environment = {**WITHOUT_LIMITS, "LOOPBANK_TRACE_ENDPOINT": f"http://127.0.0.1:{collector.server.server_port}"}
        server = start_server(sqlite_database_url, environment=environment)
        body = {"character_name": NAME, "password": PASSWORD}
        with httpx.Client(base_url=server.base_url, timeout=30) as http:
            http.post("/api/v1/auth/register", json=body).raise_for_status()
            signed_in = http.post("/api/v1/auth/login", json=body, headers={"traceparent": PARENT})
            token = signed_in.json()["access_token"]
            http.get("/api/v1/account?token=in-the-address", headers={"Authorization": f"Bearer {token}"})
            with closing(sqlite3.connect(sqlite_database_url.removeprefix("sqlite:///"))) as file:
                file.execute("ALTER TABLE person RENAME TO nobody")
            failed = http.post("/api/v1/auth/login", json=body)
        assert server.stop() == 0
        lines = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
    assert failed.status_code == 500
    (told,) = (line for line in lines if line.get("event") == "request failed")
    assert told["request_id"] == failed.headers["x-request-id"]
    assert "no such table" in told["exception"]
    by_id = {attributes(span)["loopbank.request_id"]: span for span in collector.spans}
    login = by_id[signed_in.headers["x-request-id"]]
    assert (login.name, attributes(login)["http.response.status_code"]) == ("POST /api/v1/auth/login", 200)
    assert (login.trace_id.hex(), login.parent_span_id.hex()) == tuple(PARENT.split("-")[1:3])
    assert by_id[failed.headers["x-request-id"]].status.code == 2
    everything = server.log + collector.bodies.decode("latin-1")
    for secret in (
        PASSWORD,
        NAME,
        NAME.lower(),
        token,
        "in-the-address",
        server._whole_environment()["LOOPBANK_SECRET_KEY"],
    ):
        assert secret not in everything


def test_a_trace_goes_on_in_the_other_service(postgres_database_url: str, tmp_path: Path) -> None:
    with collecting() as collector:
        settings = {**WITHOUT_LIMITS, "LOOPBANK_TRACE_ENDPOINT": f"http://127.0.0.1:{collector.server.server_port}"}
        auth, coin = (
            RealServer(postgres_database_url, tmp_path / service, service=service, environment=settings)
            for service in ("auth", "coin")
        )
        settings |= {"LOOPBANK_AUTH_URL": auth.base_url, "LOOPBANK_COIN_URL": coin.base_url}
        with coin, auth, httpx.Client(base_url=auth.base_url, timeout=30) as http:
            body = {"character_name": NAME, "password": PASSWORD}
            http.post("/api/v1/auth/register", json=body).raise_for_status()
            assert auth.stop() == coin.stop() == 0
    spans = {span.name: span for span in collector.spans}
    asked, opened = spans["POST /api/v1/auth/register"], spans["POST /internal/holders"]
    assert asked.trace_id == opened.trace_id
    assert opened.parent_span_id == asked.span_id


def test_a_log_that_holds_a_secret_would_be_noticed(tmp_path: Path) -> None:
    collector = Collector()
    span = Span(name="GET /?token=x")
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.append(span)
    collector.take(request.SerializeToString())
    collector.server.server_close()
    assert b"token=x" in collector.bodies
    assert collector.spans == [span]
