"""The web server: gunicorn with threads, told all it needs here."""

import os
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.util import import_app

from tenantpilot.cli.boot import WSGI
from tenantpilot.cli.processes.parent_death import die_with
from tenantpilot.cli.work.capacity import WEB_THREADS
from tenantpilot.cli.work.heartbeat import Heartbeat, forget_processes

PROCESSES, THREADS = 2, WEB_THREADS


class OwnLogs(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Its lines go where ours go, and pass the same net."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.propagate = True


def _start_heartbeat(worker: Any) -> None:
    """In each process, so that `rotate-keys` and the system page see that one serves pages."""
    worker.heartbeat = Heartbeat("web")
    worker.heartbeat.start()


def _stop_heartbeat(_server: Any, worker: Any) -> None:
    if (heartbeat := getattr(worker, "heartbeat", None)) is not None:
        heartbeat.stop()


class WebServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """`bind` is host:port, or fd://N for a socket that the parent listens on."""

    def __init__(self, bind: str, *, grace_seconds: float) -> None:
        self._ended: list[int] = []
        self._options: dict[str, Any] = {
            "bind": bind,
            "workers": PROCESSES,
            "threads": THREADS,
            "worker_class": "gthread",
            "keepalive": 30,
            # The most that it can read. An address that is longer gets its bare answer, so no page of ours makes one.
            "limit_request_line": 8190,
            "graceful_timeout": int(grace_seconds),
            "timeout": 60,
            "loglevel": "warning",
            "logger_class": OwnLogs,
            "errorlog": None,
            # Addresses may hold tokens, so there is no access log (OPS-12).
            "accesslog": None,
            "control_socket_disable": True,
            # TENANTPILOT_TRUSTED_PROXIES says whom to believe, and one middleware does it (web.frame.proxies).
            "forwarded_allow_ips": "",
            "forwarder_headers": "",
            "secure_scheme_headers": {},
            "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,  # noqa: S108
            "proc_name": "tenantpilot-web",
            "post_fork": lambda server, _worker: die_with(server.pid),
            "post_worker_init": _start_heartbeat,
            "worker_exit": _stop_heartbeat,
            "child_exit": lambda _server, worker: self._ended.append(worker.pid),
            # Whoever did not end in time was killed, and could not remove its row.
            "on_exit": lambda server: forget_processes("web", [*self._ended, *server.WORKERS]),
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return import_app(WSGI)
