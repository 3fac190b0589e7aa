"""Errors in the shapes that Graph and the services behind it use.

Sources: https://learn.microsoft.com/graph/errors, https://learn.microsoft.com/graph/throttling
"""

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from intunesim.json_types import JsonObject


class Origin(StrEnum):
    """The service that refuses: each writes its errors in its own way."""

    GATEWAY = "gateway"
    INTUNE = "intune"
    DIRECTORY = "directory"
    CONDITIONAL_ACCESS = "conditional_access"


@dataclass
class GraphError(Exception):
    """A refusal, on its way to become an answer."""

    status: int
    code: str
    message: str
    origin: Origin = Origin.GATEWAY
    headers: dict[str, str] = field(default_factory=dict)
    inner: JsonObject = field(default_factory=dict)
    unknown: str = ""
    """What the client asked for that is not simulated: a path, an option, a property."""

    def body(self, *, request_id: str, client_request_id: str, now: datetime, path: str) -> JsonObject:
        """Return the JSON that a client sees."""
        message = self.message
        if self.origin is Origin.INTUNE:
            message = intune_message(self.message, request_id=request_id, path=path)
        inner = {
            "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": request_id,
            "client-request-id": client_request_id,
            **self.inner,
        }
        return {"error": {"code": self.code, "message": message, "innerError": inner}}


def intune_message(text: str, *, request_id: str, path: str) -> str:
    """Intune's message: a JSON document inside a string, the text drowned in ids."""
    operation = uuid.uuid5(uuid.NAMESPACE_URL, request_id)
    return json.dumps(
        {
            "_version": 3,
            "Message": f"{text} - Operation ID (for customer support): {operation} - Activity ID: {request_id}"
            f" - Url: https://fef.msub02.manage.microsoft.com/StatelessService{path}",
            "CustomApiErrorPhrase": "",
            "RetryAfter": None,
            "ErrorSourceService": "",
            "HttpHeaders": "{}",
        },
        indent=2,
    ).replace("\n", "\r\n")


def bad_request(message: str, origin: Origin = Origin.GATEWAY) -> GraphError:
    """400, in the words of the service that refuses."""
    codes = {Origin.DIRECTORY: "Request_BadRequest"}
    return GraphError(400, codes.get(origin, "BadRequest"), message, origin)


def unknown_segment(segment: str) -> GraphError:
    """400: Graph answers a wrong path with 400, not 404."""
    error = bad_request(f"Resource not found for the segment '{segment}'.")
    error.unknown = "path"
    return error


def not_found(identifier: str, origin: Origin) -> GraphError:
    """404 for an object that does not exist in this tenant."""
    if origin is Origin.DIRECTORY:
        text = (
            f"Resource '{identifier}' does not exist or one of its queried reference-property objects are not present."
        )
        return GraphError(404, "Request_ResourceNotFound", text, origin)
    if origin is Origin.CONDITIONAL_ACCESS:
        return GraphError(404, "NotFound", f"{identifier} could not be found in the directory.", origin)
    return GraphError(404, "ResourceNotFound", "An error has occurred", origin)


def forbidden(roles: tuple[str, ...], origin: Origin) -> GraphError:
    """403 for an application that lacks every role that would do."""
    if origin is Origin.DIRECTORY:
        return GraphError(
            403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", origin
        )
    if origin is Origin.CONDITIONAL_ACCESS:
        text = "You cannot perform the requested operation, required scopes are missing in the token."
        return GraphError(403, "AccessDenied", text, origin)
    text = (
        "Application is not authorized to perform this operation. "
        f"Application must have one of the following scopes: {', '.join(roles)}"
    )
    return GraphError(403, "Forbidden", text, origin)


def invalid_token(message: str) -> GraphError:
    """401: no token, a broken one, or one whose time is over."""
    challenge = (
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
        'client_id="00000003-0000-0000-c000-000000000000"'
    )
    return GraphError(401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": challenge})


def method_not_allowed(method: str) -> GraphError:
    """405 for a verb that a resource does not know."""
    return GraphError(
        405, "Request_BadRequest", f"Specified HTTP method is not allowed for the request target: {method}."
    )
