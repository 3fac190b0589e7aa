"""Search in runs: by what an operation is called, why it failed, what it was about, and its number.

A text can stand anywhere in a history of millions of runs, so the search looks through a stated part of it: the
newest runs of those that it is given, and the items of the newest of them and of the newest bulk operations. What
it costs does not grow with the history, whether something is found or not.

Where those parts begin is asked first, and stands in the question as numbers: of a subquery a planner knows nothing,
and with millions of runs behind it guesses that reading everything is cheaper.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull
from django.utils.translation import gettext as _

from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.operations.items.models import ItemState, RunItem
from tenantpilot.operations.models import OperationRunQuerySet
from tenantpilot.operations.states import RunOutcome
from tenantpilot.operations.types import operation_types

NEWEST = 10_000
NEWEST_WITH_ITEMS = 200
LONGEST_NUMBER = 18
_TOLD = (RunOutcome.FAILED, RunOutcome.PARTIALLY_SUCCEEDED)


def search(runs: OperationRunQuerySet, text: str) -> OperationRunQuerySet:
    """Return those of the newest 10,000 of `runs` that match the text. "#7" is run 7, however old."""
    text = " ".join(text.split())
    if not text:
        return runs
    if text.startswith("#"):
        return runs.filter(_numbered(text))
    codes = _reasons_named(text)
    about = Q(type__in=_types_named(text)) | Q(reason_code__in=codes) | Q(message__icontains=text)
    about |= Q(outcome__in=_TOLD) & Q(_TellsOf("failure_summary", Value(_pattern(text))))
    parts = _parts_of(runs)
    about |= parts.with_items & Q(_has_item(_named_or_failed(text, codes)))
    return runs.filter(about | _numbered(text), pk__gte=parts.oldest)


def _types_named(text: str) -> list[str]:
    return [
        operation_type.key
        for operation_type in operation_types.all()
        if _says(text, operation_type.key, str(operation_type.label))
    ]


def _reasons_named(text: str) -> list[str]:
    """A reason is stored as its code; people know its words."""
    return [reason.code for reason in ReasonCatalog.all() if _says(text, reason.code, _(reason.text))]


def _says(text: str, *words: str) -> bool:
    return any(text.casefold() in word.casefold() for word in words)


def _numbered(text: str) -> Q:
    digits = text.removeprefix("#")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER
    return Q(pk=int(digits)) if is_number else Q(pk__in=[])


@dataclass(frozen=True)
class _Parts:
    """The ids with which the parts of the history begin; 0 where there are no more runs than a part may have."""

    oldest: int = 0
    oldest_with_items: int = 0
    oldest_bulk_with_items: int = 0

    @property
    def with_items(self) -> Q:
        """Runs whose items are looked at. Syncs shall not hide bulk operations."""
        return Q(pk__gte=self.oldest_with_items) | Q(pk__gte=self.oldest_bulk_with_items, type__in=_bulk_types())


def _parts_of(runs: OperationRunQuerySet) -> _Parts:
    """Return one query, beside the newest run."""
    oldest = _oldest_of(runs, NEWEST)
    bulk = runs.filter(pk__gte=oldest, type__in=_bulk_types())
    borders = (oldest, _oldest_of(runs, NEWEST_WITH_ITEMS), _oldest_of(bulk, NEWEST_WITH_ITEMS))
    result = runs.order_by("-pk").values_list(*borders).first()
    return _Parts(*result) if result else _Parts()


def _oldest_of(runs: OperationRunQuerySet, newest: int) -> Coalesce:
    return Coalesce(Subquery(runs.order_by("-pk").values("pk")[newest - 1 : newest]), Value(0))


def _bulk_types() -> list[str]:
    return [operation_type.key for operation_type in operation_types.all() if operation_type.for_items]


def _named_or_failed(text: str, codes: list[str]) -> Q:
    """Items of this name, or that failed for such a reason."""
    reason = Q(reason_code__in=codes) | Q(message__icontains=text)
    return Q(label__icontains=text) | Q(state=ItemState.FAILED) & reason


def _has_item(condition: Q) -> IsNull:
    """A value and not EXISTS, which a planner may turn round, to read every item there is."""
    items = RunItem.objects.filter(condition, run=OuterRef("pk")).order_by()
    return IsNull(Subquery(items.values("pk")[:1]), False)


def _pattern(text: str) -> str:
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"


class _TellsOf(Func):
    """A condition that holds if any value within a JSON column is like the pattern; keys do not count."""

    output_field = BooleanField()

    def as_sqlite(self, compiler: Any, connection: Any, **_extra: Any) -> Any:
        exists = "EXISTS (SELECT 1 FROM json_tree(%(expressions)s ESCAPE '\\')"
        return self.as_sql(compiler, connection, template=exists, arg_joiner=") AS leaf WHERE leaf.atom LIKE ")

    def as_postgresql(self, compiler: Any, connection: Any, **_extra: Any) -> Any:
        exists = "EXISTS (SELECT 1 FROM jsonb_path_query(%(expressions)s)"
        joiner = ", '$[*].*') AS leaf WHERE leaf #>> '{}' ILIKE "
        return self.as_sql(compiler, connection, template=exists, arg_joiner=joiner)
