"""`tenantpilot add`."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from tenantpilot.cli.console import done, say
from tenantpilot.cli.problems import Problem
from tenantpilot.cli.secrets import ask_secret
from tenantpilot.graph.clouds import CLOUDS
from tenantpilot.tenancy import services
from tenantpilot.tenancy.addresses import canonical
from tenantpilot.tenancy.fitting import fitted
from tenantpilot.tenancy.models import Tenant, User, Workspace
from tenantpilot.tenancy.roles import Role

app = typer.Typer(no_args_is_help=True)


class CloudName(StrEnum):
    """Those that the Graph room knows, as an option takes them."""

    GLOBAL = "global"
    US_GOVERNMENT_L4 = "us-government-l4"
    US_GOVERNMENT_L5 = "us-government-l5"
    CHINA = "china"


Slug = Annotated[str, typer.Argument(metavar="NAME", help="Its name in addresses: small letters, digits and dashes.")]
Title = Annotated[str, typer.Option("--title", help="Its name for people.")]


@app.callback()
def group() -> None:
    """Add workspaces, tenants, people and their roles."""


@app.command()
def workspace(slug: Slug, title: Title) -> None:
    """A workspace: a company or a provider, the border that nothing crosses."""
    new_workspace = services.create_workspace(slug=_slug(slug), name=title, actor=None, now=timezone.now())
    done(f"workspace {new_workspace.slug}. Next: tenantpilot add tenant NAME --workspace {new_workspace.slug} …")


@app.command()
def tenant(
    slug: Slug,
    title: Title,
    workspace: Annotated[str, typer.Option(help="The workspace it belongs to.")],
    directory: Annotated[UUID, typer.Option(help="The tenant id on the Entra overview page.")],
    cloud: Annotated[CloudName, typer.Option(help="The cloud of Microsoft it lives in.")] = CloudName.GLOBAL,
) -> None:
    """A tenant: one Entra directory."""
    home = next(cloud_ for cloud_ in CLOUDS if cloud_.name == cloud.value)
    new_tenant = services.create_tenant(
        workspace=find_workspace(workspace),
        slug=_slug(slug),
        name=title,
        entra_tenant_id=directory,
        login_url=home.login_url,
        graph_url=home.graph_url,
        actor=None,
        now=timezone.now(),
    )
    done(f"tenant {new_tenant.slug}. Next: tenantpilot credential set {new_tenant.slug} --client-id …")


@app.command()
def person(
    email: Annotated[str, typer.Argument(metavar="EMAIL")],
    name: Annotated[str, typer.Option(help="The name that others see.")],
    platform_operator: Annotated[
        bool, typer.Option("--platform-operator", help="May see the health of the installation; no tenant by it.")
    ] = False,
) -> None:
    """A person who signs in by e-mail and password. The password is asked for, or read from stdin."""
    fitted(User, email=email, display_name=name)
    require_address(email)
    password = ask_password()
    services.create_person(
        email=email,
        display_name=name,
        password=password,
        is_platform_operator=platform_operator,
        actor=None,
        now=timezone.now(),
    )
    done(f"{name} may sign in. Next: tenantpilot add member {email} --tenant … --role …")


@app.command()
def member(
    email: Annotated[str, typer.Argument(metavar="EMAIL")],
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    tenant: Annotated[str | None, typer.Option(help="In this tenant.")] = None,
    workspace: Annotated[str | None, typer.Option(help="In every tenant of this workspace.")] = None,
) -> None:
    """A person's role in a tenant or in a whole workspace; given again, it is changed."""
    if (tenant is None) == (workspace is None):
        raise Problem("A role is given in one place.", "Write --tenant NAME or --workspace NAME.")
    somebody, now = find_person(email), timezone.now()
    if tenant is not None:
        services.set_tenant_role(tenant=find_tenant(tenant), person=somebody, role=role, actor=None, now=now)
    else:
        where = find_workspace(str(workspace))
        services.set_workspace_role(workspace=where, person=somebody, role=role, actor=None, now=now)
    done(f"{somebody.display_name} is {role.label} of {tenant or workspace}")


def find_tenant(slug: str) -> Tenant:
    """Raises Problem."""
    tenant = Tenant.everywhere.select_related("workspace").filter(slug=slug).first()
    if tenant is None:
        slugs = ", ".join(Tenant.everywhere.by_name().values_list("slug", flat=True)[:20]) or "none yet"
        raise Problem(f"There is no tenant {slug}.", f"Known: {slugs}.")
    return tenant


def find_workspace(slug: str) -> Workspace:
    """Raises Problem."""
    workspace = Workspace.objects.filter(slug=slug).first()
    if workspace is None:
        slugs = ", ".join(Workspace.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "none yet"
        raise Problem(f"There is no workspace {slug}.", f"Known: {slugs}.")
    return workspace


def find_person(email: str) -> User:
    """Return the person with this address, and print who that is and since when (SEC-09). Raises Problem."""
    person = User.objects.of_address(email)
    if person is None:
        raise Problem(f"Nobody has the address {email}.", f"Run: tenantpilot add person {email} --name …")
    state = "" if person.is_active else ", switched off"
    say(f"{email} is person {person.pk}, {person.display_name}, since {person.created_at:%Y-%m-%d %H:%M} UTC{state}")
    return person


def require_address(email: str) -> str:
    """Raises Problem, AddressRefused."""
    _refuse(validate_email, canonical(email), "Write an address such as alice@example.com.")
    return email


def ask_password(person: User | None = None) -> str:
    """Raises Problem."""
    password = ask_secret("Password", again=True)
    _refuse(lambda text: validate_password(text, user=person), password, "Choose another password.")
    return password


def _slug(text: str) -> str:
    """Return the short name in small letters; the service refuses one that no address takes, in words of its own."""
    return text.lower()


def _refuse(validate: Callable[[str], None], value: str, remedy: str) -> None:
    try:
        validate(value)
    except ValidationError as error:
        raise Problem(" ".join(error.messages), remedy) from None
