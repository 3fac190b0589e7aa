"""Typed readers of environment variables that fail loudly."""

import os
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from math import inf, nan
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PREFIX = "TENANTPILOT_"
# A server that is gone without a word is noticed within a minute.
KEEPALIVES = {
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
MAIL_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str) -> str:
    return os.environ.get(PREFIX + name, default)


def boolean(name: str, *, default: bool) -> bool:
    value = os.environ.get(PREFIX + name)
    if value is None:
        return default
    if value.lower() not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{PREFIX}{name} is {value!r}; write 1 or 0.")
    return value.lower() in TRUE


def integer(name: str, default: int, *, least: int = 0) -> int:
    value = os.environ.get(PREFIX + name)
    if value is None:
        return default
    if not value.lstrip("-").isdigit() or int(value) < least:
        raise ImproperlyConfigured(f"{PREFIX}{name} is {value!r}; write a whole number of at least {least}.")
    return int(value)


def number(name: str, default: float) -> float:
    """More than nothing, and an end to it."""
    value = os.environ.get(PREFIX + name)
    try:
        number_ = default if value is None else float(value)
    except ValueError:
        number_ = nan
    if not 0 < number_ < inf:
        raise ImproperlyConfigured(f"{PREFIX}{name} is {value!r}; write a number above 0 such as 0.5.")
    return number_


def choice(name: str, default: str, among: Mapping[str, str]) -> str:
    """Return the value that the chosen word stands for."""
    value = os.environ.get(PREFIX + name) or default
    if value not in among:
        raise ImproperlyConfigured(f"{PREFIX}{name} is {value!r}; write one of: {', '.join(among)}.")
    return among[value]


def words(name: str, default: list[str]) -> list[str]:
    value = os.environ.get(PREFIX + name)
    return default if value is None else [word.strip() for word in value.split(",") if word.strip()]


def networks(name: str, default: list[str]) -> list[IPv4Network | IPv6Network]:
    """Addresses and networks: `10.0.0.5,10.1.0.0/16,::1`."""
    try:
        return [ip_network(word) for word in words(name, default)]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{PREFIX}{name} holds what is no address or network ({error}); write such as 10.0.0.5,10.1.0.0/16."
        ) from None


def beyond_this_machine(hosts: Iterable[str]) -> list[str]:
    """Return the host names under which others than this machine itself may ask."""
    return [host for host in hosts if not _is_this_machine(host)]


def _is_this_machine(host: str) -> bool:
    name = host.strip("[]").lower().rstrip(".")
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def days(name: str, default: dict[str, int]) -> dict[str, int]:
    """`key=days,key=days` over the default. A key ends in one of the default's: "succeeded", "my_type.succeeded"."""
    periods = {}
    for word in words(name, []):
        key, _equals, number = word.partition("=")
        if key.rpartition(".")[2] not in default or not number.isdigit() or not int(number):
            raise ImproperlyConfigured(
                f"{PREFIX}{name} holds {word!r}; write days such as {next(iter(default))}=30, for {', '.join(default)}."
            )
        periods[key] = int(number)
    return default | periods


def rates(name: str, default: dict[str, tuple[int, int, float]]) -> dict[str, tuple[int, int, float]]:
    """`key=requests/writes/seconds,...` over the default."""
    rates_ = {}
    for word in words(name, []):
        key, _equals, rate = word.partition("=")
        limit = _rate(rate)
        if key not in default or limit is None:
            raise ImproperlyConfigured(
                f"{PREFIX}{name} holds {word!r}; write {next(iter(default))}=1000/100/20 "
                f"(requests, writes, seconds), for {', '.join(default)}."
            )
        rates_[key] = limit
    return default | rates_


def _rate(text: str) -> tuple[int, int, float] | None:
    parts = text.split("/")
    if len(parts) != 3 or not all(part.isdecimal() and int(part) for part in parts):
        return None
    return int(parts[0]), int(parts[1]), float(parts[2])


def file(name: str) -> Path | None:
    """Return one that is there, or None where none is named."""
    value = os.environ.get(PREFIX + name)
    if not value:
        return None
    path = Path(value).expanduser().resolve()
    if not path.is_file():
        raise ImproperlyConfigured(f"{PREFIX}{name} names {path}, which is no file.")
    return path


def folder(name: str, default: Path) -> Path:
    return Path(os.environ.get(PREFIX + name) or default).expanduser().resolve()


def secret(name: str, file: Path) -> str:
    """Return the variable, else the content of `file`, else empty: the caller decides what a missing secret means."""
    return os.environ.get(PREFIX + name) or content(file)


def content(file: Path) -> str:
    """Empty without the file."""
    return file.read_text().strip() if file.is_file() else ""


def mail_server(name: str) -> dict[str, Any]:
    """Return Django's settings for `smtp://user:password@host:587` (STARTTLS), `smtps://host:465` or `smtp+plain://host:25`.

    Without the variable no mail is sent.
    """
    url = os.environ.get(PREFIX + name, "")
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in MAIL_PORTS or not parts.hostname:
        raise ImproperlyConfigured(f"{PREFIX}{name} is no address such as smtp://user:password@mail.example:587.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or MAIL_PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


def database(name: str, *, default: Path, idle_transaction_seconds: int = 0) -> dict[str, Any]:
    """Django's settings for `sqlite:///path` or `postgresql://user:password@host:port/name?option=value`.

    PostgreSQL ends a session that does nothing in a transaction for so long; 0: it waits as its own settings say.
    """
    url = os.environ.get(PREFIX + name)
    if not url:
        return sqlite(default)
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme in {"postgres", "postgresql"}:
        return _postgresql(name, url, idle_transaction_seconds)
    raise ImproperlyConfigured(f"{PREFIX}{name} begins with {parts.scheme!r}; write sqlite:/// or postgresql://.")


SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    # Bytes of the file that are read where the system has them, instead of being copied. By itself SQLite keeps 2 MB,
    # so that a question about some thousand rows of a long history would copy most of their pages anew each time.
    "mmap_size=1073741824",
)


def sqlite(path: Path) -> dict[str, Any]:
    """Writers wait in line at BEGIN instead of failing in the middle; readers never wait (WAL)."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        # A connection goes on with what it knew of the tables when it was opened (core.planner).
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "; ".join(f"PRAGMA {pragma}" for pragma in SQLITE_PRAGMAS),
        },
    }


def _postgresql(name: str, url: str, idle_transaction_seconds: int) -> dict[str, Any]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    try:
        port = str(parts.port or "")
    except ValueError:  # its text may quote a part of the password
        raise ImproperlyConfigured(f"{PREFIX}{name} has a port that is no number; write %40 for @ in names.") from None
    return {
        "ENGINE": "tenantpilot.core.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": port,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": "10"} | KEEPALIVES | query | _session(idle_transaction_seconds, query),
    }


def _session(idle_transaction_seconds: int, query: dict[str, str]) -> dict[str, str]:
    """Return the options of each session for the server. Of two that contradict each other it takes the second."""
    limit = f"-c idle_in_transaction_session_timeout={idle_transaction_seconds}s" if idle_transaction_seconds else ""
    options = " ".join(filter(None, (limit, query.get("options", ""))))
    return {"options": options} if options else {}
