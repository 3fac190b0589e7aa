"""What was seen is written once, what is gone is marked, and nothing is deleted."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from tenantpilot.inventory.models import Policy, PolicyTypeSync
from tenantpilot.inventory.recording import Observation, Tally, record_failure, record_type
from tenantpilot.inventory.services import start_sync

LAPTOPS = Observation("p1", "Laptops - BitLocker", "", "windows", None, {"id": "p1", "name": "Laptops - BitLocker"})
PHONES = Observation("p2", "Phones - PIN", "", "ios", None, {"id": "p2", "name": "Phones - PIN"})


@pytest.fixture
def run(contoso, now):
    return start_sync(tenant=contoso, initiator=None, now=now).run


@pytest.fixture
def record(contoso, run, now):
    def write(*observations, tenant=contoso, key="settingsCatalog", later=timedelta()):
        own = run if tenant == contoso else start_sync(tenant=tenant, initiator=None, now=now).run
        with transaction.atomic():
            return record_type(tenant, key, observations, run_id=own.pk, now=now + later)

    return write


def test_what_is_new_is_created_and_what_is_the_same_is_unchanged(record):
    assert record(LAPTOPS, PHONES) == Tally(created=2)
    assert record(LAPTOPS, PHONES) == Tally(unchanged=2)


SPELLINGS = {
    "scope tags in another order": ({"roleScopeTagIds": ["0", "1", "2"]}, {"roleScopeTagIds": ["2", "1", "0"]}),
    "the same moment": (
        {"lastModifiedDateTime": "2026-01-01T00:00:00Z"},
        {"lastModifiedDateTime": "2026-01-01T00:00:00.0000000Z"},
    ),
    "the same moment elsewhere": (
        {"lastModifiedDateTime": "2026-01-01T00:00:00Z"},
        {"lastModifiedDateTime": "2026-01-01T02:00:00+02:00"},
    ),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_another_spelling_of_the_same_is_no_update(record, name):
    first, second = (replace(LAPTOPS, properties={"id": "p1", **values}) for values in SPELLINGS[name])
    record(first)
    assert record(second) == Tally(unchanged=1)


@pytest.mark.parametrize(
    "values", [{"lastModifiedDateTime": "2026-01-02T00:00:00Z"}, {"roleScopeTagIds": ["0", "1"]}, {"isAssigned": True}]
)
def test_another_value_is_an_update(record, values):
    first = {"id": "p1", "lastModifiedDateTime": "2026-01-01T00:00:00Z", "isAssigned": False}
    record(replace(LAPTOPS, properties=first))
    assert record(replace(LAPTOPS, properties={**first, **values})) == Tally(updated=1)


def test_a_change_of_a_kept_field_is_an_update(record):
    record(LAPTOPS, PHONES)
    renamed = replace(PHONES, name="Phones - PIN 6", properties={"id": "p2", "name": "Phones - PIN 6"})
    assert record(LAPTOPS, renamed) == Tally(updated=1, unchanged=1)
    assert Policy.everywhere.get(graph_id="p2").name == "Phones - PIN 6"


def test_what_is_gone_is_marked_missing_once_and_never_deleted(record, now):
    record(LAPTOPS, PHONES)
    assert record(LAPTOPS, later=timedelta(hours=1)) == Tally(unchanged=1, missing=1)
    assert record(LAPTOPS, later=timedelta(hours=2)) == Tally(unchanged=1)
    assert Policy.everywhere.get(graph_id="p2").missing_since == now + timedelta(hours=1)


def test_what_comes_back_is_present_again_and_keeps_when_it_was_first_seen(record, now):
    record(PHONES)
    record(later=timedelta(hours=1))
    assert record(PHONES, later=timedelta(hours=2)) == Tally(unchanged=1)
    policy = Policy.everywhere.get(graph_id="p2")
    assert (policy.presence, policy.first_seen_at) == ("present", now)


def test_an_empty_type_marks_all_of_its_policies_and_none_of_another_type(record):
    record(LAPTOPS)
    record(PHONES, key="compliancePolicy")
    assert record() == Tally(missing=1)
    assert Policy.everywhere.of_type("compliancePolicy").get().presence == "present"


def test_the_same_graph_id_in_two_tenants_is_two_policies(record, fabrikam):
    record(LAPTOPS)
    assert record(LAPTOPS, tenant=fabrikam) == Tally(created=1)
    assert Policy.everywhere.filter(graph_id="p1").count() == 2


def test_a_thousand_policies_are_written_in_a_handful_of_statements(record, django_assert_max_num_queries):
    many = [replace(LAPTOPS, graph_id=f"p{number}", properties={"id": number}) for number in range(1_000)]
    with django_assert_max_num_queries(30):
        assert record(*many) == Tally(created=1_000)
    with django_assert_max_num_queries(30):
        assert record(*many) == Tally(unchanged=1_000)


def test_a_type_that_could_not_be_read_keeps_when_it_was_last_read(record, contoso, now):
    record(LAPTOPS)
    record_failure(contoso, "settingsCatalog", "permission_missing", now=now + timedelta(days=1))
    sync = PolicyTypeSync.everywhere.get(tenant=contoso, type="settingsCatalog")
    assert (sync.succeeded_at, sync.reason_code) == (now, "permission_missing")
    assert Policy.everywhere.get(graph_id="p1").presence == "present"


@pytest.mark.parametrize("text", ["bitlock", "LOCK", "bi", "laptops - b", "p"])
def test_a_part_of_a_name_finds_it_in_any_case(record, contoso, text):
    record(LAPTOPS)
    assert Policy.everywhere.of_tenant(contoso).named_like(text).count() == 1


@pytest.mark.parametrize("text", ['"', "* OR", "lap*", "NEAR(", "%", "_aptops", "zzz"])
def test_search_takes_every_character_as_it_is_written(record, contoso, text):
    record(LAPTOPS)
    assert not Policy.everywhere.of_tenant(contoso).named_like(text).exists()


def test_the_search_follows_a_rename(record, contoso):
    record(LAPTOPS)
    record(replace(LAPTOPS, name="Desktops", properties={"id": "p1", "name": "Desktops"}))
    assert not Policy.everywhere.named_like("laptop").exists()
    assert Policy.everywhere.named_like("deskt").exists()
