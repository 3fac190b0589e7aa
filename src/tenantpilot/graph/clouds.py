"""The clouds of Microsoft, as settings, pages and commands name them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cloud:
    """A cloud of Microsoft: a token of one is worth nothing in another."""

    name: str
    label: str
    login_url: str
    graph_url: str
    portal_url: str


# Source: https://learn.microsoft.com/graph/deployments
CLOUDS = (
    Cloud(
        "global",
        "Global",
        "https://login.microsoftonline.com",
        "https://graph.microsoft.com",
        "https://entra.microsoft.com",
    ),
    Cloud(
        "us-government-l4",
        "US Government L4",
        "https://login.microsoftonline.us",
        "https://graph.microsoft.us",
        "https://entra.microsoft.us",
    ),
    Cloud(
        "us-government-l5",
        "US Government L5 (DoD)",
        "https://login.microsoftonline.us",
        "https://dod-graph.microsoft.us",
        "https://entra.microsoft.us",
    ),
    Cloud(
        "china",
        "China (21Vianet)",
        "https://login.chinacloudapi.cn",
        "https://microsoftgraph.chinacloudapi.cn",
        "https://entra.microsoftonline.cn",
    ),
)
GLOBAL = CLOUDS[0]


def cloud_of(graph_url: str) -> Cloud:
    """Return the cloud with this address of Graph; the global one for an address of a simulator."""
    return next((cloud for cloud in CLOUDS if cloud.graph_url == graph_url), GLOBAL)
