"""Multi Admin Approval: a protected write is not done, it is put down for a second administrator.

Source: https://learn.microsoft.com/intune/fundamentals/role-based-access-control/multi-admin-approval-graph-api
"""

import base64
import binascii
import copy
import hashlib
import uuid
from datetime import timedelta

from intunesim.clock import iso
from intunesim.errors import GraphError, Origin, bad_request, not_found
from intunesim.graph.messages import Answer, Call
from intunesim.graph.permissions import changes_nothing
from intunesim.json_types import JsonObject
from intunesim.state.entities import Entity
from intunesim.state.tenant import Tenant

PATH = "deviceManagement/operationApprovalRequests"
JUSTIFICATION, CODE = "x-msft-approval-justification", "x-msft-approval-code"
OPEN = ("needsApproval", "approved")


def check_approval(call: Call) -> None:
    """Let a protected write pass only with an approved code. Raises 400, 409, 412 (or 403)."""
    if not _protected(call):
        return
    code = call.request.headers.get(CODE)
    if code:
        _use(call, code)
        return
    justification = call.request.headers.get(JUSTIFICATION)
    if not justification:
        raise bad_request(f"Header '{JUSTIFICATION}' is required to request approval", Origin.INTUNE)
    _refuse_second_request(call)
    raise _put_down(call, _plain(justification))


def list_requests(call: Call) -> Answer:
    """GET operationApprovalRequests."""
    requests = [copy.deepcopy(entity.body) for entity in call.tenant.store.entities(PATH)]
    return Answer(body={"@odata.context": call.context(PATH), "value": [_public(body) for body in requests]})


def get_request(call: Call) -> Answer:
    """GET operationApprovalRequests/{id}."""
    entity = call.tenant.store.find(PATH, call.rest[0])
    if entity is None:
        raise not_found(call.rest[0], Origin.INTUNE)
    return Answer(body={"@odata.context": call.context(f"{PATH}/$entity"), **_public(copy.deepcopy(entity.body))})


def decide(tenant: Tenant, code: str, status: str) -> bool:
    """Record the second administrator's decision: approved, rejected, cancelled or expired. False: no such request."""
    entity = tenant.store.find(PATH, code)
    if entity is None or status not in ("approved", "rejected", "cancelled", "expired"):
        return False
    entity.body["status"] = status
    tenant.store.put(PATH, entity)
    return True


def _protected(call: Call) -> bool:
    return (
        call.writes
        and bool(call.collection.workload)
        and call.collection.workload in call.tenant.habits.approval_workloads
        and not call.tenant.applications[call.caller.client_id].outside_approval
        and not changes_nothing(call)
    )


def _use(call: Call, code: str) -> None:
    """The same write again, with the code it was given: it passes once, when it was approved."""
    entity = call.tenant.store.find(PATH, code)
    if entity is None or entity.body["fingerprint"] != _fingerprint(call):
        raise GraphError(403, "Forbidden", f"The approval '{code}' is not for this operation.", Origin.INTUNE)
    if entity.body["status"] != "approved":
        text = f"The approval request '{code}' has the status '{entity.body['status']}'."
        raise GraphError(403, "Forbidden", text, Origin.INTUNE)
    entity.body["status"] = "completed"
    call.tenant.store.put(PATH, entity)


def _refuse_second_request(call: Call) -> None:
    for entity in call.tenant.store.entities(PATH):
        if entity.body["fingerprint"] == _fingerprint(call) and entity.body["status"] in OPEN:
            raise GraphError(
                409, "Conflict", "An active Approval Request already exists for this operation.", Origin.INTUNE
            )


def _put_down(call: Call, justification: str) -> GraphError:
    code = str(uuid.uuid4())
    application = call.tenant.applications[call.caller.client_id]
    body = {
        "id": code,
        "requestDateTime": iso(call.now),
        "expirationDateTime": iso(call.now + timedelta(days=30)),
        "lastModifiedDateTime": iso(call.now),
        "requestor": {"application": {"id": application.client_id, "displayName": application.name}, "user": None},
        "approver": None,
        "status": "needsApproval",
        "requestJustification": justification,
        "approvalJustification": None,
        "requiredOperationApprovalPolicyTypes": [call.collection.workload],
        "fingerprint": _fingerprint(call),
    }
    call.tenant.store.put(PATH, Entity(code, body))
    text = (
        "Approval Required. Request Approval using the request ID returned as part of the "
        f"{CODE} response header. {CODE}: {code}"
    )
    status = call.tenant.habits.approval_status
    return GraphError(status, "BadRequest" if status == 412 else "ApprovalRequired", text, Origin.INTUNE, {CODE: code})


def _fingerprint(call: Call) -> str:
    """Return the hash of verb, path and body, which is equal for equal writes."""
    text = f"{call.request.method} {call.request.path.lower()}\n".encode() + call.request.content
    return hashlib.sha256(text).hexdigest()


def _plain(justification: str) -> str:
    try:
        return base64.b64decode(justification, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise bad_request(f"Header '{JUSTIFICATION}' must be Base64.", Origin.INTUNE) from error


def _public(body: JsonObject) -> JsonObject:
    body.pop("fingerprint")
    return body
