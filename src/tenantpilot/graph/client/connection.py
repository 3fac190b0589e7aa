"""Describe where a tenant is reached and with which credential."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tenantpilot.graph.clouds import CLOUDS, GLOBAL
from tenantpilot.graph.errors import GraphHostRefused


@dataclass(frozen=True)
class ClientSecret:
    """The value of a client secret (not its id)."""

    value: str = field(repr=False)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"secret\0{self.value}".encode()).hexdigest()


@dataclass(frozen=True)
class Certificate:
    """A certificate and its private key, both PEM.

    Signed with PS256 and named by its SHA-256 thumbprint, as Entra asks for.
    Source: https://learn.microsoft.com/entra/identity-platform/certificate-credentials
    """

    public_pem: str = field(repr=False)
    private_key_pem: str = field(repr=False)
    passphrase: str = field(default="", repr=False)

    @property
    def fingerprint(self) -> str:
        material = "\0".join(("certificate", self.public_pem, self.private_key_pem, self.passphrase))
        return hashlib.sha256(material.encode()).hexdigest()


Credential = ClientSecret | Certificate


@dataclass(frozen=True)
class GraphConnection:
    """Everything that is needed to speak to one tenant. Its repr holds no secret.

    Only the hosts of Microsoft's clouds are spoken to, always over TLS. `simulator_origins` adds
    others, such as "http://127.0.0.1:8765"; it comes from the settings of a demo or a test, never from a person.
    """

    entra_tenant_id: str
    client_id: str
    credential: Credential
    login_url: str = GLOBAL.login_url
    graph_url: str = GLOBAL.graph_url
    ca_file: Path | None = None
    """Authorities to trust in place of the public ones, where a proxy breaks TLS open."""
    proxy_url: str = field(default="", repr=False)
    """The way out, such as "http://proxy.example:3128"; it may hold a user and a password."""
    simulator_origins: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        login, graph = origin_of(self.login_url), origin_of(self.graph_url)
        is_cloud = any((cloud.login_url, cloud.graph_url) == (login, graph) for cloud in CLOUDS)
        if not is_cloud and not {login, graph} <= {origin_of(url) for url in self.simulator_origins}:
            raise GraphHostRefused("the login and Graph addresses are no pair of a Microsoft cloud")
        object.__setattr__(self, "login_url", login)
        object.__setattr__(self, "graph_url", graph)

    @property
    def scope(self) -> str:
        """Return all application permissions that were consented to. A simulator stands in for the global cloud."""
        is_cloud = any(cloud.graph_url == self.graph_url for cloud in CLOUDS)
        return f"{self.graph_url if is_cloud else GLOBAL.graph_url}/.default"

    @property
    def fingerprint(self) -> str:
        """Return a key that connections with the same token share; a changed credential changes it."""
        parts = (self.entra_tenant_id.lower(), self.client_id.lower(), self.credential.fingerprint)
        return hashlib.sha256("\0".join((*parts, self.login_url, self.graph_url)).encode()).hexdigest()


def origin_of(url: str) -> str:
    """Scheme, host and port in one spelling: "https://graph.microsoft.com". Raises GraphHostRefused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise GraphHostRefused("not an address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise GraphHostRefused("not an http address, or one with a user name in it")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, default) else "")
