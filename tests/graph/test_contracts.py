"""The contracts agree with each other and with what is known of Graph (SEC-06)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.model import Contract, Kind, Version
from tenantpilot.graph.contracts.parts import Part
from tenantpilot.graph.contracts.references import Outside
from tenantpilot.graph.contracts.restoring import Reason, RestoreMode
from tests.graph.metadata import Metadata, read_metadata

ALL = registry.every()
RANKS = {contract.key: rank for rank, contract in enumerate(ALL)}
by_key = pytest.mark.parametrize("contract", ALL, ids=lambda contract: contract.key)

# Known from measured exports and from other tools, and missing in the cut of the metadata.
ACTIONS_NOT_IN_METADATA = {
    ("/deviceAppManagement/iosManagedAppProtections", "assign"),
    ("/deviceAppManagement/androidManagedAppProtections", "assign"),
}
NOT_IN_METADATA = {
    "templateDisplayName",
    "templateDisplayVersion",
    "payloads",
    "notAllowedResourceActions",
    "@odata.type",
    "roleDefinition@odata.bind",
    "settings",
}


NEVER_MADE = {Reason.CONTENT_MISSING, Reason.SYNCED}
REPORTS = {
    "deviceSettingStateSummaries",
    "deviceStatusOverview",
    "deviceStatuses",
    "groupAssignments",
    "managedDeviceCertificateStates",
    "userStatusOverview",
    "userStatuses",
}


@pytest.fixture
def metadata(shared: Path) -> Metadata:
    return read_metadata(shared)


def homes(contract: Contract) -> list[str]:
    """The collections in which single objects are addressed."""
    return [home.replace("{parent}", "{id}") for home in (list(contract.collections.values()) or [contract.path])]


def object_path(home: str) -> str:
    return f"{home}/{{id}}"


def test_there_are_forty_five_types_with_keys_of_their_own():
    assert len(ALL) == 45
    assert len({contract.key for contract in ALL}) == 45


def test_a_contract_can_be_a_key_and_its_expanded_form_is_not_the_same():
    by_contract = {contract: contract.key for contract in ALL}
    assert by_contract[registry.get("settingsCatalog")] == "settingsCatalog"
    assert registry.get("settingsCatalog").expanded != registry.get("settingsCatalog")


def test_an_unknown_key_is_an_error():
    with pytest.raises(registry.UnknownContract):
        registry.get("no such type")
    with pytest.raises(registry.UnknownContract):
        registry.chosen(["intents"])


def test_types_are_chosen_in_restore_order():
    chosen = registry.chosen(["policySet", "settingsCatalog", "assignmentFilter"])
    assert [contract.key for contract in chosen] == ["assignmentFilter", "settingsCatalog", "policySet"]


def strings_of(file: Path) -> list[str]:
    """The string constants of a module, without its docstrings."""
    tree = ast.parse(file.read_text())
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in bare)
    return [node.value for node in constants if isinstance(node.value, str)]


def test_no_path_of_graph_stands_outside_the_contracts():
    """SEC-06"""
    room = Path(registry.__file__).parents[2]
    telling = re.compile(r"(deviceManagement|deviceAppManagement|identity/conditionalAccess|directoryObjects)/")
    outside = [file for file in room.rglob("*.py") if "graph/contracts" not in file.as_posix()]
    assert {file.name: text for file in outside for text in strings_of(file) if telling.search(text)} == {}
    inside = Path(registry.__file__).parent / "configuration.py"
    assert any(telling.search(text) for text in strings_of(inside))


@by_key
def test_what_a_type_depends_on_is_restored_before_it(contract):
    for reference in contract.references:
        others = reference.type_keys - {contract.key}
        assert others <= RANKS.keys() | set(Outside)
        if not reference.is_of_assignments:
            assert all(RANKS[needed] < RANKS[contract.key] for needed in others & RANKS.keys()), reference


@by_key
def test_only_a_type_that_can_be_written_is_restored_in_full(contract):
    if contract.restore is RestoreMode.FULL:
        assert contract.create is not None
        assert contract.update is not None
        assert contract.permissions.to_write


@by_key
def test_what_is_required_for_a_create_is_not_stripped(contract):
    if contract.create:
        assert not set(contract.create.required) & set(contract.create.without)
        assert not (set(contract.create.required) & set(contract.stripped))


Complaints = Iterator[str]


def facts_of_the_list(metadata: Metadata, contract: Contract) -> Complaints:
    known = metadata.objects[contract.key]
    written = known["permissionWrite"]
    facts = {
        "path": (contract.path, re.split(r"[? ]", known["path"])[0].replace("{id}", "{parent}")),
        "type": (contract.odata_type, known["odataType"]),
        "restore order": (contract.restore_order, known["restoreOrder"]),
        "name": (contract.name_field or "(singleton)", known["nameField"]),
        "read": (contract.permissions.to_read[0], known["permissionRead"].split(" / ")[0]),
        "write": (contract.permissions.to_write[:1], (written.split(" ")[0],) if written else ()),
    }
    yield from (f"{name}: {ours} is not {theirs}" for name, (ours, theirs) in facts.items() if ours != theirs)


def paths_and_verbs(metadata: Metadata, contract: Contract) -> Complaints:
    if contract.kind is Kind.SINGLETON:
        return
    needed = [(contract.path.replace("{parent}", "{id}"), "GET")]
    for home in homes(contract):
        needed.append((object_path(home), "GET"))
        if contract.create and not contract.create.path:
            needed.append((home, "POST"))
        if contract.update:
            needed.append((object_path(home), "PATCH"))  # the listing knows no PUT
    yield from (f"{verb} {path}" for path, verb in needed if verb not in metadata.verbs(path))


def versions(metadata: Metadata, contract: Contract) -> Complaints:
    if contract.version is Version.V1 and not metadata.types[contract.type_name]["inV1"]:
        yield "is not in v1.0"


def words_of_v1(metadata: Metadata, contract: Contract) -> Complaints:
    """What is written in v1.0 is known there, and what only beta knows is not among it."""
    if not contract.stable_words:
        return
    known: dict[str, bool] = {}
    waiting, passed = [contract.type_name], set[str]()
    while waiting:
        current = waiting.pop()
        if current in passed or current not in metadata.types:
            continue
        for member in metadata.family(current):
            passed.add(member)
            for name, prop in metadata.types[member]["properties"].items():
                known[name] = known.get(name, False) or bool(prop.get("inV1"))
                waiting.append(re.sub(r"^\w+\((.*)\)$", r"\1", prop["type"]))
    yield from (f"{name} is unknown to v1.0" for name in contract.stable_words if not known.get(name))
    yield from (
        f"{name} is missing" for name in {name for name, is_in_v1 in known.items() if is_in_v1} - contract.stable_words
    )


def parts_of_single_types(metadata: Metadata, contract: Contract, part: Part) -> Complaints:
    """Every type that has it is named, and no other; one object is not taken for a list."""
    having = [
        name
        for name in metadata.below(contract.type_name)
        if contract.holds({"@odata.type": f"#microsoft.graph.{name}"})
        and any(
            part.name in metadata.types[member]["properties"]
            and bool(part.types) is bool(metadata.types[member]["properties"][part.name].get("nav"))
            for member in metadata.lineage(name)
        )
    ]
    concrete = [name for name in having if not metadata.types[name].get("abstract")]
    if part.types and set(part.types) != set(concrete):
        yield f"{part.name}: {sorted(set(part.types) ^ set(concrete))}"
    for member in {member for name in having for member in metadata.lineage(name)}:
        prop = metadata.types[member]["properties"].get(part.name)
        if prop and prop["type"].startswith("Collection(") is part.is_single:
            yield f"{member}.{part.name} is a {prop['type']}"


def unread_profiles(metadata: Metadata, contract: Contract) -> Complaints:
    """What a device configuration uses is read: navigation properties that are no report."""
    if contract.key != "deviceConfiguration":
        return
    read = {part.name for part in contract.parts}
    for member in metadata.family(contract.type_name):
        for name, prop in metadata.types[member]["properties"].items():
            if prop.get("nav") and name not in read | REPORTS:
                yield f"{member}.{name}"


def parts(metadata: Metadata, contract: Contract) -> Complaints:
    def below(path: str, of: tuple[Part, ...]) -> Complaints:
        for part in of:
            if part.types or part.is_single:
                yield from parts_of_single_types(metadata, contract, part)
            elif "GET" not in metadata.verbs(f"{path}/{part.below}"):
                yield f"GET {path}/{part.below}"
            yield from below(object_path(f"{path}/{part.below}"), part.parts)

    for home in homes(contract):
        yield from below(object_path(home), contract.parts)


def bodies_of_actions(metadata: Metadata, contract: Contract) -> Complaints:
    verbs = [verb for verb in (contract.create, contract.update) if verb]
    for action in (action for verb in verbs for action in verb.actions):
        for home in [action.home] if action.home else homes(contract):
            if action.is_reference and "GET" in metadata.verbs(f"{object_path(home)}/{action.path}"):
                continue  # what is said of $ref there is not complete
            post = metadata.verbs(f"{object_path(home)}/{action.path}").get("POST")
            if post is None:
                yield f"POST {home} {action.path}"
            elif not action.one_by_one and not {action.body_key, *action.extra} <= set(post["body"]["fields"]):
                yield f"{home} {action.path} takes {list(post['body']['fields'])}"


def bodies_of_assignments(metadata: Metadata, contract: Contract) -> Complaints:
    for home in homes(contract) if contract.assign else []:
        post = metadata.verbs(f"{object_path(home)}/{contract.assign.path}").get("POST")
        if (home, contract.assign.path) in ACTIONS_NOT_IN_METADATA:
            continue
        if post is None:
            yield f"POST {home} {contract.assign.path}"
        elif not contract.assign.one_by_one and contract.assign.body_key not in post["body"]["fields"]:
            yield f"{home} assign takes {list(post['body']['fields'])}"


def names_of_properties(metadata: Metadata, contract: Contract) -> Complaints:
    direct = metadata.properties(contract.type_name) | NOT_IN_METADATA
    anywhere = metadata.everything_below(contract.type_name) | NOT_IN_METADATA
    own = {
        *filter(None, (contract.name_field, contract.modified_field)),
        *contract.kept_properties,
        *(contract.create.required if contract.create else ()),
        *(part.stated_by for part in contract.parts if part.stated_by),
    }
    paths = " ".join((*contract.stripped, *contract.noise))
    named = {name for name in re.split(r"\[\]\.|[ .](?!context|type)", paths) if name and "@" not in name}
    deep = {*named, *contract.unordered, *contract.secrets, *contract.delivered}
    yield from sorted((own - direct) | (deep - anywhere))


def types_of_shared_collections(metadata: Metadata, contract: Contract) -> Complaints:
    named = {*contract.only, *contract.excluding, *contract.collections}
    yield from sorted(named - set(metadata.types))


def references(metadata: Metadata, contract: Contract) -> Complaints:
    anywhere = metadata.everything_below(contract.type_name)
    for reference in contract.references:
        names = [name for name in reference.path.replace("[]", "").split(".") if name != "**"]
        if names[0] not in metadata.properties(contract.type_name) or not set(names) <= anywhere:
            yield reference.path


def read_only_properties(metadata: Metadata, contract: Contract) -> Complaints:
    """What Graph marks as read-only is never written."""
    if contract.restore is not RestoreMode.FULL:
        return
    for member in metadata.family(contract.type_name):
        item = {"@odata.type": f"#microsoft.graph.{member}"}
        if not contract.holds(item) or contract.restorability(item).reason in NEVER_MADE:
            continue
        for name, prop in metadata.types[member]["properties"].items():
            if name not in contract.query.get("$select", name).split(","):
                continue
            written = name in contract.create.required or name not in contract.stripped_on_write()
            if prop.get("readOnly") and not prop.get("nav") and written:
                yield f"{member}.{name}"


CHECKS = [
    facts_of_the_list,
    paths_and_verbs,
    versions,
    words_of_v1,
    parts,
    unread_profiles,
    bodies_of_actions,
    bodies_of_assignments,
    names_of_properties,
    types_of_shared_collections,
    references,
    read_only_properties,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_contracts_agree_with_what_is_known_of_graph(metadata, check):
    assert [f"{contract.key}: {complaint}" for contract in ALL for complaint in check(metadata, contract)] == []


def test_no_object_type_is_missing(metadata):
    assert {contract.key for contract in ALL} == set(metadata.objects)


@pytest.mark.parametrize(
    "keys", [("deviceConfiguration", "windowsUpdateRing"), ("enrollmentConfiguration", "enrollmentStatusPage")]
)
def test_a_shared_collection_is_split_without_rest_or_overlap(metadata, keys):
    contracts = [registry.get(key) for key in keys]
    below = [name for name in metadata.types if contracts[0].type_name in metadata.lineage(name)]
    holders = {
        name: [c.key for c in contracts if c.holds({"@odata.type": f"#microsoft.graph.{name}"})] for name in below
    }
    assert {name: keys for name, keys in holders.items() if len(keys) != 1} == {}
