"""Saved views of lists, on both planes: each address answers alike in a tenant and across tenants."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access import requires, workspace_plane
from tenantpilot.web.saved_views.forms import NameForm, SaveForm
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.saved_views import services
from tenantpilot.web.ui.saved_views.available import AvailableViews, saveable_list, views_across, views_in_tenant
from tenantpilot.web.ui.saved_views.menu import Line, filters_of, menu_for
from tenantpilot.web.ui.saved_views.models import LONGEST_QUERY, SavedView
from tenantpilot.web.ui.tables.wording import described, state_of

View = Callable[..., HttpResponse]
Guarded = Callable[..., HttpResponseBase]


def in_tenant(view: View, table_name: str, capability: Capability) -> Guarded:
    """Return the address on the tenant plane, for those who may see the list."""

    @requires(capability)
    def answered(request: Any, /, **ids: int) -> HttpResponse:
        return view(request, views_in_tenant(request, saveable_list(table_name)), **ids)

    return answered


def across_tenants(view: View, table_name: str) -> Guarded:
    """Return the address on the workspace plane."""

    @workspace_plane
    def answered(request: Any, /, **ids: int) -> HttpResponse:
        return view(request, views_across(request, saveable_list(table_name)), **ids)

    return answered


@require_GET
def saved_views(request: HttpRequest, available_views: AvailableViews) -> HttpResponse:
    """Return all of them, with what may be done."""
    return _page(request, available_views)


@require_http_methods(["GET", "POST"])
def create_saved_view(request: HttpRequest, available_views: AvailableViews) -> HttpResponse:
    """GET shows the form for the filters in the address; POST keeps the view and opens it."""
    is_sent = request.method == "POST"
    query = _known_query(
        request,
        available_views,
        parameters.as_sent(request.POST, "query") if is_sent else parameters.address(request.GET),
    )
    data = QueryDict(mutable=True)
    data.update({**dict(parameters.pairs(request.POST)), "query": query})
    form = SaveForm(data if is_sent else None, places=available_views.places, initial={"query": query})
    if form.is_valid() and (view := _save(available_views, form)):
        return redirect(f"{available_views.list_url}?{view.query}")
    context = {
        "heading": _("Save view"),
        "form": form,
        "query": query,
        "words": described(available_views.table, filters_of(available_views, QueryDict(), request), QueryDict(query)),
        "may_share": any(available_views.may_share(place.pk) for place in available_views.places),
    }
    return render(
        request, "web/saved_views/new.html", _framed(context, available_views), status=422 if is_sent else 200
    )


@require_GET
def saved_view(request: HttpRequest, available_views: AvailableViews, view_id: int) -> HttpResponse:
    """Return a lasting address: the list as the view has it now."""
    return redirect(f"{available_views.list_url}?{available_views.find(view_id).query}")


@require_http_methods(["GET", "POST"])
def rename_saved_view(request: HttpRequest, available_views: AvailableViews, view_id: int) -> HttpResponse:
    """GET shows the form; POST renames."""
    view = available_views.find_own(view_id)
    is_sent = request.method == "POST"
    form = NameForm(request.POST if is_sent else None, initial={"name": view.name})
    if form.is_valid() and _rename(available_views, view, form):
        return redirect(available_views.url("saved-views"))
    heading = _("Rename %(name)s") % {"name": available_views.find_own(view_id).name}
    context = _framed({"heading": heading, "form": form}, available_views)
    return render(request, "web/saved_views/rename.html", context, status=422 if is_sent else 200)


@require_POST
def share_saved_view(request: HttpRequest, available_views: AvailableViews, view_id: int) -> HttpResponse:
    """With everybody who may see the list."""
    view = available_views.find_own(view_id)
    if not available_views.may_share(view.workspace_id):
        raise PermissionDenied(available_views.why_not_share)
    try:
        services.share_view(view, actor=available_views.person, now=timezone.now())
    except services.SharedNameTaken:
        return _page(request, available_views, problem=_shared_taken(view.name), status=422)
    return redirect(available_views.url("saved-views"))


@require_POST
def unshare_saved_view(request: HttpRequest, available_views: AvailableViews, view_id: int) -> HttpResponse:
    """Its owner keeps it. Who sees it but may not do this finds nothing here."""
    view = available_views.find(view_id)
    if not available_views.may_unshare(view):
        raise Http404
    services.unshare_view(view, actor=available_views.person, now=timezone.now())
    return redirect(available_views.url("saved-views"))


@require_http_methods(["GET", "POST"])
def delete_saved_view(request: HttpRequest, available_views: AvailableViews, view_id: int) -> HttpResponse:
    """GET asks; POST deletes."""
    view = available_views.find_own(view_id)
    if request.method == "POST":
        services.delete_view(view, actor=available_views.person, now=timezone.now())
        return redirect(available_views.url("saved-views"))
    heading = _("Delete the view %(name)s?") % {"name": view.name}
    return render(request, "web/saved_views/delete.html", _framed({"heading": heading, "view": view}, available_views))


def _known_query(request: HttpRequest, available_views: AvailableViews, text: str) -> str:
    """Return the part of the query that the list itself understands: nothing else is kept."""
    parameters = QueryDict(text[: 4 * LONGEST_QUERY])
    filters = filters_of(available_views, parameters, request)
    wrong = filters.form.errors
    return state_of(
        available_views.table, filters, {name: parameters[name] for name in parameters if name not in wrong}
    )


def _save(available_views: AvailableViews, form: SaveForm) -> SavedView | None:
    """Return None: the form says what is wrong."""
    name, now = form.cleaned_data["name"], timezone.now()
    try:
        with transaction.atomic():
            view = services.save_view(
                name,
                query=form.cleaned_data["query"],
                list_name=available_views.table.name,
                workspace_id=form.workspace_id,
                tenant=available_views.tenant,
                owner=available_views.person,
                now=now,
            )
            if form.cleaned_data["is_shared"] and available_views.may_share(form.workspace_id):
                services.share_view(view, actor=available_views.person, now=now)
        return view
    except services.NameTaken:
        form.add_error("name", _taken(name))
    except services.SharedNameTaken:
        form.add_error("name", _shared_taken(name))
    except services.TooManyViews:
        form.add_error(
            None, _("You have %(number)d views of this list. Delete one first.") % {"number": services.AT_MOST}
        )
    return None


def _rename(available_views: AvailableViews, view: SavedView, form: NameForm) -> bool:
    name = form.cleaned_data["name"]
    try:
        services.rename_view(view, name, actor=available_views.person, now=timezone.now())
    except services.NameTaken:
        form.add_error("name", _taken(name))
    except services.SharedNameTaken:
        form.add_error("name", _shared_taken(name))
    return not form.errors


def _taken(name: str) -> str:
    return _("You have a view named %(name)s already.") % {"name": name}


def _shared_taken(name: str) -> str:
    return _("Somebody shares a view named %(name)s here. Choose another name.") % {"name": name}


def _page(
    request: HttpRequest, available_views: AvailableViews, *, problem: str = "", status: int = 200
) -> HttpResponse:
    menu = menu_for(available_views, request)
    context = {
        "heading": _("Saved views"),
        "menu": menu,
        "rows": [_row(available_views, line) for line in [*menu.own, *menu.of_others]],
        "shows_workspaces": len(available_views.places) > 1,
        "problem": problem,
        "why_not_share": available_views.why_not_share,
    }
    return render(request, "web/saved_views/page.html", _framed(context, available_views), status=status)


def _row(available_views: AvailableViews, line: Line) -> dict[str, Any]:
    """Return one view with the addresses of what this person may do with it."""
    view, own = line.view, line.is_own
    can = {
        "rename": own,
        "share": own and not view.is_shared and available_views.may_share(view.workspace_id),
        "unshare": view.is_shared and available_views.may_unshare(view),
        "delete": own,
    }
    return {
        "line": line,
        "urls": {verb: available_views.url(f"{verb}-saved-view", view.pk) for verb, may in can.items() if may},
    }


def _framed(context: dict[str, Any], available_views: AvailableViews) -> dict[str, Any]:
    return {
        **context,
        "list_label": available_views.listed.label,
        "list_url": available_views.list_url,
        "views_url": available_views.url("saved-views"),
    }
