"""Send one request over HTTP. Nothing is repeated or followed here, and no foreign host is spoken to."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tenantpilot.graph.client.answers import Answer, decode, decode_leniently, is_foreign
from tenantpilot.graph.client.connection import GraphConnection, origin_of
from tenantpilot.graph.client.retries import RetryPolicy
from tenantpilot.graph.client.transport import GraphTransport, exchange_within
from tenantpilot.graph.errors import (
    Facts,
    GraphDeadlineExceeded,
    GraphError,
    GraphGatewayFailed,
    GraphHostRefused,
    GraphIntercepted,
    GraphProxyRefused,
    GraphResponseUnreadable,
    GraphUnavailable,
)

log = logging.getLogger(__name__)

MOST_BYTES = 128 * 1024 * 1024
USER_AGENT = "TenantPilot"


@dataclass(frozen=True)
class Request:
    """A request to send. `url` is absolute."""

    method: str
    url: str
    params: dict[str, str] = field(default_factory=dict)
    json: Any = None
    form: dict[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_write(self) -> bool:
        return self.method not in ("GET", "HEAD")


class Sender:
    """Sends requests to the hosts of one connection, and to no others."""

    def __init__(
        self,
        connection: GraphConnection,
        *,
        retry_policy: RetryPolicy,
        transport: httpx.BaseTransport | None = None,
        connections: int = 16,
    ) -> None:
        self._allowed = frozenset({connection.login_url, connection.graph_url})
        self._http = httpx.Client(
            transport=transport or GraphTransport.of(connection, connections=connections),
            timeout=httpx.Timeout(
                retry_policy.read_seconds, connect=retry_policy.connect_seconds, pool=retry_policy.attempt_seconds
            ),
            trust_env=False,
            follow_redirects=False,
            headers={"user-agent": USER_AGENT, "accept": "application/json"},
        )

    def send(self, request: Request, *, seconds: float) -> Answer:
        """Return one answer of any status. Raises GraphUnavailable and below when there is none that can be read."""
        if origin_of(request.url) not in self._allowed:
            raise GraphHostRefused("the address is not one of this connection")
        request_id = str(uuid4())
        started = time.monotonic()
        response, content = self._exchange(request, request_id, seconds)
        _log_exchange(request, response, request_id, time.monotonic() - started)
        return _answer(response, content, request_id)

    def close(self) -> None:
        self._http.close()

    def _exchange(self, request: Request, request_id: str, seconds: float) -> tuple[httpx.Response, bytes]:
        facts = Facts(client_request_id=request_id)
        try:
            with exchange_within(seconds):
                response = self._http.send(self._prepared(request, request_id), stream=True)
                try:
                    return response, _whole_body(response)
                finally:
                    response.close()
        except (httpx.ReadTimeout, httpx.WriteTimeout) as exc:
            raise GraphDeadlineExceeded(facts=facts) from exc
        except httpx.DecodingError as exc:
            raise GraphResponseUnreadable(facts=facts) from exc
        except httpx.ProxyError as exc:
            raise _refused_by_proxy(exc, request_id) from exc
        except httpx.TransportError as exc:
            raise GraphUnavailable(facts=facts) from exc

    def _prepared(self, request: Request, request_id: str) -> httpx.Request:
        content = None if request.json is None else _encoded(request.json)
        kind = {} if content is None else {"Content-Type": "application/json"}
        return self._http.build_request(
            request.method,
            request.url,
            params=request.params or None,
            content=content,
            data=request.form,
            headers={**kind, **request.headers, "client-request-id": request_id},
        )


def _encoded(body: Any) -> bytes:
    """Return the body in UTF-8; half a surrogate pair, which Graph may have sent itself, is escaped."""
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except UnicodeEncodeError:
        return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()


def _whole_body(response: httpx.Response) -> bytes:
    content = bytearray()
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > MOST_BYTES:
            raise GraphResponseUnreadable(facts=Facts(status=response.status_code))
    return bytes(content)


def _refused_by_proxy(error: httpx.ProxyError, request_id: str) -> GraphError:
    """Return the error for a proxy that opens no tunnel; httpcore puts its status in front of the text."""
    status_match = re.match(r"([1-5]\d\d)\b", str(error))
    if status_match is None:
        return GraphUnavailable(facts=Facts(client_request_id=request_id))
    facts = Facts(status=int(status_match.group()), client_request_id=request_id)
    if facts.status == 407:
        return GraphProxyRefused(facts=facts)
    return GraphIntercepted(facts=facts) if int(status_match.group()) < 500 else GraphGatewayFailed(facts=facts)


def _answer(response: httpx.Response, content: bytes, request_id: str) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    facts = Facts(status=response.status_code, client_request_id=request_id)
    if response.status_code >= 400:
        foreign = is_foreign(content, headers)
        return Answer(response.status_code, headers, decode_leniently(content), request_id, is_foreign=foreign)
    if response.status_code >= 300:
        raise GraphResponseUnreadable(facts=facts)
    return Answer(
        response.status_code, headers, decode(content, headers.get("content-type", ""), facts=facts), request_id
    )


def _log_exchange(request: Request, response: httpx.Response, request_id: str, seconds: float) -> None:
    """Ids and figures only: a query may hold names, a body anything."""
    log.debug(
        "graph %s %s %s %.0f ms request-id=%s client-request-id=%s",
        request.method,
        httpx.URL(request.url).path,
        response.status_code,
        seconds * 1000,
        response.headers.get("request-id", "-"),
        request_id,
    )
