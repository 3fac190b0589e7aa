"""Two people edit one restore: the later save never undoes an earlier one that its page did not show."""

import json

import pytest

from tenantpilot.restores.editing import MappingEdit, edit_mappings, edit_options
from tenantpilot.restores.models import RestoreMapping
from tenantpilot.restores.options import RestoreOptions
from tenantpilot.restores.save_conflicts import EditedMeanwhile, require_as_shown
from tenantpilot.restores.states import MappingAction
from tenantpilot.tenancy.roles import Role
from tests.people import member
from tests.restores.conftest import entity_of, items_of, version_of
from tests.restores.filling import fields_at, fields_of, fill
from tests.restores.test_other_tenant import CATALOG, assigning_draft, other
from tests.web.html import read

__all__ = ["other"]

pytestmark = pytest.mark.same_on_both

ACCESS = "identity/conditionalAccess/policies"


@pytest.fixture
def oscar(contoso, signed_in):
    return signed_in(member(contoso, "oscar", Role.OWNER))


@pytest.fixture
def mona_reads(signed_in, mona):
    return signed_in(mona)


@pytest.fixture
def restore(captured, directory, restoring):
    policies = [entity_of(directory, CATALOG, number).id for number in range(3)]
    return restoring.draft(*(version_of(one) for one in [*policies, entity_of(directory, ACCESS).id]))


def page_of(answer, status):
    assert answer.status_code == status
    return read(answer).one("main")


class TestWhatIsRestored:
    @pytest.fixture
    def here(self, restore):
        return f"/admin/t/contoso/restores/{restore.pk}/scope/"

    def choices(self, restore):
        restore.refresh_from_db()
        return [restore.chosen.assignments, *(item.choice for item in items_of(restore))]

    def test_a_later_save_is_refused_and_says_what_changed(self, restore, here, mona_reads, oscar):
        first, second, *_rest = items_of(restore)
        old = fields_at(mona_reads, here)
        assert fill(oscar, here, {f"item-{first.pk}": "skip", "assignments": "exact"}).status_code == 302
        refused = page_of(mona_reads.post(here, {**old, f"item-{second.pk}": "skip"}), 409)
        assert self.choices(restore) == ["exact", "skip", "", "", ""]
        said = [one.words for one in refused.one("div", id="meanwhile").every("li")]
        assert said == ["Assignments : Exactly those of the version", f"{first.name} : Leave out"]
        form = fields_of(refused)
        assert [form[f"item-{first.pk}"], form[f"item-{second.pk}"], form["assignments"]] == ["skip", "skip", "exact"]
        assert mona_reads.post(here, form).status_code == 302, "what both chose is saved"
        assert self.choices(restore) == ["exact", "skip", "skip", "", ""]

    def test_where_both_chose_the_own_choice_stays_in_the_form(self, restore, here, mona_reads, oscar):
        old = fields_at(mona_reads, here)
        fill(oscar, here, {"assignments": "exact"})
        refused = page_of(mona_reads.post(here, {**old, "assignments": "merge"}), 409)
        assert fields_of(refused)["assignments"] == "merge"
        assert mona_reads.post(here, fields_of(refused)).status_code == 302
        assert self.choices(restore)[0] == "merge"

    def test_every_field_of_the_form_is_watched(self, restore, here, mona_reads, restoring):
        form = fields_at(mona_reads, here)
        shown = json.loads(form.pop("shown"))
        form.pop("csrfmiddlewaretoken", None)
        assert any(name.startswith("state-") for name in form)
        assert {name: shown[name] for name in form} == form
        for name in form:
            with pytest.raises(EditedMeanwhile) as refused:
                require_as_shown(restore, {**shown, name: "something else"})
            assert refused.value.fields == (name,)

    @pytest.mark.parametrize("shown", [None, "", "[]", "{", "null", '{"assignments": 1}', "[" * 100_000])
    def test_a_form_that_does_not_say_what_it_showed_saves_nothing(self, restore, here, mona_reads, shown):
        sent = {"assignments": "exact"} | ({} if shown is None else {"shown": shown})
        assert mona_reads.post(here, sent).status_code == 409
        assert self.choices(restore)[0] == ""

    def test_only_what_was_sent_is_changed(self, restore, here, mona_reads, restoring):
        edit_options(restore, RestoreOptions(assignments="exact"), actor=restoring.person, now=restoring.now)
        assert mona_reads.post(here, {}).status_code == 302
        assert self.choices(restore)[0] == "exact"

    def test_a_refused_choice_leaves_the_others_in_the_form(self, restore, here, mona_reads):
        first, second, *_rest = items_of(restore)
        sent = {f"item-{first.pk}": "skip", f"item-{second.pk}": "delete"}
        assert fields_of(page_of(fill(mona_reads, here, sent), 422))[f"item-{first.pk}"] == "skip"


class TestReferences:
    @pytest.fixture
    def undecided(self, captured, directory, other, fabrikam, restoring):
        return assigning_draft(restoring, version_of(entity_of(directory, CATALOG).id), fabrikam)

    def test_a_later_decision_is_refused_and_says_what_changed(self, undecided, fabrikam, signed_in, restoring):
        mia = signed_in(member(fabrikam, "mia", Role.MANAGER))
        here = f"/admin/t/fabrikam/restores/{undecided.pk}/mapping/"
        first, *rest = RestoreMapping.everywhere.filter(restore_run=undecided, action="block").order_by("pk")
        old = fields_at(mia, here)
        edit_mappings(undecided, {first.pk: MappingEdit(MappingAction.SKIP)}, actor=restoring.person, now=restoring.now)
        own = {f"decision-{row.pk}": "map" for row in rest} | {f"target-{row.pk}": "typed-id" for row in rest}
        refused = page_of(mia.post(here, {**old, **own}), 409)
        [said] = [one.words for one in refused.one("div", id="meanwhile").every("li")]
        assert said.endswith("Leave the reference out")
        form = fields_of(refused)
        assert (form[f"decision-{first.pk}"], {**form, **own}) == ("skip", form)
        assert mia.post(here, form).status_code == 302
        decided = RestoreMapping.everywhere.filter(restore_run=undecided).values_list("action", "target_id")
        assert sorted(decided) == sorted([("skip", ""), *(("map", "typed-id") for _row in rest)])
