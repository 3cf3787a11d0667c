"""Which addresses are the centre's own: a transcript is sent nowhere else."""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from qa_pipeline.errors import UsageError

_OWN = tuple(
    ipaddress.ip_network(text)
    for text in (
        "127.0.0.0/8",
        "::1/128",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "fc00::/7",
    )
)
"""Loopback (RFC 1122, RFC 4291), private (RFC 1918) and unique local addresses (RFC 4193)."""
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Place:
    """Where an endpoint is: resolved once, so that a name cannot come to mean another machine."""

    scheme: str
    host: str
    """As the settings name it."""
    address: str
    """The address that is connected to."""
    port: int
    path: str

    def url(self, path: str) -> str:
        """Return the address of ``path`` below the endpoint."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{host}:{self.port}{self.path}{path}"

    @property
    def host_header(self) -> str:
        """What the server is told it was called."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def addresses_of(host: str, port: int) -> list[str]:
    """Return the addresses of a host, those of IPv4 first."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ordered = sorted(found, key=lambda item: item[0] != socket.AF_INET)
    return list(dict.fromkeys(str(item[4][0]) for item in ordered))


def own_place(endpoint: str, find: Callable[[str, int], list[str]] = addresses_of) -> Place:
    """Return where an endpoint is; ``find`` tells the addresses of a name.

    Raises:
        UsageError: it is no address of this machine or of a private network, or cannot be found.
    """
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"judge.endpoint {endpoint!r} is no address: {error}") from error
    if parts.scheme not in _PORTS or not host:
        raise UsageError(
            f"judge.endpoint {endpoint!r} is no address: it reads like http://127.0.0.1:8000/v1"
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError(
            "judge.endpoint holds more than an address; a key goes into QA_JUDGE_API_KEY"
        )
    port = port or _PORTS[parts.scheme]
    addresses = _addresses(host, port, find)
    foreign = [address for address in addresses if not _is_own(address)]
    if foreign:
        raise UsageError(
            f"judge.endpoint: {host} is {foreign[0]}, neither this machine nor in a private "
            "network (10/8, 172.16/12, 192.168/16, fc00::/7). Calls are not sent out of the centre"
        )
    return Place(parts.scheme, host, addresses[0], port, parts.path.rstrip("/"))


def _addresses(host: str, port: int, find: Callable[[str, int], list[str]]) -> list[str]:
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass  # a name
    try:
        return find(host, port)
    except (OSError, UnicodeError) as error:
        raise UsageError(f"judge.endpoint: {host} cannot be found ({error})") from error


def _is_own(address: str) -> bool:
    ip = ipaddress.ip_address(address.split("%")[0])
    return any(ip in network for network in _OWN if network.version == ip.version)
