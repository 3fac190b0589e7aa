"""Loading a folder: every JSON file below it, the layouts of the usual export tools included."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from intunesim.catalog import COLLECTIONS, Collection
from intunesim.json_types import Json, JsonObject
from intunesim.loader.cleaning import cleaned
from intunesim.loader.decoding import read_json
from intunesim.loader.recognizing import recognized
from intunesim.state.building import place
from intunesim.state.entities import Entity
from intunesim.state.store import kept_under
from intunesim.state.tenant import Tenant, named_id

MIGRATION_TABLE = "migrationtable.json"
LISTS = {"groups": "groups", "filters": "deviceManagement/assignmentFilters"}
"""Files that hold several objects under one name."""


@dataclass(frozen=True)
class Loaded:
    """An object that was loaded."""

    file: Path
    path: str
    id: str


@dataclass
class LoadReport:
    """A report of what was loaded from a folder, and what was not and why."""

    loaded: list[Loaded] = field(default_factory=list)
    skipped: list[tuple[Path, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Found:
    file: Path
    payload: JsonObject
    collection: Collection


def load_folder(tenant: Tenant, folder: Path, *, now: datetime) -> LoadReport:
    """Put every object below a folder into a tenant. Raises FileNotFoundError when there is no such folder."""
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is not a folder")
    report = LoadReport()
    with tenant.store.at_once():
        for file in sorted(folder.rglob("*.json"), key=lambda path: (path.name.lower() == MIGRATION_TABLE, str(path))):
            try:
                content = read_json(file)
            except ValueError as error:
                report.skipped.append((file, f"not JSON: {error}"))
                continue
            if file.name.lower() == MIGRATION_TABLE:
                _load_migration_table(tenant, file, content, report, now=now)
            else:
                _load_file(tenant, folder, file, content, report, now=now)
    return report


def _load_file(tenant: Tenant, folder: Path, file: Path, content: Json, report: LoadReport, *, now: datetime) -> None:
    objects = list(_objects(folder, file, content))
    if not objects:
        report.skipped.append((file, "of no known kind"))
    for number, loaded_object in enumerate(objects):
        payload = cleaned(loaded_object.payload, loaded_object.collection.entity)
        _name_groups(tenant, payload, now=now)
        fallback = named_id(tenant.id, file.relative_to(folder).as_posix(), str(number))
        identifier = _free_id(tenant, loaded_object.collection, payload, fallback)
        entity = place(tenant, loaded_object.collection, payload, now=now, identifier=identifier)
        if loaded_object.collection.key == "endpointSecurityIntent":
            _give_template(tenant, entity, now=now)
        report.loaded.append(Loaded(file, kept_under(loaded_object.collection), entity.id))


def _give_template(tenant: Tenant, intent: Entity, *, now: datetime) -> None:
    """A policy that was exported without its template gets one with a single category, by which clients read it."""
    template_id = str(intent.body.get("templateId") or named_id(tenant.id, "template"))
    category = {"id": named_id(template_id, "category"), "displayName": "Settings"}
    settings = intent.children.get("settings", [])
    intent.body["templateId"] = template_id
    intent.children.setdefault("categories", [{**category, "settings": settings}])
    tenant.store.put("deviceManagement/intents", intent)
    if tenant.store.find("deviceManagement/templates", template_id) is None:
        name = intent.body.get("TemplateDisplayName") or "Template of an exported policy"
        template = {"id": template_id, "displayName": name, "categories": [category], "settings": []}
        place(tenant, COLLECTIONS["deviceManagement/templates"], template, now=now)


def _objects(folder: Path, file: Path, content: Json) -> Iterator[_Found]:
    """Yield the objects in a file: one, a list under a name, or the values of one administrative template."""
    folders = list(file.relative_to(folder.parent).parts[:-1])
    if isinstance(content, list):
        yield from _from_list(file, content, folders)
        return
    if not isinstance(content, dict):
        return
    for name, path in LISTS.items():
        if set(content) == {name} and isinstance(content[name], list):
            for payload in content[name]:
                yield _Found(file, payload, COLLECTIONS[path])
            return
    payload = _in_words_of_graph(content)
    collection = recognized(payload, folders)
    if collection is not None:
        payload.setdefault(collection.name, payload.get("displayName") or file.stem.split("__")[0])
        yield _Found(file, payload, collection)


def _from_list(file: Path, content: list[Json], folders: list[str]) -> Iterator[_Found]:
    if content and all(isinstance(item, dict) and "definition@odata.bind" in item for item in content):
        payload = {"displayName": file.stem, "description": "", "definitionValues": content}
        yield _Found(file, payload, COLLECTIONS["deviceManagement/groupPolicyConfigurations"])
        return
    for item in content:
        collection = recognized(item, folders) if isinstance(item, dict) else None
        if collection is not None:
            yield _Found(file, item, collection)


def _in_words_of_graph(payload: JsonObject) -> JsonObject:
    """Names that some tools use for what Graph calls otherwise."""
    renamed = dict(payload)
    for export_name, graph_name in (("localizedMessages", "localizedNotificationMessages"),):
        if export_name in renamed:
            renamed[graph_name] = renamed.pop(export_name)
            renamed.setdefault("@odata.type", "#microsoft.graph.notificationMessageTemplate")
    if "settingsDelta" in renamed and "TemplateId" in renamed:
        renamed["settings"] = renamed["settingsDelta"]
        renamed["templateId"] = renamed["TemplateId"]
    return renamed


def _free_id(tenant: Tenant, collection: Collection, payload: JsonObject, fallback: str) -> str:
    """Return the id in the file, unless another file has brought it already."""
    own = str(payload.get("id") or "")
    if own and tenant.store.find(kept_under(collection), own) is None:
        return own
    return f"{collection.id_prefix}{fallback}"


def _load_migration_table(tenant: Tenant, file: Path, content: Json, report: LoadReport, *, now: datetime) -> None:
    """IntuneManagement's table of ids: groups that are named there exist, whether exported or not."""
    objects = content.get("Objects") if isinstance(content, dict) else None
    for entry in objects if isinstance(objects, list) else [objects] if objects else []:
        if str(entry.get("Type", "")).lower() != "group" or tenant.store.find("groups", str(entry.get("Id"))):
            continue
        payload = _group(str(entry.get("DisplayName")), str(entry["Id"]))
        place(tenant, COLLECTIONS["groups"], payload, now=now)
        report.loaded.append(Loaded(file, "groups", payload["id"]))


def _name_groups(tenant: Tenant, payload: JsonObject, *, now: datetime) -> None:
    """IntuneCD names groups in assignments instead of giving their ids: find each by name, or make it."""
    for assignment in payload.get("assignments") or []:
        target = assignment.get("target") if isinstance(assignment, dict) else None
        if not isinstance(target, dict) or target.get("groupId") or not target.get("groupName"):
            continue
        name = str(target["groupName"])
        group_id = next(
            (entity.id for entity in tenant.store.entities("groups") if entity.body.get("displayName") == name), None
        )
        if group_id is None:
            group_id = place(
                tenant, COLLECTIONS["groups"], _group(name, named_id(tenant.id, "group", name)), now=now
            ).id
        target["groupId"] = group_id


def _group(name: str, identifier: str) -> JsonObject:
    return {
        "id": identifier,
        "displayName": name,
        "mailEnabled": False,
        "mailNickname": identifier[:8],
        "securityEnabled": True,
        "groupTypes": [],
    }
