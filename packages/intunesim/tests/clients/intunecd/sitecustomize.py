"""Send what a program addresses to Microsoft to the simulator at INTUNESIM_URL, and refuse every other host.

Python imports this file at its start when the folder is on PYTHONPATH. The program itself stays as it is.
"""

import os
from urllib.parse import urlsplit, urlunsplit

from requests.adapters import HTTPAdapter

MICROSOFT = frozenset({"graph.microsoft.com", "login.microsoftonline.com"})
SIMULATOR = urlsplit(os.environ["INTUNESIM_URL"])
send = HTTPAdapter.send


def send_to_simulator(adapter, request, *arguments, **options):
    """Send a request to the simulator under the Host that it was made for."""
    address = urlsplit(request.url)
    if address.hostname not in MICROSOFT:
        raise AssertionError(f"{request.method} {request.url} leads elsewhere")
    request.headers["Host"] = address.hostname
    request.url = urlunsplit((SIMULATOR.scheme, SIMULATOR.netloc, address.path, address.query, ""))
    return send(adapter, request, *arguments, **options)


HTTPAdapter.send = send_to_simulator
