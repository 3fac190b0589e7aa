"""The newest version of a policy in columns: who gets it, which settings it has, and no secret (FLOWS section 4)."""

import pytest
from django.db import DatabaseError, transaction

from tenantpilot.directory.models import DirectoryName
from tenantpilot.directory.names import remember
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.index_models import Assignment, PolicyIndex, SettingDefinition, SettingValue
from tenantpilot.versions.services import start_due_index_fills
from tenantpilot.versions.showing import newest_of, shown
from tests.versions.kit import new_policy, take

CATALOG = "deviceManagement/configurationPolicies"
OMA = "deviceManagement/deviceConfigurations"


def columns():
    """Return all that the columns say, without keys of rows."""
    values = SettingValue.everywhere.values_list("policy_id", "definition__key", "ordinal", "value_text", "value_hash")
    return set(values), set(Assignment.everywhere.values_list("policy_id", "target_key"))


def test_a_capture_fills_the_columns_and_names_the_settings(captured):
    assert PolicyIndex.everywhere.count() == Policy.everywhere.count()
    catalog = SettingDefinition.everywhere.filter(origin="catalog")
    assert catalog.exists()
    assert not catalog.filter(label="").exists()
    assert not catalog.filter(category=None).exists()
    assert Assignment.everywhere.filter(kind="group").exists()
    assert Assignment.everywhere.filter(policy__type="conditionalAccessPolicy").exists()


def test_a_new_version_replaces_what_the_columns_said(captured, directory):
    entity = next(iter(directory.store.entities(CATALOG)))
    policy = Policy.everywhere.get(graph_id=entity.id)
    group = "abcdefab-0000-0000-0000-000000000001"
    target = {"@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget", "groupId": group.upper()}
    entity.children["assignments"] = [{"id": "x", "target": target}]
    entity.children["settings"] = entity.children["settings"][:1]
    entity.body["settingCount"] = 1
    directory.store.put(CATALOG, entity)
    captured()
    [row] = policy.assignments(manager="everywhere").all()
    assert (row.kind, row.mode, row.group_id) == ("group", "exclude", group)
    kept, keys = str(entity.children["settings"]).lower(), SettingValue.everywhere.filter(policy=policy)
    assert keys.exists()
    assert all(key in kept for key in keys.values_list("definition__key", flat=True))


def test_versions_of_an_older_release_are_filled_by_one_system_run(captured, contoso, now):
    before = columns()
    SettingValue.everywhere.all().delete()
    Assignment.everywhere.all().delete()
    PolicyIndex.everywhere.all().delete()
    assert start_due_index_fills(now=now) == 1
    assert start_due_index_fills(now=now) == 0
    run = OperationRun.everywhere.get(type="setting_index_fill")
    Runner().execute(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.summary_counts["succeeded"]) == ("succeeded", Policy.everywhere.count())
    assert columns() == before
    assert not Notification.everywhere.filter(run=run).exists()
    assert start_due_index_fills(now=now) == 0


def test_sec_07_the_database_refuses_the_value_of_a_secret(captured):
    value = SettingValue.everywhere.exclude(value_text="").first()
    with pytest.raises(DatabaseError), transaction.atomic():
        SettingValue.everywhere.filter(pk=value.pk).update(is_secret=True)


def test_names_behind_ids_are_kept_and_those_not_found_too(captured, directory):
    entity = next(iter(directory.store.entities(CATALOG)))
    known = next(iter(directory.store.entities("groups")))
    unknown = "abcdefab-0000-0000-0000-000000000002"
    entity.children["assignments"] = [
        {"id": graph_id, "target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": graph_id}}
        for graph_id in (known.id, unknown)
    ]
    directory.store.put(CATALOG, entity)
    captured()
    names = dict(DirectoryName.everywhere.values_list("graph_id", "name"))
    assert (names[known.id.lower()], names[unknown]) == (known.body["displayName"], "")


def test_a_version_shows_names_that_were_learned_after_it(contoso, now, workspace_scope):
    """An id without a name when it was captured is looked up later, and a setting is shown by its name."""
    group, key = "abcdefab-0000-0000-0000-000000000003", "device_vendor_msft_allowcamera"
    policy = new_policy(contoso, now, key="settingsCatalog")
    choice = {"settingDefinitionId": key, "choiceSettingValue": {"value": f"{key}_1", "children": []}}
    choice["@odata.type"] = "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance"
    choice["choiceSettingValue"]["@odata.type"] = "#microsoft.graph.deviceManagementConfigurationChoiceSettingValue"
    target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group}
    take(policy, {"id": "p1", "settings": [{"settingInstance": choice}], "assignments": [{"target": target}]}, now)
    assert shown(newest_of(policy)).assignments[0].target == f"Unresolved ({group})"
    remember(contoso, {group: "group"}, {group: ("group", "Pilots")}, now=now)
    SettingDefinition.everywhere.filter(key=key).update(label="Allow camera", choices={"1": "Allowed"})
    seen = shown(newest_of(policy))
    assert seen.assignments[0].target == "Pilots"
    assert ("Allow camera", "Allowed") in [(line.label, line.value) for part in seen.sections for line in part.lines]


def test_categories_are_named_once_for_a_workspace(captured, simulator, contoso, now):
    """A definition that an older release named is asked for its category; a known one costs nothing."""
    row = SettingDefinition.everywhere.filter(origin="catalog").exclude(category="").first()
    name, facts = row.category, {"category_id": row.category_id, "category": row.category}
    other = {"key": "other", "label": "Other", "origin": "catalog", **facts}
    SettingDefinition.everywhere.create(workspace=contoso.workspace, **other)
    SettingDefinition.everywhere.filter(pk=row.pk).update(category_id=None, category=None, looked_up_at=None)
    simulator.log.clear()
    captured()
    assert SettingDefinition.everywhere.get(pk=row.pk).category == name
    asked = str([entry.path for entry in simulator.log])
    assert "configurationSettings" in asked
    assert "configurationCategories" not in asked
    simulator.log.clear()
    captured()
    assert "configurationSettings" not in str([entry.path for entry in simulator.log])


def test_a_category_that_graph_does_not_know_is_not_asked_for_again(directory, sync, capture, simulator):
    for category in list(directory.store.entities("deviceManagement/configurationCategories")):
        directory.store.remove("deviceManagement/configurationCategories", category.id)
    assert capture().outcome == "succeeded"
    assert set(SettingDefinition.everywhere.filter(origin="catalog").values_list("category", flat=True)) == {""}


def test_groups_of_settings_are_named_and_contradict_nothing(contoso, now):
    key = "vendor_msft_firewall_rules"
    instance = {"settingDefinitionId": key, "groupSettingCollectionValue": [{"children": []}, {"children": []}]}
    take(
        new_policy(contoso, now, key="settingsCatalog"), {"id": "p1", "settings": [{"settingInstance": instance}]}, now
    )
    value = SettingValue.everywhere.get(definition__key=key)
    assert (value.value_text, value.can_conflict) == ("2", False)
