"""Settings → Connection: what is known is shown to members, a secret is taken in and never shown again."""

import pytest
from django.urls import reverse
from django.utils.html import escape
from intunesim import client_certificate

from tenantpilot.audit.models import AuditLog
from tenantpilot.graph.contracts import registry
from tenantpilot.inventory import policy_types
from tenantpilot.inventory.connecting.models import PolicyTypeAccess
from tenantpilot.operations.models import OperationRun
from tenantpilot.tenancy.credentials import open_credential
from tenantpilot.tenancy.models import TenantCredential
from tests.web.html import read

CLIENT = "55555555-5555-4555-8555-555555555555"
PEM = "\n".join(client_certificate())


@pytest.fixture
def address(contoso):
    return reverse("connection", args=["contoso"])


@pytest.fixture
def change(contoso, signed_in, olivia):
    browser = signed_in(olivia)

    def post(**fields):
        return browser.post(reverse("change-credential", args=["contoso"]), fields)

    return post


def test_ops_32_the_page_is_made_from_the_database_in_few_queries(
    address, signed_in, bob, django_assert_max_num_queries
):
    browser = signed_in(bob)
    with django_assert_max_num_queries(12):
        answer = browser.get(address)
    assert "This needs a credential first" in answer.text
    assert "Not known" not in answer.text, "what was never looked at is no table of question marks"


def test_the_table_has_a_row_for_each_permission(address, contoso, signed_in, bob, now):
    facts = {"is_readable": True, "missing": [], "reason_code": "", "checked_at": now}
    PolicyTypeAccess.everywhere.create(
        workspace_id=contoso.workspace_id, tenant=contoso, type="settingsCatalog", **facts
    )
    answer = signed_in(bob).get(address)
    permissions = {contract.permissions.to_read[0] for contract in registry.of_configuration()}
    assert answer.text.count('<th scope="row">') == len(permissions) < 20
    assert [kind.label for kind in policy_types.every() if f"<li>{escape(kind.label)}" not in answer.text] == []


def test_only_permissions_to_read_are_asked_for(address, contoso, signed_in, bob, now):
    """Whoever grants what the page asks for gives no write access away."""
    for kind in policy_types.every():
        needed = registry.get(kind.key).permissions
        PolicyTypeAccess.everywhere.create(
            workspace_id=contoso.workspace_id,
            tenant=contoso,
            type=kind.key,
            is_readable=False,
            is_writable=False,
            missing=[needed.to_read[0], *needed.to_write],
            reason_code="permission_missing",
            checked_at=now,
        )
    page = read(signed_in(bob).get(address))
    asked = page.one("code", id="missing-permissions").words.split()
    assert asked == sorted({registry.get(kind.key).permissions.to_read[0] for kind in policy_types.every()})
    assert "ReadWrite" not in page.one("main").words


def test_a_type_that_is_not_licensed_makes_its_permission_not_known(address, contoso, signed_in, bob, now):
    kind = policy_types.every()[0]
    PolicyTypeAccess.everywhere.create(
        workspace_id=contoso.workspace_id,
        tenant=contoso,
        type=kind.key,
        is_readable=False,
        is_writable=None,
        missing=[],
        reason_code="not_licensed",
        checked_at=now,
    )
    page = read(signed_in(bob).get(address))
    assert not page.every("code", id="missing-permissions")
    assert "Not known" in next(item.words for item in page.every("li") if item.words.startswith(str(kind.label)))


def test_ux_36_a_reader_sees_the_button_disabled_and_no_form(address, change, signed_in, bob):
    change(client_id=CLIENT, secret="Very~Secret.Value")
    text = signed_in(bob).get(address).text
    assert 'aria-describedby="why-not-check"' in text
    assert 'name="secret"' not in text


def test_a_client_secret_is_sealed_audited_and_never_shown(change, contoso, address, signed_in, olivia):
    answer = change(client_id=CLIENT, secret="Very~Secret.Value", expires_on="2027-01-31")
    assert answer.status_code == 302
    assert open_credential(contoso).secret == "Very~Secret.Value"
    assert "Very~Secret" not in signed_in(olivia).get(address).text
    entry = AuditLog.objects.get(action="tenant.credential_changed")
    assert (entry.actor_id, "Very~Secret" in str(entry.after)) == (olivia.pk, False)


def test_a_certificate_with_its_key_is_kept_as_such(change):
    assert change(client_id=CLIENT, certificate=PEM).status_code == 302
    assert TenantCredential.everywhere.get().kind == "certificate"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"client_id": "nonsense", "secret": "s"}, "Copy the id"),
        ({"client_id": CLIENT}, "one of the two"),
        ({"client_id": CLIENT, "secret": "s", "certificate": PEM}, "one of the two"),
        ({"client_id": CLIENT, "certificate": "-----BEGIN CERTIFICATE-----"}, "cannot be read"),
        ({"client_id": CLIENT, "secret": "s", "expires_on": "tomorrow"}, "Enter a valid date"),
        ({"client_id": CLIENT, "secret": "s" * 300}, "at most 256"),
    ],
)
def test_ux_35_what_is_wrong_is_said_at_its_field_and_nothing_is_changed(change, fields, says):
    answer = change(**fields)
    assert answer.status_code == 422
    assert says in answer.text
    assert fields.get("secret", "no secret") not in answer.text or len(fields["secret"]) == 1
    assert not TenantCredential.everywhere.exists()


def test_ops_30_the_check_is_queued_and_a_second_one_joins_it(contoso, signed_in, alice):
    browser = signed_in(alice)
    start = reverse("start-connection-check", args=["contoso"])
    first, second = (browser.post(start, headers={"HX-Request": "true"}) for _click in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert "Connection check already queued" in second.text
    assert OperationRun.everywhere.get().type == "connection_check"


@pytest.mark.parametrize(
    ("missing", "words"), [(None, "Not known"), ([], "Granted"), (["AuditLog.Read.All"], "Not granted")]
)
def test_the_page_says_if_the_optional_permission_is_granted(address, contoso, signed_in, bob, now, missing, words):
    facts = {"is_readable": True, "missing": [], "missing_optional": missing, "checked_at": now}
    owner = {"workspace_id": contoso.workspace_id, "tenant": contoso}
    PolicyTypeAccess.everywhere.create(**owner, type="conditionalAccessPolicy", **facts)
    part = read(signed_in(bob).get(address)).one("section", aria_labelledby="optional-title")
    assert f"AuditLog.Read.All {words}" in part.words
    assert "names who changed a Conditional Access policy" in part.words
