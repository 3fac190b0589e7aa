"""For which resource a token is good: Graph of one cloud, and of no other.

Source: https://learn.microsoft.com/graph/deployments
"""

from urllib.parse import urlsplit

from intunesim.errors import invalid_token

GRAPH_ID = "00000003-0000-0000-c000-000000000000"
GRAPH_HOSTS = frozenset(
    {"graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"}
)


def check_audience(audience: str, base_url: str) -> None:
    """Raises 401 unless a token for this audience is good at this address."""
    if audience == GRAPH_ID:
        return
    requested_host, meant = urlsplit(base_url).hostname or "", urlsplit(audience).hostname or ""
    # Under an address of its own the simulator is Graph of any cloud.
    good = meant == requested_host or (meant in GRAPH_HOSTS and requested_host not in GRAPH_HOSTS)
    if not good:
        raise invalid_token("Access token validation failure. Invalid audience.")
