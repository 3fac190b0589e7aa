"""The things of this room that operations count."""

from django.utils.translation import ngettext_lazy

from tenantpilot.operations.summary import OperationSummaryKeys

ASSIGNMENT_COUNT = OperationSummaryKeys.declare("assignments", ngettext_lazy("assignment", "assignments"))
