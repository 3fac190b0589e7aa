"""Two people write one name in the same moment: one of them gets it, the other learns why not."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models.signals import pre_save
from django.utils import timezone

from tenantpilot.inventory.operations import INVENTORY_SYNC, SyncInputs
from tenantpilot.operations.offboarding import archiving
from tenantpilot.operations.schedules.cadence import Cadence
from tenantpilot.operations.schedules.models import Frequency, Schedule
from tenantpilot.operations.schedules.services import NameTaken, create_schedule
from tenantpilot.tenancy import accounts, services
from tenantpilot.tenancy.models import Tenant, User, Workspace
from tests.databases import IS_POSTGRESQL
from tests.people import new_tenant, new_workspace

pytestmark = pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite lets one write at a time")
NOW = timezone.now()


def new_person(number):
    fields = {"password": None, "is_platform_operator": False, "actor": None, "now": NOW}
    return services.create_person(email="nina@example.com", display_name=f"Nina {number}", **fields)


def workspace_of_one_name(number):
    return services.create_workspace(slug="wing-tip", name=f"Wing Tip {number}", actor=None, now=NOW)


def tenant_of_one_name(number):
    home = Workspace.objects.order_by("pk")[number]
    facts = {"slug": "wing-tip", "name": "Wing Tip", "entra_tenant_id": uuid4()}
    return services.create_tenant(workspace=home, actor=None, now=NOW, **facts)


def schedule_of_one_name(_number):
    return create_schedule(
        INVENTORY_SYNC,
        tenant=Tenant.everywhere.get(),
        name="Nightly",
        cadence=Cadence(Frequency.DAILY, minute=0, hour=2, weekdays=(), time_zone="UTC"),
        inputs=SyncInputs(),
        actor=User.objects.first(),
        now=NOW,
    )


@pytest.fixture
def both_after_the_question():
    """Both have asked if the name is free before either of them writes."""
    together = threading.Barrier(2, timeout=20)
    met = threading.local()

    def wait(sender, **_facts):
        if sender in (User, Workspace, Tenant, Schedule) and not getattr(met, "is_over", False):
            met.is_over = True
            together.wait()

    def race(write):
        pre_save.connect(wait)
        try:
            with ThreadPoolExecutor(2) as pool:
                return list(pool.map(lambda number: _answer(write, number), range(2)))
        finally:
            pre_save.disconnect(wait)

    return race


def _answer(write, number):
    try:
        return write(number)
    except Exception as error:
        return error
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("write", "refusal"),
    [
        (new_person, services.AlreadyThere),
        (workspace_of_one_name, services.AlreadyThere),
        (tenant_of_one_name, services.ShortNameTaken),
        (schedule_of_one_name, NameTaken),
    ],
)
def test_the_second_of_two_at_once_is_refused_in_words(own_database, both_after_the_question, write, refusal):
    new_workspace("elsewhere", "Elsewhere")
    new_tenant(new_workspace(), "contoso")
    User.objects.create_user("olivia@northwind.example", None, display_name="Olivia")
    answers = both_after_the_question(write)
    assert sorted(isinstance(answer, refusal) for answer in answers) == [False, True], answers


def test_an_address_that_goes_to_another_in_the_same_moment_is_refused_in_words(own_database, monkeypatch):
    mary = User.objects.create_user("mary@example.com", None, display_name="Mary")
    free = accounts.require_free_address

    def taken_after_the_first_question(address, *, of):
        free(address, of=of)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_answer, new_person, 1).result()

    monkeypatch.setattr(accounts, "require_free_address", taken_after_the_first_question)
    with pytest.raises(services.AlreadyThere):
        accounts.change_address(mary, "nina@example.com", actor=None, now=NOW)
    assert User.objects.get(pk=mary.pk).email == mary.email == "mary@example.com"


def archive_now(workspace):
    """Archive it from another connection, which waits a moment only. Return True, or the error."""

    def archive(_number):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
            return archiving.archive_workspace(workspace, actor=None, now=NOW)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_answer, archive, 0).result()


def test_a_workspace_is_not_archived_while_a_tenant_is_added(own_database):
    home, answers = new_workspace(), []

    def archive(**_facts):
        answers.append(archive_now(home))

    pre_save.connect(archive, sender=Tenant)
    try:
        tenant_of_one_name(0)
    finally:
        pre_save.disconnect(archive, sender=Tenant)
    assert [type(answer) for answer in answers] == [OperationalError]


def test_a_workspace_is_not_archived_while_a_tenant_is_brought_back(own_database, monkeypatch):
    tenant = new_tenant(new_workspace(), "contoso")
    archiving.archive_tenant(tenant, actor=None, now=NOW)
    is_of_archived, answers = archiving._is_of_archived_workspace, []

    def archived_after_the_question(record):
        answer = is_of_archived(record)
        answers.append(archive_now(tenant.workspace))
        return answer

    monkeypatch.setattr(archiving, "_is_of_archived_workspace", archived_after_the_question)
    assert archiving.bring_tenant_back(tenant, actor=None, now=NOW)
    assert [type(answer) for answer in answers] == [OperationalError]
