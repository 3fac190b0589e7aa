"""Control access to pages: decorators over `tenancy.access`, the one place that decides (SEC-01 to SEC-03)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone
from django_scopes import scope

from tenantpilot.operations.monitoring.activity import activity_of
from tenantpilot.tenancy import access
from tenantpilot.tenancy.access import CapabilityMissing, NotVisible, TenantAccess, WorkspaceAccess
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.isolation import across_workspaces, everything
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.tenancy.refusals import record_refusal
from tenantpilot.web.frame.addresses import page_before, page_of_script

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    """A request of somebody who is known."""

    user: User
    htmx: Any


class TenantRequest(SignedInRequest):
    """A request on the tenant plane, by a member."""

    access: TenantAccess

    @property
    def tenant(self) -> Tenant:
        return self.access.tenant


class WorkspaceRequest(SignedInRequest):
    """A request on the workspace plane, by a member of at least one workspace."""

    workspaces: list[WorkspaceAccess]


View = Callable[Concatenate[Any, P], HttpResponseBase]


def signed_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Any person who is signed in."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        _read_activity(request)
        return view(request, *args, **kwargs)

    return guarded


def _read_activity(request: Any) -> None:
    """Read the active runs before the page is read: one that ends meanwhile is still seen to end by the open page."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        with across_workspaces():
            request.activity = activity_of(request.user)


def requires(capability: Capability) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """Return the tenant plane: no member 404, no capability 403; everything inside is scoped to the workspace."""

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: Any, tenant: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            request.access = _tenant_access(request, tenant, capability)
            request.tenant = request.access.tenant
            with scope(workspace=request.access.tenant.workspace):
                return view(request, *args, **kwargs)

        return signed_in(guarded)

    return decorate


def workspace_plane(view: View[P]) -> Callable[..., HttpResponseBase]:
    """Members of at least one workspace. A view that crosses tenants checks each of them itself (SEC-03)."""

    @wraps(view)
    def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request.workspaces = access.workspaces(request.user)
        if not request.workspaces:
            raise Http404
        with scope(workspace=[result.workspace for result in request.workspaces]):
            return view(request, *args, **kwargs)

    return signed_in(guarded)


def platform_plane(view: View[P]) -> Callable[..., HttpResponseBase]:
    """Platform operators, and nobody else."""

    @wraps(view)
    def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            access.require_platform(request.user)
        except NotVisible as error:
            raise Http404 from error
        with everything():
            return view(request, *args, **kwargs)

    return signed_in(guarded)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Return the sign-in page with the way back; a script is told to go there itself (UX-43)."""
    is_by_script = bool(request.headers.get("HX-Request"))
    query = {
        "next": (page_of_script(request) or "/") if is_by_script else _way_back(request),
        **_ended_session(request),
    }
    address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode(query, safe='/')}"
    if is_by_script:
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _ended_session(request: HttpRequest) -> dict[str, str]:
    """Return for the sign-in page if a session has ended: a cookie of it is left, or a page of ours is still open."""
    if request.method not in ("GET", "HEAD"):
        return {"ended": "form"}
    is_left = settings.SESSION_COOKIE_NAME in request.COOKIES or bool(request.headers.get("HX-Request"))
    return {"ended": "page"} if is_left else {}


def _way_back(request: HttpRequest) -> str:
    """Return the address itself, or, for what was sent by a form, the page that the form was on."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    return page_before(request, otherwise="/")


def _tenant_access(request: SignedInRequest, slug: str, capability: Capability) -> TenantAccess:
    try:
        tenant_access = access.resolve_tenant(request.user, slug)
        tenant_access.require(capability)
    except NotVisible as error:
        record_refusal(request.user, slug, now=timezone.now())
        raise Http404 from error
    except CapabilityMissing as error:
        raise PermissionDenied(tenant_access.why_not(error.capability)) from error
    return tenant_access


def visible_tenants(person: User, capability: Capability) -> Any:
    """Tenants in which the person has the capability, as a query of ids: for pages that cross tenants."""
    return access.tenants_where(person, capability).values("pk")


__all__ = [
    "SignedInRequest",
    "TenantRequest",
    "WorkspaceRequest",
    "platform_plane",
    "requires",
    "signed_in",
    "to_sign_in",
    "visible_tenants",
    "workspace_plane",
]
