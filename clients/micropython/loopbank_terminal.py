"""Charges accounts of a Loopbank from an ESP32, exactly once, whatever happens to power and network.

A charge is written to flash with its idempotency key before it is sent, and erased when its answer is definite. After a
power loss `resume` sends what stands there again; the key makes that harmless. One charge at a time.

    terminal = Terminal("https://bank.example", "lb_live_...", ca=open("ca.der", "rb").read())
    terminal.resume()
    outcome = terminal.charge("NC-4R8T-ZP1C", "NC-7K2M-Q9XD", "12.50", "Two coffees")

For MicroPython 1.22 and newer; CPython runs it too.
"""

import binascii
import json
import os
import socket
import ssl
import time
from collections import namedtuple

ATTEMPTS = 8
PAUSE_SECONDS_MAX = 30
TIMEOUT_SECONDS = 10
ANSWER_BYTES_MAX = 8192

Outcome = namedtuple("Outcome", ("is_paid", "code", "detail"))
"""What became of a charge: paid with the transaction's id, or refused with a code and a sentence."""


class Unfinished(Exception):
    """It is not known what became of the charge in flash. Call `resume` again, later."""


class RecordDamaged(Exception):
    """What stands in flash is no record. Look in the statement, then call `discard`."""


class Terminal:
    """One device with an API key. `amount` is text in coins; `ca` the bank's certificate authority in DER."""

    def __init__(self, address: str, api_key: str, path: str = "loopbank.record", ca: bytes | None = None) -> None:
        scheme, _, rest = address.partition("://")
        if scheme == "https" and ca is None:
            raise ValueError("https needs the certificate authority: ca")
        self._host, _, port = rest.rstrip("/").partition(":")
        self._port = int(port or (443 if scheme == "https" else 80))
        self._ca = ca if scheme == "https" else None
        self._api_key = api_key
        self._path = path

    def charge(self, from_account: str, to_account: str, amount: str, memo: str = "") -> Outcome:
        """Charge an account. Raises Unfinished: the charge, or an earlier one, still waits for its answer."""
        if self._kept() is not None:
            raise Unfinished("An earlier charge waits for its answer.")
        asked = {"from_account": from_account, "to_account": to_account, "amount": amount, "memo": memo}
        key = binascii.hexlify(os.urandom(16)).decode()
        body = json.dumps(asked)
        self._keep(record(key, body))
        return self._settle(key, body, ATTEMPTS, is_unclear=False)

    def resume(self, attempts: int = ATTEMPTS) -> Outcome | None:
        """Finish the charge that stands in flash; None when there is none. Raises Unfinished."""
        kept = self._kept()
        return None if kept is None else self._settle(kept[0], kept[1], attempts, is_unclear=True)

    def discard(self) -> None:
        """Forget the charge in flash; only for people who have looked whether it was paid."""
        self._forget()

    def balance(self, account: str) -> str:
        """Give an account's balance in coins, as text. Raises OSError."""
        status, _, body = self._ask("GET", f"/api/v1/external/account/{account}/balance", "", "")
        if status != 200:
            raise OSError(f"the bank answered {status}")
        return str(json.loads(body)["balance"])

    def _settle(self, key: str, body: str, attempts: int, *, is_unclear: bool) -> Outcome:
        for attempt in range(attempts):
            pause = min(2**attempt, PAUSE_SECONDS_MAX)
            try:
                status, headers, answer = self._ask("POST", "/api/v1/external/transactions", key, body)
            except OSError:
                is_unclear = True
            else:
                outcome = judge(status, headers, answer, key)
                if status == 401 and is_unclear:
                    raise Unfinished("The bank does not take the API key.")
                if outcome is not None:
                    self._forget()
                    return outcome
                is_unclear = is_unclear or status != 429
                asked = headers.get("retry-after", "")
                pause = int(asked) if asked.isdigit() else pause
            if attempt + 1 < attempts:
                time.sleep(pause)
        raise Unfinished("No definite answer yet.")

    def _kept(self) -> tuple[str, str] | None:
        """Give key and body of the charge in flash. Raises RecordDamaged."""
        try:
            with open(self._path, "rb") as file:
                return read_record(file.read())
        except OSError:
            return None

    def _keep(self, line: bytes) -> None:
        """Write a record in one step: it is there as a whole or not at all (LittleFS writes when a file is closed)."""
        with open(self._path + ".new", "wb") as file:
            file.write(line)
        self._put_in_place()

    def _put_in_place(self) -> None:
        os.rename(self._path + ".new", self._path)

    def _forget(self) -> None:
        os.remove(self._path)

    def _ask(self, method: str, path: str, key: str, body: str) -> tuple[int, dict[str, str], bytes]:
        """Send one request and give status, headers and body of the answer. Raises OSError."""
        content = body.encode()
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self._host}:{self._port}",
            "X-API-Key: " + self._api_key,
            "Content-Type: application/json",
            f"Content-Length: {len(content)}",
            "Connection: close",
        ] + (["Idempotency-Key: " + key] if key else [])
        connection = connect(self._host, self._port)
        try:
            if self._ca is not None:
                connection = secure(connection, self._host, self._ca)
            stream = stream_of(connection)
            try:
                self._say(stream, "\r\n".join(lines).encode() + b"\r\n\r\n" + content)
                return self._hear(stream)
            finally:
                stream.close()
        finally:
            connection.close()

    def _say(self, stream: socket.SocketIO, request: bytes) -> None:
        while request:
            request = request[stream.write(request) :]

    def _hear(self, stream: socket.SocketIO) -> tuple[int, dict[str, str], bytes]:
        try:
            status = int(stream.readline().split()[1])
            headers = {}
            while True:
                name, colon, value = stream.readline().decode().partition(":")
                if not colon:
                    break
                headers[name.lower()] = value.strip()
            left, body = min(int(headers.get("content-length", "0")), ANSWER_BYTES_MAX), b""
        except (ValueError, IndexError):
            raise OSError("no HTTP answer") from None
        while len(body) < left:
            piece = stream.read(left - len(body))
            if not piece:
                raise OSError("the answer was cut")
            body += piece
        return status, headers, body


def record(key: str, body: str) -> bytes:
    """Give the record of a charge: checksum, key and body in one line."""
    content = f"{key} {body}\n".encode()
    return b"%08x " % binascii.crc32(content) + content


def read_record(line: bytes) -> tuple[str, str]:
    """Give key and body of a record. Raises RecordDamaged."""
    content = line[9:]
    if len(line) < 10 or line[:9] != b"%08x " % binascii.crc32(content):
        raise RecordDamaged
    key, _, body = content.decode().partition(" ")
    return key, body[:-1]


def judge(status: int, headers: dict[str, str], body: bytes, key: str) -> Outcome | None:
    """Give what an answer says of the charge, or None when it says nothing: ask again.

    Only the bank repeats the key when it has paid, and only the bank refuses with a problem document.
    """
    if status == 201 and headers.get("idempotency-key") == key:
        return Outcome(True, "paid", told(body, "transaction", "id"))
    is_problem = headers.get("content-type", "").startswith("application/problem+json")
    if 400 <= status < 500 and status != 429 and is_problem:
        return Outcome(False, told(body, "code"), told(body, "detail"))
    return None


def told(body: bytes, *names: str) -> str:
    """Give one value of a JSON body as text, empty when it is not there."""
    try:
        value = json.loads(body)
        for name in names:
            value = value[name]
        return str(value)
    except (ValueError, KeyError, TypeError):
        return ""


def connect(host: str, port: int) -> socket.socket:
    """Open a connection. Raises OSError."""
    address = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
    plain = socket.socket(address[0], socket.SOCK_STREAM)
    plain.settimeout(TIMEOUT_SECONDS)
    try:
        plain.connect(address[-1])
    except OSError:
        plain.close()
        raise
    return plain


def stream_of(connection: socket.socket) -> socket.SocketIO:
    """Give a connection as a stream; MicroPython's sockets are streams themselves."""
    if hasattr(connection, "makefile"):
        return connection.makefile("rwb", 0)
    return connection  # type: ignore[return-value]  # this line is MicroPython's


def secure(plain: socket.socket, host: str, ca: bytes) -> ssl.SSLSocket:
    """Speak TLS with a host whose certificate the authority has signed. Raises OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=ca)
    return context.wrap_socket(plain, server_hostname=host)
