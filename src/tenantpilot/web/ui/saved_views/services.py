"""Saving, renaming, sharing and deleting views. `AvailableViews` decides who may."""

from datetime import datetime

from django.db import IntegrityError, transaction

from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.core.errors import TenantPilotError
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.web.audit_actions import VIEW_CREATED, VIEW_DELETED, VIEW_RENAMED, VIEW_SHARED, VIEW_UNSHARED
from tenantpilot.web.ui.saved_views.models import SavedView, SavedViewQuerySet

AT_MOST = 30


class NameTaken(TenantPilotError):
    """The person has a view of this name in this list."""


class SharedNameTaken(TenantPilotError):
    """Somebody shares a view of this name in this list."""


class TooManyViews(TenantPilotError):
    """The person has AT_MOST views of this list."""


def save_view(
    name: str, *, query: str, list_name: str, workspace_id: int, tenant: Tenant | None, owner: User, now: datetime
) -> SavedView:
    """Return a private one. Raises NameTaken, TooManyViews."""
    view = SavedView(
        workspace_id=workspace_id, tenant=tenant, owner=owner, list_name=list_name, name=name, created_at=now
    )
    view.query = query
    if _own_beside(view).count() >= AT_MOST:
        raise TooManyViews(f"{owner} has {AT_MOST} views of {list_name}")
    _keep(view, VIEW_CREATED, actor=owner, now=now)
    return view


def rename_view(view: SavedView, name: str, *, actor: User, now: datetime) -> None:
    """Raises NameTaken, SharedNameTaken."""
    before, view.name = view.name, name
    if name != before:
        _keep(view, VIEW_RENAMED, actor=actor, now=now, changed=["name"], before={"name": before})


def share_view(view: SavedView, *, actor: User, now: datetime) -> None:
    """Sharing twice is harmless. Raises SharedNameTaken."""
    if view.is_shared:
        return
    view.shared_at = now
    _keep(view, VIEW_SHARED, actor=actor, now=now, changed=["shared_at"])


def unshare_view(view: SavedView, *, actor: User, now: datetime) -> None:
    """Its owner keeps it. Repeating it is harmless."""
    with transaction.atomic():
        if SavedView.everywhere.shared().filter(pk=view.pk).update(shared_at=None):
            _record(VIEW_UNSHARED, view, actor, now)


def delete_view(view: SavedView, *, actor: User, now: datetime) -> None:
    """Nothing but the view goes."""
    with transaction.atomic():
        _record(VIEW_DELETED, view, actor, now)
        view.delete()


def _keep(
    view: SavedView,
    action: AuditAction,
    *,
    actor: User,
    now: datetime,
    changed: list[str] | None = None,
    before: dict[str, str] | None = None,
) -> None:
    """Store the view. The unique constraints decide; the lookup only finds which name clashed, for the error."""
    try:
        with transaction.atomic():
            _require_free_name(view)
            view.save(update_fields=changed)
            _record(action, view, actor, now, before=before)
    except IntegrityError as error:
        raise (SharedNameTaken if view.is_shared else NameTaken)(view.name) from error


def _require_free_name(view: SavedView) -> None:
    if _own_beside(view).named(view.name).exists():
        raise NameTaken(view.name)
    if view.is_shared and _beside(view).shared().named(view.name).exists():
        raise SharedNameTaken(view.name)


def _own_beside(view: SavedView) -> SavedViewQuerySet:
    return _beside(view).of_person(view.owner)


def _beside(view: SavedView) -> SavedViewQuerySet:
    """Return the others of the same list."""
    listed = SavedView.everywhere.of_list(view.list_name).exclude(pk=view.pk)
    return listed.of_tenant(view.tenant) if view.tenant else listed.across_tenants([view.workspace_id])


def _record(
    action: AuditAction, view: SavedView, actor: User, now: datetime, *, before: dict[str, str] | None = None
) -> None:
    audit.record(
        action,
        workspace_id=view.workspace_id,
        tenant_id=view.tenant_id,
        actor=actor,
        target_type="saved_view",
        target_id=view.pk,
        before=before,
        after={"name": view.name, "list": view.list_name},
        at=now,
    )
