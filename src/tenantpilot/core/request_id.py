"""The id that ties log lines, audit entries and error pages of one request together."""

from contextvars import ContextVar
from uuid import uuid4

_current: ContextVar[str] = ContextVar("request_id", default="")


def begin_request(request_id: str = "") -> str:
    """Bind an id to this request or job, a new one unless given; answers it."""
    bound = request_id or uuid4().hex
    _current.set(bound)
    return bound


def current_request_id() -> str:
    """Empty outside a request or job."""
    return _current.get()
