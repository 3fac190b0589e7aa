"""The people who reach the addresses of restores."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow, in_tenant

_VIEW, _PREPARE = Capability.RESTORE_VIEW, Capability.RESTORE_PREVIEW
access_rows: dict[str, AccessRow] = {
    "restores": in_tenant(_VIEW),
    "restore-trash": in_tenant(_VIEW),
    "trash-restores": in_tenant(Capability.RESTORE_DELETE),
    "return-restores": in_tenant(Capability.RESTORE_DELETE),
    "delete-restores": in_tenant(Capability.RESTORE_DELETE),
    "new-restore": in_tenant(_PREPARE),
    "restore-of-set": in_tenant(_PREPARE, subject="backup set"),
    "restore": in_tenant(_VIEW, subject="restore"),
    "restore-scope": in_tenant(_PREPARE, subject="restore"),
    "restore-mapping": in_tenant(_PREPARE, subject="restore"),
    "restore-preview": in_tenant(_VIEW, subject="restore"),
    "start-restore-preview": in_tenant(_PREPARE, "post", subject="restore"),
    "restore-confirmation": in_tenant(Capability.RESTORE_EXECUTE, subject="restore"),
    "restore-approval": in_tenant(Capability.RESTORE_APPROVE, subject="restore"),
    "second-person": in_tenant(Capability.TENANT_MANAGE),
    "end-second-person": in_tenant(Capability.TENANT_MANAGE, "post"),
    "restore-result": in_tenant(_VIEW, subject="restore"),
    "continue-restore": in_tenant(Capability.RESTORE_EXECUTE, "post", subject="restore"),
    "undo-restore": in_tenant(_PREPARE, "post", subject="restore"),
    "repeat-restore": in_tenant(_PREPARE, "post", subject="restore"),
    "discard-restore": in_tenant(_PREPARE, "post", subject="restore"),
}
