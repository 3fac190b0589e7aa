"""Ports for servers that are told theirs before they start."""

import random
import socket
from contextlib import suppress

BELOW_WHAT_THE_KERNEL_HANDS_OUT = range(15_000, 32_000)

_taken: list[socket.socket] = []


def free_port() -> int:
    """One that nobody uses, and that no other test is given while this process lives.

    The kernel gives none of these to whoever asks for just any; the same port of a second loopback address is held
    to say that it is taken.
    """
    for port in random.sample(BELOW_WHAT_THE_KERNEL_HANDS_OUT, 1_000):
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            _taken.append(_held("127.0.0.2", port))
            return port
    raise AssertionError("no port is free")


def _held(host: str, port: int) -> socket.socket:
    """Raises OSError."""
    holder = socket.socket()
    try:
        holder.bind((host, port))
    except OSError:
        holder.close()
        raise
    return holder
