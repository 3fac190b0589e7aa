"""Reason codes of the directory."""

from django.utils.translation import gettext_noop

from tenantpilot.core.reasons import Owner, Reason, ReasonCatalog

ReasonCatalog.add(
    [
        Reason(
            "group_unusable",
            gettext_noop("Graph holds a group whose id or values no database can keep."),
            Owner.TENANT_ADMINISTRATOR,
            gettext_noop("Look at the group in the Entra console: mend its name, or make it anew."),
        ),
        Reason(
            "delta_expired",
            gettext_noop(
                "Microsoft no longer knew what had changed since the last sync, so all groups were read again."
            ),
            Owner.NOBODY,
            gettext_noop("Nothing to do: the groups are complete. A daily schedule keeps the next syncs short."),
        ),
    ]
)
