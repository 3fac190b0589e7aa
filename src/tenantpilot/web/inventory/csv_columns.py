"""The columns of the list of policies as a file."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.inventory import policy_types
from tenantpilot.inventory.badges import POLICY_STATE
from tenantpilot.inventory.models import Policy
from tenantpilot.web.ui.tables.csv_files import CsvColumn, moment

_WORDS = {"assigned": _("yes"), "unassigned": _("no")}


def _area(policy: Policy) -> str:
    try:
        return policy_types.get(policy.type).area.label
    except policy_types.UnknownPolicyType:
        return ""


CSV_COLUMNS = (
    CsvColumn(_("Name"), lambda policy: policy.name),
    CsvColumn(_("Type"), lambda policy: policy_types.label_of(policy.type)),
    CsvColumn(_("Area"), _area),
    CsvColumn(_("Platform"), lambda policy: policy.platform),
    CsvColumn(_("State"), lambda policy: str(POLICY_STATE.of(policy.state_badge).label) if policy.state_badge else ""),
    CsvColumn(_("Assigned"), lambda policy: str(_WORDS.get(policy.assignment_badge, ""))),
    CsvColumn(_("Presence"), lambda policy: policy.presence),
    CsvColumn(_("Ignored"), lambda policy: moment(policy.ignored_at)),
    CsvColumn(_("Scope tags"), lambda policy: policy.tags_text or ""),
    CsvColumn(_("Modified"), lambda policy: moment(policy.last_modified_at)),
    CsvColumn(_("Changed"), lambda policy: moment(policy.changed_at)),
    CsvColumn(_("First seen"), lambda policy: moment(policy.first_seen_at)),
    CsvColumn(_("Last seen"), lambda policy: moment(policy.last_seen_at)),
    CsvColumn(_("Graph id"), lambda policy: policy.graph_id),
)
