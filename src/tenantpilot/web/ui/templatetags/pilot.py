"""The small parts that templates are made of: `{% load pilot %}`."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django import template
from django.forms import BoundField
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tenantpilot.core.badges import BadgeCatalog
from tenantpilot.operations import links
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.monitoring.statistics import TimeLeft
from tenantpilot.operations.presenter import counts_text
from tenantpilot.operations.schedules.reading import Line
from tenantpilot.operations.types import operation_types
from tenantpilot.web.frame import assets
from tenantpilot.web.ui import words
from tenantpilot.web.ui.schedule_words import cadence_words
from tenantpilot.web.ui.tables.bulk import Bulk

register = template.Library()
HUES = 8


@register.simple_tag
def asset(name: str) -> str:
    """Return the address of a built file."""
    return assets.url_of(name)


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """Return a Lucide icon, drawn in place and silent: a word always stands beside it (UX-51)."""
    return format_html(
        '<svg class="icon icon-{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', name, assets.drawing(name)
    )


@register.simple_tag
def badge(domain: str, value: object) -> SafeString:
    """Return the one way to draw a status-like value (UX-50)."""
    badge_ = BadgeCatalog.get(domain, value)
    html = '<span class="badge badge-{}" title="{}">{}{}</span>'
    return format_html(html, badge_.tone, badge_.help, icon(badge_.icon), badge_.label)


@register.simple_tag(takes_context=True)
def when(context: Context, at: datetime | None) -> SafeString:
    """Relative time; the exact one with its zone on hover and focus (UX-18)."""
    if at is None:
        return unknown()
    html = '<time class="time" datetime="{}" data-exact="{}">{}</time>'
    return format_html(html, at.isoformat(timespec="seconds"), words.exact(at), words.relative(at, _now(context)))


@register.simple_tag
def moment(at: datetime | None) -> SafeString:
    """Return the exact time itself, where there is room for it."""
    if at is None:
        return unknown()
    return format_html(
        '<time class="figures" datetime="{}">{}</time>', at.isoformat(timespec="seconds"), words.exact(at)
    )


@register.simple_tag(takes_context=True)
def elapsed(context: Context, since: datetime | None) -> SafeString:
    """Return a clock that ticks in the browser and is not live text (UX-66)."""
    if since is None:
        return unknown()
    seconds = (_now(context) - since).total_seconds()
    html = '<time class="figures" data-since="{}" datetime="PT{}S" aria-live="off">{}</time>'
    return format_html(html, since.isoformat(timespec="milliseconds"), max(0, int(seconds)), words.clock(seconds))


@register.simple_tag
def duration(start: datetime | None, end: datetime | None) -> SafeString:
    """Return the duration between two moments."""
    if start is None or end is None:
        return unknown()
    return format_html('<span class="figures">{}</span>', words.length(end - start))


@register.filter
def length_of(span: timedelta) -> str:
    """Return a length of time."""
    return words.length(span)


@register.simple_tag
def time_left_words(left: TimeLeft) -> str:
    """Return a range, for a run's own page alone: what like runs took."""
    ends = [words.clock(span.total_seconds()) for span in (left.at_least, left.at_most)]
    return _("%(low)s to %(high)s left, as like runs took") % {"low": ends[0], "high": ends[1]}


@register.simple_tag
def cadence(line: Line) -> str:
    """Return the times of a schedule in words; its zone alone where they cannot be read."""
    return cadence_words(line.cadence) if line.cadence else line.schedule.time_zone


@register.simple_tag
def unknown() -> SafeString:
    """Return a dash that is spoken as "not known"."""
    spoken = _("not known")
    return format_html('<span aria-hidden="true">—</span><span class="unseen">{}</span>', spoken)


@register.simple_tag
def mark(tenant: Any) -> SafeString:
    """Return the tenant's initials on its own hue."""
    letters = "".join(word[0] for word in tenant.name.split()[:2]).upper() or "?"
    return format_html('<span class="mark mark-{}" aria-hidden="true">{}</span>', tenant.pk % HUES, letters)


@register.filter
def figure(number: int | None) -> SafeString | str:
    """Return a number with its thousands separated."""
    return unknown() if number is None else words.figure(number)


@register.filter
def counts(run: OperationRun) -> str:
    """Return a run's summary counts in words."""
    return counts_text(run.type, run.summary_counts)


@register.filter
def operation(key: str) -> str:
    """Return the label of an operation type."""
    return operation_types.label(key)


@register.filter
def run_url(run: OperationRun) -> str:
    """Return the address of a run (OPS-25)."""
    return links.run_url(run)


@register.simple_tag
def progress(run: OperationRun) -> SafeString:
    """Return the bar of a run under way, named by its operation: a share only where both numbers are known (OPS-22).

    Nothing moves where nobody works (UX-65).
    """
    if run.started_at is None:
        return mark_safe("")
    label = operation_types.label(run.type)
    live = getattr(run, "live", None)
    if live is None or live.processed is None or not live.total:
        return mark_safe("") if run.is_set_aside else format_html('<progress aria-label="{}"></progress>', label)
    processed = max(0, min(live.processed, live.total))
    return format_html('<progress aria-label="{}" max="{}" value="{}"></progress>', label, live.total, processed)


@register.simple_tag
def share(run: OperationRun) -> str:
    """ "120/480", or empty where it is not known."""
    live = getattr(run, "live", None)
    if live is None or live.processed is None or not live.total:
        return ""
    return f"{words.figure(max(0, min(live.processed, live.total)))}/{words.figure(live.total)}"


@register.simple_tag
def pick(bulk: Bulk, row: Any, name: str) -> SafeString:
    """Return the box by which a row is chosen, labelled by the record's name (UX-15)."""
    html = (
        '<td class="pick"><input type="checkbox" class="checkbox" id="pick-{}" form="bulk" name="{}" value="{}"'
        ' data-fits="{}" aria-label="{}" autocomplete="off"></td>'
    )
    return format_html(html, row.pk, bulk.field, row.pk, bulk.fitting(row), name)


@register.filter
def numbered(name: str, number: int) -> str:
    """ "Inventory sync #7"."""
    return f"{name} #{number}"


@register.simple_tag
def select(field: BoundField) -> SafeString:
    """Return a filter's field; it looks different while it narrows the list."""
    return field.as_widget(attrs={"class": _narrowing(field, "select"), "id": f"filter-{field.name}"})


@register.simple_tag
def day(field: BoundField) -> SafeString:
    """Return a filter's calendar day."""
    return field.as_widget(attrs={"class": _narrowing(field, "input"), "id": f"filter-{field.name}"})


def _narrowing(field: BoundField, css: str) -> str:
    return f"{css} select-on" if field.value() and not field.errors else css


def _now(context: Context) -> datetime:
    now: datetime | None = context.get("now")
    return now or timezone.now()
