"""One request and its answer, within a time that nothing a server does can stretch.

Time limits of HTTP clients begin anew with every byte that comes. Here one deadline holds for
connecting, sending, each header and each piece of the body.
"""

import ssl
import time
from collections.abc import Iterable, Mapping
from typing import Any

import httpcore2
import httpx2

from qa_pipeline.language_model.protocol import NoAnswerError

_SENT_AT_ONCE = 4_096
"""Bytes that a socket takes whole once it takes any; a longer piece could be waited for often."""


def post(
    url: str,
    content: Mapping[str, Any],
    *,
    headers: Mapping[str, str],
    server_name: str,
    timeout_s: float,
    max_bytes: int,
) -> tuple[int, bytes]:
    """Send ``content`` as JSON and return status and body of the answer.

    No proxy is used, whatever the environment says, and no redirection followed: both could lead
    out of the centre.

    Args:
        url: Where to send it; with an address rather than a name.
        content: What is sent.
        headers: Sent besides those of the content.
        server_name: Whom a certificate has to name.
        timeout_s: Seconds that all of it may take.
        max_bytes: The longest body that is read.

    Raises:
        NoAnswerError: the time was over (``timeout``), the answer did not come for another reason
            (``no_connection``), or it is too long (``malformed``).
    """
    backend = _WithDeadline(time.monotonic() + timeout_s)
    try:
        request = httpx2.Request("POST", url, headers=headers, json=content)
        with (
            httpcore2.ConnectionPool(
                # SSL_CERT_FILE and its like are not for the centre's own machines.
                ssl_context=httpx2.create_ssl_context(trust_env=False),
                network_backend=backend,
            ) as pool,
            pool.stream(
                request.method,
                str(request.url),
                headers=request.headers.raw,
                content=request.read(),
                extensions={"sni_hostname": server_name},
            ) as response,
        ):
            return response.status, _read(response.iter_stream(), max_bytes)
    except httpcore2.TimeoutException:
        raise NoAnswerError("timeout", f"{timeout_s:g} s") from None
    except (*_BROKEN, httpx2.InvalidURL, OSError) as error:
        raise NoAnswerError("no_connection", type(error).__name__) from None


_BROKEN = (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.UnsupportedProtocol)


def _read(pieces: Iterable[bytes], max_bytes: int) -> bytes:
    """Read an answer that is not endless."""
    content = b""
    for piece in pieces:
        content += piece
        if len(content) > max_bytes:
            raise NoAnswerError("malformed", f"more than {max_bytes} bytes")
    return content


class _WithDeadline(httpcore2.NetworkBackend):
    """Connects as httpcore2 does, and ends all that it connected at one moment."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        left = _left(self._deadline, timeout)
        backend = httpcore2.SyncBackend()
        stream = backend.connect_tcp(host, port, left, local_address, socket_options)
        return _StreamWithDeadline(stream, self._deadline)


class _StreamWithDeadline(httpcore2.NetworkStream):
    """A connection that is over at a moment, however busy it is."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for first in range(0, len(buffer), _SENT_AT_ONCE):
            piece = buffer[first : first + _SENT_AT_ONCE]
            self._stream.write(piece, _left(self._deadline, timeout))

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        left = _left(self._deadline, timeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        return _StreamWithDeadline(stream, self._deadline)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float, timeout: float | None) -> float:
    """Return the seconds that may be waited: all that are left, or ``timeout`` if that is less.

    Raises:
        httpcore2.TimeoutException: there are none.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore2.TimeoutException
    return left if timeout is None else min(left, timeout)
