"""A small hub on loopback: serves files of one repository as the public hub does."""

import hashlib
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

REVISION = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """What the hub has, how it behaves, and what was asked of it."""

    files: dict[str, bytes]
    repo: str = "centre/models"
    gated: bool = False
    refusal: int = 403
    """Status with which a gated repository refuses: 401 without a token, 403 without consent."""
    bytes_left: int | None = None
    """How much more is sent before every connection is cut; ``None``: no end."""
    cut_once_after: int | None = None
    """How much of a file is sent before one connection, and only one, is cut."""
    etags: dict[str, str] = field(default_factory=dict)
    """What it names in place of the SHA-256 of a file."""
    named_sizes: dict[str, int] = field(default_factory=dict)
    """Bytes of a file as it says beforehand, where it sends another number."""
    hold: threading.Event | None = None
    """Nothing of a file is sent before this is set."""
    sent: list[str] = field(default_factory=list)
    """Every file that was downloaded or begun."""
    begun_at: list[tuple[str, int]] = field(default_factory=list)
    """The same with the byte it was asked for from."""
    endpoint: str = ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test output clean."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        path = unquote(self.path.split("?")[0])
        if self.hub.gated:
            return self._refuse(self.hub.refusal, "GatedRepo")
        if path == f"/api/models/{self.hub.repo}":
            found = {"id": self.hub.repo, "sha": REVISION, "siblings": []}
            return self._send(json.dumps(found).encode(), 0, "application/json")
        prefix = f"/{self.hub.repo}/resolve/{REVISION}/"
        if not path.startswith(prefix):
            return self._refuse(404, "RepoNotFound")
        content = self.hub.files.get(path.removeprefix(prefix))
        if content is None:
            return self._refuse(404, "EntryNotFound")
        asked = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0]
        file = path.removeprefix(prefix)
        if not body:
            return self._name(file, content)
        self.hub.sent.append(file)
        self.hub.begun_at.append((file, int(asked)))
        if self.hub.hold is not None:
            self.hub.hold.wait(120)
        return self._send(content, int(asked), "application/octet-stream")

    def _name(self, file: str, content: bytes) -> None:
        """Say what a file is without sending it."""
        self.send_response(200)
        self.send_header("Content-Length", str(self.hub.named_sizes.get(file, len(content))))
        named = self.hub.etags.get(file, hashlib.sha256(content).hexdigest())
        self.send_header("ETag", f'"{named}"')
        self.send_header("X-Repo-Commit", REVISION)
        self.end_headers()

    def _send(self, content: bytes, first: int, kind: str) -> None:
        self.send_response(206 if first else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content) - first))
        self.send_header("Accept-Ranges", "bytes")
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        once = self.hub.cut_once_after
        if once is not None and len(content) > once:
            self.hub.cut_once_after = None
            self.wfile.write(content[first : first + once])
            self.close_connection = True
            return
        left = self.hub.bytes_left
        sent = content[first:] if left is None else content[first : first + left]
        self.wfile.write(sent)
        if left is not None:
            self.hub.bytes_left = left - len(sent)
            self.close_connection = True

    def _refuse(self, status: int, code: str) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep the test output clean of clients that leave early, and of nothing else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve the hub on a free loopback port."""
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
