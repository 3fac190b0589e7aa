"""Apply a fault to an answer."""

import copy

from intunesim.errors import GraphError, Origin
from intunesim.faults import Fault, FaultKind
from intunesim.graph.messages import Answer, GraphRequest

CODES = {
    400: "BadRequest",
    401: "InvalidAuthenticationToken",
    403: "Forbidden",
    404: "ResourceNotFound",
    409: "Conflict",
    412: "PreconditionFailed",
    429: "TooManyRequests",
    500: "InternalServerError",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}
MESSAGES = {
    429: "Too Many Requests",
    500: "An internal server error has occurred",
    503: "The service is temporarily unavailable. Please try again later.",
    504: "The gateway did not receive a timely response from the upstream service.",
}


def refusal_of(fault: Fault, request: GraphRequest) -> GraphError:
    """Return the error that a fault asks for, in the style of the service that the path belongs to."""
    headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
    code = fault.code or CODES.get(fault.status, "UnknownError")
    message = fault.message or MESSAGES.get(fault.status, "An error has occurred.")
    origin = Origin.INTUNE if request.path.lower().startswith("device") else Origin.GATEWAY
    return GraphError(fault.status, code, message, origin, headers)


def spoil(answer: Answer, fault: Fault, request: GraphRequest) -> None:
    """Change a page as a fault asks for; other answers are left alone."""
    body = answer.body
    if not isinstance(body, dict) or not isinstance(body.get("value"), list):
        return
    if fault.kind is FaultKind.EMPTY_PAGE:
        separator = "&" if request.query else "?"
        body["@odata.nextLink"] = f"{_self_link(request)}{separator}$skip=0"
        body["value"] = []
    elif fault.kind is FaultKind.LOOP:
        body["@odata.nextLink"] = _self_link(request)
    elif fault.kind is FaultKind.REPEAT_PAGE:
        body["value"] = [*body["value"], *copy.deepcopy(body["value"])]
    elif fault.kind is FaultKind.FOREIGN_LINK:
        body["@odata.nextLink"] = f"https://graph.attacker.example/{request.version}/{request.path}?$skiptoken=x"
    elif fault.kind is FaultKind.NO_VALUE:
        del body["value"]


def _self_link(request: GraphRequest) -> str:
    return f"{request.address}?{request.query}" if request.query else request.address
