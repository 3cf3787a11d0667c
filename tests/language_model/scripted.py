"""A server on loopback that speaks the chat interface and answers as a test tells it to."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[dict[str, Any]], object]


@dataclass
class Scripted:
    """How the server behaves, and what was asked of it."""

    reply: Reply = lambda request: {}
    """Request -> the content of the answer: a text, or what becomes JSON."""
    statuses: list[int] = field(default_factory=list)
    """Statuses of the first requests; then 200."""
    body: bytes | None = None
    """The whole body, in place of a chat completion."""
    wait_s: float = 0.0
    """Before an answer begins."""
    drip_s: float = 0.0
    """Between every two bytes of it."""
    without_end: tuple[bytes, bytes] | None = None
    """What is sent in place of an answer: how it begins, and what is repeated for ever after."""
    forms: frozenset[str] = frozenset({"json_schema", "json_object"})
    """The kinds of ``response_format`` that are understood."""
    refusal: int = 400
    """The status for others."""
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    asked_with: list[dict[str, str]] = field(default_factory=list)
    """The headers of each request."""
    endpoint: str = ""
    stopping: threading.Event = field(default_factory=threading.Event)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_state: Scripted

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test output clean."""

    def do_POST(self) -> None:
        state = self.server_state
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        state.requests.append({"path": self.path, **request})
        state.asked_with.append(dict(self.headers))
        state.stopping.wait(state.wait_s)
        if state.without_end is not None:
            return self._never_end(*state.without_end)
        form = request.get("response_format", {}).get("type")
        if form is not None and form not in state.forms:
            return self._send(state.refusal, b'{"error": "unknown response_format"}')
        if state.statuses:
            status = state.statuses.pop(0)
            if status != 200:
                return self._send(status, b"{}")
        if state.body is not None:
            return self._send(200, state.body)
        content = state.reply(request)
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        message = {"role": "assistant", "content": text}
        body = {"model": "scripted-7b", "choices": [{"index": 0, "message": message}]}
        return self._send(200, json.dumps(body).encode())

    def _never_end(self, beginning: bytes, repeated: bytes) -> None:
        self.close_connection = True
        try:
            self.wfile.write(beginning)
            while not self.server_state.stopping.wait(0.05):
                self.wfile.write(repeated)
        except OSError:
            pass  # whoever asked has gone

    def _send(self, status: int, body: bytes) -> None:
        state = self.server_state
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for name, value in state.headers.items():
                self.send_header(name, value)
            self.end_headers()
            pieces = [body[i : i + 1] for i in range(len(body))] if state.drip_s else [body]
            for piece in pieces:
                self.wfile.write(piece)
                self.wfile.flush()
                if state.drip_s and not state.stopping.is_set():
                    time.sleep(state.drip_s)
        except OSError:
            self.close_connection = True  # whoever asked has gone


@contextmanager
def serving(state: Scripted) -> Iterator[Scripted]:
    """Run the server while the block runs; ``state.endpoint`` is its address."""
    handler = type("Handler", (_Handler,), {"server_state": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    state.endpoint = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield state
    finally:
        state.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()


def lines_of(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of the call that a request shows."""
    user = request["messages"][1]["content"]
    block = user.split("<lines>\n")[1].split("\n</lines>")[0]
    return [json.loads(line) for line in block.splitlines()]


def quoting(words: str, answer: str = "yes") -> Reply:
    """An honest model: quotes the line with these words and answers."""

    def reply(request: dict[str, Any]) -> object:
        for line in lines_of(request):
            if words in line["text"]:
                quote = {"line": line["line"], "text": words}
                return {"quotes": [quote], "why": "It is said.", "answer": answer}
        return {"quotes": [], "why": "It is not said.", "answer": "cannot_tell"}

    return reply
