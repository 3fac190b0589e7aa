"""Words for what a preview warns of."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.restores.policy_state import DISABLED, ENABLED, REPORT_ONLY
from tenantpilot.restores.states import Assignments

WARNINGS: dict[str, str | Promise] = {
    "unassigns_all": _("All its assignments are removed: nobody gets it any more."),
    "wide_target": _("It will be assigned to all users or all devices. Today it is not, or with another filter."),
    "large_group": _("It will be assigned to a group of more than 1,000 members. Today it is not."),
    "asks_for_compliant_device": _(
        "It asks for a compliant device in report-only: people may be asked to choose a certificate."
    ),
    "no_trusted_location": _(
        "It includes or excludes all trusted locations, but the tenant has none. It would apply everywhere, or nowhere."
    ),
    "near_policy_limit": _(
        "This brings the tenant close to Microsoft's limit of 195 Conditional Access policies, or over it. Microsoft "
        "refuses any beyond it."
    ),
    "weakens_policy": _("It is On now and will not be enforced afterwards."),
    "lockout_not_checked": _(
        "It is enforced and concerns everybody or administrators. TenantPilot does not know the emergency accounts of "
        "the tenant, so it has not checked who could be locked out."
    ),
    "deletes_object": _("The object is deleted in the tenant. A version of it is kept."),
}

RULES: dict[Assignments, str | Promise] = {
    Assignments.KEEP: _("What is there keeps its own; what is created gets those of the version."),
    Assignments.EXACT: _("What is there and what is created gets those of the version, and no others."),
    Assignments.MERGE: _("What is there keeps its own and gets those of the version, too; what is created gets those."),
    Assignments.NONE: _("What is there keeps its own; what is created is assigned to nobody."),
}
"""The effect of each rule on assignments; the usual one does as one of these."""

POLICY_STATES: dict[str, str | Promise] = {
    "": _("Not in the tenant"),
    ENABLED: _("On"),
    REPORT_ONLY: _("Report-only"),
    DISABLED: _("Off"),
}


def state_words(state: str) -> str:
    """Return the words of the state of a Conditional Access policy; one that Microsoft adds later reads as it is."""
    return str(POLICY_STATES.get(state, state))


def warning_words(code: str) -> str:
    """Return the words of a warning; one of another version reads as its code."""
    return str(WARNINGS.get(code, code.replace("_", " ").capitalize()))


def assignment_rules(*, same_tenant: bool) -> list[tuple[str, str, str]]:
    """Return each rule for assignments with its label and its effect: the usual one is one of the others by name."""
    usual = Assignments.KEEP if same_tenant else Assignments.NONE
    name = _("Usual (as “%(rule)s”)") % {"rule": usual.label}
    labels = {Assignments.USUAL: name}
    return [(rule.value, str(labels.get(rule, rule.label)), str(RULES.get(rule, RULES[usual]))) for rule in Assignments]


def reason_choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return each code with its words, for people to choose one of; by the words."""
    return sorted(((code, ReasonCatalog.describe(code)) for code in dict.fromkeys(codes)), key=lambda choice: choice[1])
