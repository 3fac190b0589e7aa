"""The things that operations count from this room on: a sync may capture versions too."""

from django.utils.translation import ngettext_lazy

from tenantpilot.operations.summary import OperationSummaryKeys

POLICY_COUNT = OperationSummaryKeys.declare("policies", ngettext_lazy("policy", "policies"))
VERSION_COUNT = OperationSummaryKeys.declare("versions", ngettext_lazy("version", "versions"))
