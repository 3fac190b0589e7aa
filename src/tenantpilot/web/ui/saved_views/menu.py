"""The views of a list as its page offers them: which one is open, and whether what is shown can be saved."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django_filters import FilterSet

from tenantpilot.web.ui.saved_views.available import AvailableViews
from tenantpilot.web.ui.saved_views.models import SavedView
from tenantpilot.web.ui.tables.listing import Listing
from tenantpilot.web.ui.tables.wording import described


@dataclass(frozen=True)
class Line:
    """A saved view. `words` are its filters, `is_current` says that the list shows just them."""

    view: SavedView
    url: str
    is_own: bool
    is_current: bool
    words: str


@dataclass(frozen=True)
class Menu:
    """`query` is what would be saved; empty when the list shows everything in its usual order."""

    lines: list[Line]
    query: str
    all_label: str | Promise
    list_url: str
    manage_url: str
    save_url: str

    @property
    def own(self) -> list[Line]:
        return [line for line in self.lines if line.is_own]

    @property
    def of_others(self) -> list[Line]:
        return [line for line in self.lines if not line.is_own]

    @property
    def current(self) -> Line | None:
        return next((line for line in self.lines if line.is_current), None)

    @property
    def can_save(self) -> bool:
        return bool(self.query) and self.current is None


def menu_beside(available_views: AvailableViews) -> Callable[[Listing], dict[str, Any]]:
    """Return a function that makes the context of a list's menu. One query."""
    places = available_views.places
    sharing = {"places": places if len(places) > 1 else [], "may_share": not available_views.why_not_share}
    return lambda listing: {**sharing, "menu": menu_of(available_views, listing)}


def menu_of(available_views: AvailableViews, listing: Listing) -> Menu:
    """Return the menu of a list as it is shown now. One query."""
    return _menu(available_views, listing.filters, query=listing.state_query)


def menu_for(available_views: AvailableViews, request: HttpRequest) -> Menu:
    """Return the same without a list, for pages about the views themselves."""
    return _menu(available_views, filters_of(available_views, QueryDict(), request), query="")


def filters_of(available_views: AvailableViews, parameters: QueryDict, request: HttpRequest) -> FilterSet:
    model = available_views.table.filters.Meta.model
    return available_views.table.filters(parameters, queryset=model.objects.none(), request=request)


def _menu(available_views: AvailableViews, filters: FilterSet, *, query: str) -> Menu:
    lines = [_line(available_views, filters, view, query=query) for view in available_views.views]
    urls = (available_views.list_url, available_views.url("saved-views"), available_views.url("create-saved-view"))
    return Menu(lines, query, available_views.listed.all_label, *urls)


def _line(available_views: AvailableViews, filters: FilterSet, view: SavedView, *, query: str) -> Line:
    words = described(available_views.table, filters, QueryDict(view.query))
    return Line(
        view, available_views.url("saved-view", view.pk), available_views.owns(view), view.query == query, words
    )
