"""Changes from outside Graph: what a tenant's people do in the portal, or a test behind a client's back."""

import re
from datetime import datetime
from pathlib import Path

from intunesim.catalog import Collection, find_collection
from intunesim.generator import Plan, generate
from intunesim.graph import audit
from intunesim.graph.delta import note
from intunesim.graph.known_settings import remember_definitions
from intunesim.json_types import JsonObject
from intunesim.loader import load_folder
from intunesim.simulator import Simulator
from intunesim.state.building import place, settle, stamp
from intunesim.state.entities import Entity, take_apart
from intunesim.state.store import kept_under
from intunesim.state.tenant import Application, Secret, Tenant

USABLE_ID = re.compile(r"[!-.0-~]+")
TENANT_OPTIONS = ("name", "tenant_id", "domain", "client_id", "client_secret", "roles")


def add_from_json(simulator: Simulator, settings: JsonObject) -> Tenant:
    """Add a tenant as described: with a generated content, with that of a folder, or empty. Raises ValueError."""
    options = {name: settings[name] for name in TENANT_OPTIONS if name in settings}
    if "roles" in options:
        options["roles"] = tuple(options["roles"])
    unknown = set(settings) - {*TENANT_OPTIONS, "generate", "folder", "habits"}
    if unknown:
        raise ValueError(f"a tenant has no {', '.join(sorted(unknown))}")
    tenant = simulator.add_tenant(**options)
    tenant.habits.change(settings.get("habits", {}))
    if "generate" in settings and tenant.store.is_untouched():
        generate(tenant, Plan(**settings["generate"]), now=simulator.clock.now())
    if "folder" in settings:
        load_folder(tenant, Path(settings["folder"]), now=simulator.clock.now())
    simulator.keep(tenant)
    return tenant


def change_application(application: Application, changes: JsonObject) -> Application:
    """Change what an application may do and how it signs in."""
    if "roles" in changes:
        application.roles = tuple(changes["roles"])
    if "secret" in changes:
        application.secrets = [Secret(changes["secret"])]
    if "secret_expires_at" in changes:
        moment = changes["secret_expires_at"]
        for secret in application.secrets:
            secret.expires_at = datetime.fromisoformat(moment) if moment else None
    if "certificate" in changes:
        application.certificates.append(changes["certificate"])
    if "outside_approval" in changes:
        application.outside_approval = bool(changes["outside_approval"])
    return application


def _check(body: JsonObject) -> None:
    """Raises ValueError for what could be kept and never be asked for again."""
    if not isinstance(body, dict):
        raise ValueError("an object of JSON is expected")
    identifier = body.get("id")
    if identifier and not (isinstance(identifier, str) and USABLE_ID.fullmatch(identifier)):
        raise ValueError("no address takes this id")


def note_edit(
    tenant: Tenant, collection: Collection, identifier: str, *, now: datetime, removed: str | None = None
) -> None:
    """Let delta queries see what was edited behind Graph's back."""
    if collection.key == "group":
        note(tenant, identifier, now=now, removed=removed)


def _audit(tenant: Tenant, collection: Collection, method: str, entity: Entity, by: str, now: datetime) -> None:
    if by and method in audit.BY_METHOD:
        audit.record_person(tenant, collection, audit.BY_METHOD[method], entity, by=by, now=now)


def listed(tenant: Tenant, collection: Collection) -> list[JsonObject]:
    """Return the ids and names of a collection's objects."""
    entities = tenant.store.entities(kept_under(collection))
    return [{"id": entity.id, "name": entity.body.get(collection.name)} for entity in entities]


def edit(
    simulator: Simulator, tenant: Tenant, method: str, path: str, body: JsonObject, *, by: str = ""
) -> JsonObject | None:
    """Add, change, read or remove an object without any of Graph's rules. Raises LookupError, ValueError.

    With `by`, the audit feed names that person for the change.
    """
    location = find_collection(path.split("/"))
    if location is None:
        raise LookupError(f"{path} is not simulated")
    collection, rest = location
    now = simulator.clock.now()
    _check(body)
    if method == "POST":
        placed = place(tenant, collection, body, now=now)
        _audit(tenant, collection, method, placed, by, now)
        note_edit(tenant, collection, placed.id, now=now)
        return placed.as_json()
    entity = tenant.store.find(kept_under(collection), "/".join(rest))
    if entity is None:
        raise LookupError(f"{path} does not exist")
    _audit(tenant, collection, method, entity, by, now)
    if method == "DELETE":
        remember_definitions(tenant, now=now)
        tenant.store.remove(kept_under(collection), entity.id)
        note_edit(tenant, collection, entity.id, now=now, removed="deleted")
        return None
    if method == "PATCH":
        changes, children = take_apart(collection, {name: value for name, value in body.items() if name != "id"})
        entity.body.update(changes)
        entity.children.update(children)
        stamp(collection, entity.body, now=now)
        settle(collection, entity)
        tenant.store.put(kept_under(collection), entity)
        note_edit(tenant, collection, entity.id, now=now)
    return entity.as_json()
