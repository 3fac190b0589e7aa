"""Ports: taken before anything is started, so that a port in use is said at once."""

import errno
import socket

from tenantpilot.cli.problems import Problem


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket that children can inherit: while the web server restarts, visitors wait in its line.

    Raises Problem.
    """
    try:
        family, _kind, _protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise Problem(f"{host} is not an address of this machine.", "Choose another: --host 127.0.0.1") from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise _refused(host, port, error) from error
    listener.set_inheritable(True)
    return listener


def address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def free_port() -> int:
    """Return one that nobody uses now on this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _refused(host: str, port: int, error: OSError) -> Problem:
    match error.errno:
        case errno.EADDRINUSE:
            return Problem(f"Port {port} of {host} is in use.", f"Stop what uses it, or choose --port {port + 1}")
        case errno.EACCES:
            return Problem(f"Port {port} may not be used by this user.", "Choose one from 1024 on: --port 8000")
        case _:
            return Problem(f"{host} is not an address of this machine.", "Choose another: --host 127.0.0.1")
