"""Choosing of a backup set: all, whole types and single policies, carried from page to page and said in numbers."""

import pytest
from typer.testing import CliRunner

from tenantpilot.cli.commands import restores
from tenantpilot.cli.problems import Problem
from tenantpilot.restores import drafting
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.web.restores import choosing_of_set
from tests.backups.kit import building_set, finish, member, new_chain
from tests.versions.kit import new_policy, take
from tests.web.html import read
from tests.web.kit import at_most_queries

pytestmark = pytest.mark.same_on_both

SCRIPT, OTHER = "deviceConfiguration", "compliancePolicy"


@pytest.fixture
def backup_set(contoso, now):
    """Seven configurations and three compliance policies, as the set holds them; one of each was changed since."""
    chain = new_chain(contoso, now)
    building = building_set(chain, 1, now, asked={"policy_types": [], "left_out": []})
    for number in range(10):
        graph_id = f"p{number}"
        policy = new_policy(contoso, now, key=SCRIPT if number < 7 else OTHER, graph_id=graph_id)
        member(chain, take(policy, {"id": graph_id, "displayName": policy.name}, now), 1)
        if number in (0, 9):
            take(policy, {"id": graph_id, "displayName": policy.name, "description": "Changed"}, now)
    return finish(building)


@pytest.fixture
def home(backup_set):
    return f"/admin/t/contoso/restores/of-set/{backup_set.pk}/"


@pytest.fixture
def manager(signed_in, mona):
    return signed_in(mona)


class Form:
    """The form of the page, filled and sent as a browser without script does it."""

    def __init__(self, browser, home):
        self.browser, self.home = browser, home
        self.show(browser.get(home))

    def show(self, answer):
        self.page = read(answer).one("main")
        self.values = {}
        for field in self.page.one("form", data_count_chosen="").every("input"):
            is_ticked = field.attributes.get("type") != "checkbox" or "checked" in field.attributes
            if is_ticked:
                self.values.setdefault(field["name"], []).append(field["value"])
        return self

    @property
    def words(self):
        return self.page.words

    def tick(self, name, *values):
        self.values.setdefault(name, []).extend(values)
        return self

    def press(self, name, value, **fields):
        return self.show(self.browser.post(self.home, {**self.values, **fields, name: value}))

    def prepare(self):
        return self.browser.post(self.home, self.values)


@pytest.fixture
def form(manager, home):
    return Form(manager, home)


def restored():
    return sorted(item.source_id for item in RestoreItem.everywhere.all())


def key_of(graph_id):
    return str(RestoreItem._meta.apps.get_model("inventory", "Policy").everywhere.get(graph_id=graph_id).pk)


def test_the_whole_set_is_restored_as_it_holds_the_policies(form):
    assert form.tick("whole", "1").prepare().status_code == 302
    assert len(restored()) == 10
    assert set(RestoreItem.everywhere.values_list("version__number", flat=True)) == {1}


def test_a_whole_type_and_single_policies_add_up(form):
    form.tick("of_type", OTHER).tick("policy", key_of("p1"), key_of("p9")).prepare()
    assert restored() == ["p1", "p7", "p8", "p9"]


def test_a_choice_stays_from_search_to_search(form):
    form.tick("policy", key_of("p1"))
    form.press("step", "search", q="p8").tick("policy", key_of("p8"))
    form.press("step", "search", q="", type=SCRIPT)
    assert "2 of 10 policies chosen" in form.words
    form.prepare()
    assert restored() == ["p1", "p8"]


def test_what_is_unticked_is_not_carried_along(form):
    form.tick("policy", key_of("p1"), key_of("p2")).press("step", "search", q="p8")
    form.press("step", "search", q="p1").values["policy"].remove(key_of("p1"))
    form.press("step", "search", q="").prepare()
    assert restored() == ["p2"]


def test_a_choice_stays_from_page_to_page(form, monkeypatch):
    monkeypatch.setattr(choosing_of_set, "SHOWN", 4)
    form.press("step", "search").tick("policy", key_of("p0"))
    seen = []
    while following := [button for button in form.page.every("button", name="at") if button.words == "Next"]:
        form.press("at", following[0]["value"])
        seen += [box["value"] for box in form.page.every("input", name="policy")]
    assert len(seen) == 6
    form.tick("policy", key_of("p9")).prepare()
    assert restored() == ["p0", "p9"]


def test_all_that_match_a_search_are_chosen_at_once_and_cleared(form, monkeypatch):
    monkeypatch.setattr(choosing_of_set, "SHOWN", 2)
    form.press("step", "search", type=SCRIPT)
    assert "Choose all 7 policies that match" in form.words
    assert "7 of 10 policies chosen" in form.press("step", "add", type=SCRIPT).words
    assert "0 of 10 policies chosen" in form.press("step", "clear").words


def test_nothing_chosen_restores_nothing_ux_96(form):
    answer = form.prepare()
    assert answer.status_code == 422
    assert "Choose at least one" in read(answer).one("main").words
    assert not RestoreRun.everywhere.exists()


@pytest.mark.parametrize(("name", "value"), [("policy", "987654"), ("of_type", "group"), ("of_type", "\x00")])
def test_what_the_set_does_not_hold_refuses_the_rest(form, name, value):
    answer = form.tick("of_type", OTHER).tick(name, value).prepare()
    assert answer.status_code == 422
    assert "1 of what was chosen is not kept" in read(answer).one("main").words


def test_more_than_a_restore_holds_are_said_with_what_to_do(form, manager, home, monkeypatch):
    monkeypatch.setattr(drafting, "MOST_ITEMS", 7)
    page = form.press("step", "search").page
    assert "holds 10 policies, and a restore holds at most 7. Choose types or policies" in page.words
    assert "disabled" in page.one("input", name="whole").attributes
    assert (
        "At most 7 objects are restored at once, and 10 were chosen. Make several restores"
        in read(manager.post(home, {"whole": "1"})).one("main").words
    )
    assert form.tick("of_type", SCRIPT).prepare().status_code == 302


def test_the_page_costs_as_much_for_ten_as_for_thousands(manager, home):
    with at_most_queries(14):
        manager.get(home)


class TestAtAShell:
    """The same at a shell."""

    @pytest.fixture
    def preview(self, mona):
        def preview(*words):
            answer = CliRunner().invoke(restores.app, ["preview", "contoso", "--as", mona.email, *words])
            if answer.exception and not isinstance(answer.exception, SystemExit):
                raise answer.exception

        return preview

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            (["--whole"], [f"p{number}" for number in range(10)]),
            (["--type", OTHER], ["p7", "p8", "p9"]),
            (["--type", OTHER, "--policy", "p0"], ["p0", "p7", "p8", "p9"]),
        ],
    )
    def test_a_part_of_a_set(self, preview, backup_set, words, expected):
        preview("--set", str(backup_set.pk), *words)
        assert restored() == expected
        assert set(RestoreItem.everywhere.values_list("version__number", flat=True)) == {1}

    @pytest.mark.parametrize(
        ("words", "reason"),
        [
            ([], "Nothing is named"),
            (["--whole"], "add --set"),
            (["--set", "987654", "--whole"], "no backup set 987654"),
            (["--set", "SET"], "Nothing of the backup set is named"),
            (["--set", "SET", "--policy", "p77"], "holds no policy p77"),
            (["--set", "SET", "--type", "group"], "not kept any more"),
            (["--set", "SET", "--whole", "--version", "2"], "--version does not go"),
        ],
    )
    def test_what_is_refused(self, preview, backup_set, words, reason):
        with pytest.raises(Problem, match=reason):
            preview(*(str(backup_set.pk) if word == "SET" else word for word in words))
        assert not RestoreRun.everywhere.exists()
