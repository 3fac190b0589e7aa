"""Reason codes of the engine: how a run can end whatever it did."""

from tenantpilot.core.reasons import Owner, ReasonCatalog, reason

ReasonCatalog.add(
    [
        reason("worker_lost", "The worker that did this stopped answering.", Owner.PLATFORM_OPERATOR, "Run it again. If it happens twice, look at the workers' log and memory."),
        reason("dispatch_failed", "The queue did not accept the job.", Owner.PLATFORM_OPERATOR, "Run it again. If it happens twice, look at the queue on the system page."),
        reason("circuit_open", "Stopped early: [{failed} of {attempted} ]items had failed.", Owner.OPERATOR, "Look at the failures, mend their cause, run it again."),
        reason("time_limit_exceeded", "It ran longer than its limit[ of {seconds} seconds].", Owner.PLATFORM_OPERATOR, "Run it again for fewer items, or raise the limit."),
        reason("attempts_exhausted", "It was taken up [{attempts} times ]and never came to its end.", Owner.PLATFORM_OPERATOR, "Look at the workers' log, then run it again."),
        reason("handler_missing", "This version of TenantPilot cannot do this operation.", Owner.PLATFORM_OPERATOR, "Update the workers to the version of the web server."),
        reason(
            "items_waiting",
            "[{waiting} of {total} ]items wait for somebody outside TenantPilot.",
            Owner.NOBODY,
            "Look at the items that wait; each says for whom.",
        ),
        reason("items_differ", "[{count} of {total} ]items differ in places after they were written.", Owner.OPERATOR, "Look at the items that differ; each names the places."),
        reason("items_failed", "[{failed} of {total} ]items failed[, for {reasons} different reasons].", Owner.OPERATOR, "Look at the failures by item."),
        reason("removal_not_confirmed", "Nobody confirmed the removal of this tenant.", Owner.TENANT_MANAGER, "Start it from the tenant's own settings."),
        reason("removal_in_use", "Something of another tenant still points at what was to be removed.", Owner.PLATFORM_OPERATOR, "Remove what points at it, such as restores from its backups, then start the removal again."),
    ]
)  # fmt: skip
