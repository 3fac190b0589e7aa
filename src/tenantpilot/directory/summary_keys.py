"""The things of this room that operations count."""

from django.utils.translation import ngettext_lazy

from tenantpilot.operations.summary import OperationSummaryKeys

GROUP_COUNT = OperationSummaryKeys.declare("groups", ngettext_lazy("group", "groups"))
