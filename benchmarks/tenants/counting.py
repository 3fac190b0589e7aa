"""Count what one sync asks of the database: statements of all threads of this process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Statements:
    """The number of statements; BEGIN and COMMIT are none."""

    def __init__(self) -> None:
        self.number = 0
        self._lock = threading.Lock()

    def one_more(self) -> None:
        with self._lock:
            self.number += 1


@contextmanager
def counted_statements() -> Iterator[Statements]:
    from django.db.backends.utils import CursorWrapper

    statements, real = Statements(), (CursorWrapper.execute, CursorWrapper.executemany)

    def counting(method: Any) -> Any:
        def call(self: Any, *arguments: Any, **named: Any) -> Any:
            statements.one_more()
            return method(self, *arguments, **named)

        return call

    CursorWrapper.execute, CursorWrapper.executemany = map(counting, real)  # type: ignore[method-assign]
    try:
        yield statements
    finally:
        CursorWrapper.execute, CursorWrapper.executemany = real  # type: ignore[method-assign]
