"""The signals that end a worker, and the moment before it can listen for them."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def held_until_heard() -> Iterator[None]:
    """A stop that comes while a worker is being set up waits for `hear`, so that it cannot leave half of one behind."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def hear() -> None:
    """The handlers are in place: what was held comes now."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


def to_listen_for() -> list[signal.Signals]:
    """A hang-up that is ignored from the start stays so: `nohup` must keep its meaning."""
    return [number for number in STOPS if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN]
