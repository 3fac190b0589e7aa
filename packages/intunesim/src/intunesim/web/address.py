"""The address under which a client reached us."""

from starlette.requests import Request

MICROSOFT_HOSTS = ("microsoft.com", "microsoft.us", "microsoftonline.com", "microsoftonline.us", "chinacloudapi.cn")


def base_url(request: Request) -> str:
    """Scheme and host as the client used them; a request for one of Microsoft's hosts was made over https."""
    host = request.headers.get("host", "localhost")
    name = host.split(":")[0]
    scheme = "https" if name.endswith(MICROSOFT_HOSTS) else request.url.scheme
    return f"{scheme}://{host}"
