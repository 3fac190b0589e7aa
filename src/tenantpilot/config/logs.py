"""Structured logs: one line an event, with run and request id, sanitized last (OPS-12)."""

import logging.config
from collections.abc import MutableMapping
from typing import Any

import structlog

from tenantpilot.core.redaction import is_secret_name
from tenantpilot.core.request_id import current_request_id
from tenantpilot.core.sanitizing import HIDDEN, harmless, sanitize, screened

Event = MutableMapping[str, Any]
QUIET = ("httpx", "httpcore", "msal", "urllib3", "procrastinate")


# Made by us, in a form of ours. A request id is 32 hexadecimal digits, which the net takes for a key.
OUR_OWN = {"timestamp", "level", "logger", "request_id"}
# Text that libraries and other programs write: messages and traces. The other fields are values that we name.
FROM_OUTSIDE = {"event", "exception", "stack", "error", "detail", "message"}


def logging_settings(*, level: str, json_lines: bool) -> None:
    """Route the standard library's loggers and structlog through one chain of processors."""
    renderer: Any = structlog.processors.JSONRenderer() if json_lines else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "lines": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _sanitized, renderer],
                    "foreign_pre_chain": _SHARED,
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
            "root": {"handlers": ["stderr"], "level": level},
            # These write whole URLs, which may hold tokens, at INFO.
            "loggers": {name: {"level": "WARNING"} for name in QUIET},
        }
    )


def _with_request_id(_logger: Any, _name: str, event: Event) -> Event:
    if request_id := current_request_id():
        event.setdefault("request_id", request_id)
    return event


def _sanitized(_logger: Any, _name: str, event: Event) -> Event:
    """The last step before a line is written: no field leaves without passing the net, however deep it lies."""
    for key, value in event.items():
        if key not in OUR_OWN:
            event[key] = _clean(key, value)
    return event


def _clean(key: str, value: Any) -> Any:
    if isinstance(value, str):
        return HIDDEN if is_secret_name(key) else sanitize(value) if key in FROM_OUTSIDE else screened(value)
    return value if isinstance(value, float) else harmless({key: value}).popitem()[1]


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    _with_request_id,
]
