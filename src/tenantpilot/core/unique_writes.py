"""Writing what may be there once, also where two people write it in the same moment."""

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, transaction

Written = TypeVar("Written")


def write_unique(require_free: Callable[[], object], write: Callable[[], Written]) -> Written:
    """Write, and return the result. Raises the refusal of `require_free`, before the write or after a collision.

    Between the question and the write another transaction can take the name: then the database refuses the row, and
    the question is asked once more.
    """
    require_free()
    try:
        with transaction.atomic():
            return write()
    except IntegrityError:
        require_free()
        raise
