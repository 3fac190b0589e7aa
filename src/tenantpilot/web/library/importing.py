"""The upload of an archive of policies into a library."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Workspace
from tenantpilot.versions.library.archives import Archive, ArchiveRefused, ArchiveUnsafe, TooLarge
from tenantpilot.versions.library.services import Upload, bring
from tenantpilot.versions.models import Library
from tenantpilot.web.frame.access import WorkspaceRequest, workspace_plane
from tenantpilot.web.frame.headers import most_megabytes, takes_uploads
from tenantpilot.web.frame.starts import could_not_start, started_from_form
from tenantpilot.web.library.access import workspaces_where
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.names import NameField


class ImportForm(forms.Form):
    """The archive, and the library whose content it becomes."""

    workspace = forms.ChoiceField(label=gettext_lazy("Workspace"), required=False)
    name = NameField(
        label=gettext_lazy("Library"),
        max_length=100,
        strip=True,
        help_text=gettext_lazy("A new name makes a library. The name of one that is there replaces its content."),
    )
    archive = forms.FileField(
        label=gettext_lazy("ZIP archive"),
        help_text=gettext_lazy("A folder of IntuneManagement, IntuneCD or TenantPilot, or any JSON exports, as a ZIP."),
        error_messages={"empty": gettext_lazy("The file is empty. Choose the archive again.")},
    )

    def __init__(self, *args: Any, workspaces: Iterable[Workspace], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._workspaces = {str(workspace.pk): workspace for workspace in workspaces}
        choices = [(key, workspace.name) for key, workspace in self._workspaces.items()]
        self.fields["workspace"].choices = choices  # type: ignore[attr-defined]

    @property
    def has_choice(self) -> bool:
        return len(self._workspaces) > 1

    @property
    def home(self) -> Workspace:
        """Return the chosen workspace, or the only one."""
        chosen = self.cleaned_data.get("workspace")
        return self._workspaces[chosen] if chosen else next(iter(self._workspaces.values()))

    def clean_archive(self) -> Any:
        """Refuse at once what the import would refuse."""
        file = self.cleaned_data["archive"]
        try:
            Archive(file)
        except (ArchiveRefused, ArchiveUnsafe, TooLarge) as error:
            reason = ReasonCatalog.get(error.reason_code)
            raise forms.ValidationError(f"{_(reason.text)} {_(reason.next_step)}") from error
        file.seek(0)
        return file


@takes_uploads
@require_http_methods(["GET", "POST"])
@workspace_plane
def import_policies(request: WorkspaceRequest) -> HttpResponse:
    """GET shows the form; POST stores the archive and starts its import."""
    able = workspaces_where(request, Capability.LIBRARY_MANAGE)
    if request.method != "POST":
        first = {"name": parameters.text(request.GET, "library", longest=100)}
        return _form(request, ImportForm(initial=first, workspaces=able))
    form = ImportForm(request.POST, request.FILES, workspaces=able)
    if not form.is_valid():
        return _form(request, form, status=422)
    now, file = timezone.now(), form.cleaned_data["archive"]
    upload = Upload(file.name, file.chunks())
    # Asked before the start, because a worker may be done before the answer goes out.
    namesake = Library.objects.filter(workspace=form.home, name=form.cleaned_data["name"]).first()
    has_content = namesake is not None and namesake.current() is not None
    try:
        library, started = bring(form.home, form.cleaned_data["name"], upload, initiator=request.user, now=now)
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    # A library that its first import may leave empty is gone then: its run stays.
    place = ("library", library.pk) if has_content else ("workspace-operation-run", started.run.pk)
    return started_from_form(request, started, to=reverse(place[0], args=[place[1]]))


def _form(request: WorkspaceRequest, form: ImportForm, *, status: int = 200) -> HttpResponse:
    context = {"heading": _("Import policies"), "form": form, "most_megabytes": most_megabytes()}
    return render(request, "web/library/import.html", context, status=status)
