"""Search in runs: by what an operation is called, why it failed, what it was about, and its number.

A text can stand anywhere in a history of millions of runs, so the search looks through a stated part of it: the
newest runs of those that it is given, and the items of the newest of them and of the newest bulk operations. What
it costs does not grow with the history, whether something is found or not.
"""

from typing import Any

from django.db.models import BooleanField, Func, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.operations.items.models import ItemState, RunItem
from tenantpilot.operations.queries import OperationRunQuerySet
from tenantpilot.operations.states import RunOutcome
from tenantpilot.operations.types import operation_types

NEWEST = 10_000
NEWEST_WITH_ITEMS = 200
LONGEST_NUMBER = 18
_TOLD = (RunOutcome.FAILED, RunOutcome.PARTIALLY_SUCCEEDED)


def search(runs: OperationRunQuerySet, text: str) -> OperationRunQuerySet:
    """Those of the newest 10,000 of `runs` that the text speaks of. "#7" is run 7, however old."""
    text = " ".join(text.split())
    if not text:
        return runs
    if text.startswith("#"):
        return runs.filter(_numbered(text))
    codes = _reasons_named(text)
    about = Q(type__in=_types_named(text)) | Q(reason_code__in=codes) | Q(message__icontains=text)
    about |= Q(outcome__in=_TOLD) & Q(_TellsOf("failure_summary", Value(_pattern(text))))
    return runs.filter(about | _with_item(runs, text, codes) | _numbered(text), _among_newest(runs))


def _types_named(text: str) -> list[str]:
    return [kind.key for kind in operation_types.all() if _says(text, kind.key, str(kind.label))]


def _reasons_named(text: str) -> list[str]:
    """A reason is stored as its code; people know its words."""
    return [reason.code for reason in ReasonCatalog.all() if _says(text, reason.code, _(reason.text))]


def _says(text: str, *words: str) -> bool:
    return any(text.casefold() in word.casefold() for word in words)


def _numbered(text: str) -> Q:
    digits = text.removeprefix("#")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER
    return Q(pk=int(digits)) if is_number else Q(pk__in=[])


def _among_newest(runs: OperationRunQuerySet) -> Q:
    oldest = runs.order_by("-pk").values("pk")[NEWEST - 1 : NEWEST]
    return Q(pk__gte=Coalesce(Subquery(oldest), Value(0)))


def _with_item(runs: OperationRunQuerySet, text: str, codes: list[str]) -> Q:
    """Runs with an item of this name, or one that failed for such a reason. Syncs shall not hide bulk operations."""
    told = Q(label__icontains=text) | Q(state=ItemState.FAILED) & (
        Q(reason_code__in=codes) | Q(message__icontains=text)
    )
    items = RunItem.objects.filter(told)
    bulk = [kind.key for kind in operation_types.all() if kind.items_input]
    newest = runs.order_by("-pk").values("pk")
    # Apart, and not joined by OR: then the runs lead to their items, and no other items are looked at.
    among = (newest[:NEWEST_WITH_ITEMS], newest.filter(_among_newest(runs), type__in=bulk)[:NEWEST_WITH_ITEMS])
    first, second = (Q(pk__in=items.filter(run__in=few).values("run")) for few in among)
    return first | second


def _pattern(text: str) -> str:
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"


class _TellsOf(Func):
    """Whether any value within a JSON column is like the pattern; its keys are ours and do not count."""

    output_field = BooleanField()

    def as_sqlite(self, compiler: Any, connection: Any, **_extra: Any) -> Any:
        told = "EXISTS (SELECT 1 FROM json_tree(%(expressions)s ESCAPE '\\')"
        return self.as_sql(compiler, connection, template=told, arg_joiner=") AS leaf WHERE leaf.atom LIKE ")

    def as_postgresql(self, compiler: Any, connection: Any, **_extra: Any) -> Any:
        told = "EXISTS (SELECT 1 FROM jsonb_path_query(%(expressions)s)"
        joiner = ", '$[*].*') AS leaf WHERE leaf #>> '{}' ILIKE "
        return self.as_sql(compiler, connection, template=told, arg_joiner=joiner)
