"""Believe the headers of proxies that the settings name, and of nobody else.

The one place that decides the scheme and the client's address; everything above reads `request.is_secure()` and
`client_address(request)`. The web server itself is told to believe nobody.
"""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]
Address = IPv4Address | IPv6Address

# What only a proxy sends. Of a stranger these say nothing, so they are taken out before anything reads them.
FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_FORWARDED_SSL",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
    "HTTP_VIA",
)
CLIENT, WAS_FORWARDED, PEER = "tenantpilot.client", "tenantpilot.forwarded", "tenantpilot.peer"
FORWARDED_FOR = "tenantpilot.forwarded_for"


class TrustedProxyMiddleware:
    """First of all: afterwards the request says where it came from, as far as that can be believed."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        settle(request)
        return self.get_response(request)


def settle(request: HttpRequest) -> None:
    """Decide scheme and client address from the peer and, if that is a trusted proxy, from what it says."""
    meta = request.META
    peer = str(meta.get("REMOTE_ADDR", ""))
    headers = {name: str(meta.pop(name)) for name in FORWARDED if name in meta}
    meta[PEER], meta[WAS_FORWARDED], meta[CLIENT] = peer, bool(headers), peer
    meta[FORWARDED_FOR] = headers.get("HTTP_X_FORWARDED_FOR", "")
    if not is_trusted(parsed(peer)):
        return
    meta[CLIENT] = _client(peer, headers.get("HTTP_X_FORWARDED_FOR", ""))
    scheme = headers.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
    if scheme in ("http", "https"):
        meta["wsgi.url_scheme"] = scheme


def client_address(request: HttpRequest) -> str:
    """Return the address of whoever asks: the last one that no trusted proxy stands for. Empty if there is none."""
    return str(request.META.get(CLIENT, request.META.get("REMOTE_ADDR", "")))


def was_forwarded(request: HttpRequest) -> bool:
    """Say if a proxy, or somebody who poses as one, spoke for another."""
    return bool(request.META.get(WAS_FORWARDED))


def peer_address(request: HttpRequest) -> str:
    """Return the address at the other end of the connection."""
    return str(request.META.get(PEER, request.META.get("REMOTE_ADDR", "")))


def forwarded_for(request: HttpRequest) -> str:
    """Return X-Forwarded-For as it came, to look at, not to believe."""
    return str(request.META.get(FORWARDED_FOR, ""))


def is_trusted(address: Address | None) -> bool:
    return address is not None and any(address in network for network in settings.TRUSTED_PROXIES)


def parsed(text: str) -> Address | None:
    """Return the address in one entry of X-Forwarded-For, with or without a port, else None."""
    entry = text.strip()
    if entry.startswith("["):
        entry = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        entry = entry.partition(":")[0]
    try:
        address = ip_address(entry.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _client(peer: str, forwarded_for: str) -> str:
    """Read from the right: each trusted proxy added the address that it was asked from. A stranger wrote the rest."""
    client = peer
    for entry in reversed(forwarded_for.split(",")):
        address = parsed(entry)
        if address is None:
            break
        client = str(address)
        if not is_trusted(address):
            break
    return client
