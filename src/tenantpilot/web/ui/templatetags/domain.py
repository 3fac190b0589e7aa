"""Words for what the rooms below store as keys: `{% load domain %}`."""

import re
from typing import Any

from django import template
from django.template.defaultfilters import stringfilter
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenantpilot.audit.actions import audit_actions
from tenantpilot.core.reasons import Reason, ReasonCatalog
from tenantpilot.inventory import policy_types
from tenantpilot.inventory.many_tenants.wording import words_of_run
from tenantpilot.inventory.operations import INVENTORY_SYNC
from tenantpilot.inventory.services import requested_types
from tenantpilot.operations.links import run_url
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.presenter import NotificationText, OperationUxPresenter, reason_of
from tenantpilot.operations.states import NEEDS_REMEDY
from tenantpilot.versions.words import restorable_words
from tenantpilot.web.ui.remedies import remedy_of
from tenantpilot.web.ui.templatetags.pilot import icon, unknown

register = template.Library()


@register.inclusion_tag("web/parts/remedy.html", takes_context=True)
def remedy(context: template.Context, reason: Reason | None, run: OperationRun | None = None) -> dict[str, Any]:
    """Draw what to do about a reason, with the link for those who can, and who can for the others."""
    frame = context["frame"]
    is_operator = bool(frame.person and frame.person.is_platform_operator)
    return {"remedy": remedy_of(reason, frame.access, run=run, is_platform_operator=is_operator)}


@register.inclusion_tag("web/parts/remedy_link.html", takes_context=True)
def remedy_link(context: template.Context, run: OperationRun | None) -> dict[str, Any]:
    """Draw in a list where a run's reason is mended, or who can; nothing where that is the run's own page."""
    reason = reason_of(run) if run and run.outcome in NEEDS_REMEDY else None
    if run is None or reason is None:
        return {"remedy": None}
    frame = context["frame"]
    access = frame.access_in(run.tenant) if run.tenant_id else None
    is_operator = bool(frame.person and frame.person.is_platform_operator)
    remedy = remedy_of(reason, access, run=run, is_platform_operator=is_operator)
    return {"remedy": remedy if remedy and remedy.url != run_url(run) else None}


@register.filter
def policy_type(key: str) -> str:
    """Return the label of a policy type."""
    return policy_types.label_of(key)


@register.filter
def restorable_reason(reason: str) -> str:
    """Return in words the reason for which a version is not written back in full."""
    return restorable_words(reason)


@register.filter
def reference_kind(key: str) -> str:
    """Return the kind of an object that a policy refers to, in words."""
    label = policy_types.label_of(key)
    return label if label != key else re.sub(r"(?<=[a-z])([A-Z])", r" \1", key).capitalize()


@register.simple_tag
def policy_icon(key: str) -> SafeString:
    """Return the icon of a policy type; one of another version has the general one."""
    try:
        return icon(policy_types.get(key).icon)
    except policy_types.UnknownPolicyType:
        return icon("layers")


@register.filter
def platform(value: str) -> SafeString | str:
    """Return the label of a platform."""
    labels = {platform.value: platform.label for platform in policy_types.Platform}
    return labels.get(value, value) or unknown()


@register.filter
def notification_text(notification: Notification) -> NotificationText:
    """Return the presenter's words for a notification."""
    return OperationUxPresenter.notification(notification)


@register.filter
def reason_text(run: OperationRun) -> str:
    """Return the presenter's words for why a run ended as it did."""
    return OperationUxPresenter.reason_text(run)


@register.filter
def targets(run: OperationRun) -> str:
    """Return the tenants or policy types that a run was started for; empty where it was all types, or another thing."""
    if of_tenants := words_of_run(run):
        return of_tenants
    keys = requested_types(run)
    if not keys or len(keys) == len(policy_types.every()):
        return ""
    if len(keys) <= 3:
        return ", ".join(policy_types.label_of(key) for key in keys)
    return ngettext("%(number)d policy type", "%(number)d policy types", len(keys)) % {"number": len(keys)}


@register.filter
def changed_pages(run: OperationRun) -> list[tuple[str, str]]:
    """Return the lists of what the run changed, each with its address and its words: "12 updated" opens those 12."""
    counts = run.summary_counts or {}
    if run.tenant is None:
        return []
    pages = []
    if changed := counts.get("created", 0) + counts.get("updated", 0) if run.type == INVENTORY_SYNC.key else 0:
        words = ngettext("Show the policy that changed", "Show the policies that changed", changed)
        pages.append((f"{reverse('inventory', args=[run.tenant.slug])}?run={run.pk}", words))
    if versions := counts.get("versions", 0):
        words = ngettext("Show the version that was taken", "Show the versions that were taken", versions)
        pages.append((f"{reverse('versions', args=[run.tenant.slug])}?run={run.pk}", words))
    return pages


@register.filter
def audit_action(action: str) -> str | Promise:
    """Return the words for the action of an audit entry."""
    return audit_actions.label(action)


@register.filter
def reason_words(code: str) -> str:
    """Return the text of a reason code without its parameters."""
    return ReasonCatalog.describe(code)


@register.filter
@stringfilter
def humanized(key: str) -> str:
    """Return a stored key as words."""
    return key.replace("_", " ").capitalize()


@register.filter
def milliseconds(seconds: float) -> str:
    return _("%(number)s ms") % {"number": f"{seconds * 1000:.1f}"}


@register.filter
def translated(text: str) -> str:
    """Return a text that its catalogue marked for translation."""
    return _(text) if text else ""
