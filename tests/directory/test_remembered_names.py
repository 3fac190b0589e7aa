"""A name that was known stays, also after the person or application was deleted."""

from datetime import timedelta

from tenantpilot.directory.models import DirectoryName
from tenantpilot.directory.names import remember

DELETED, NEVER_KNOWN = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"


def test_a_name_is_kept_where_the_directory_finds_it_no_more(contoso, now):
    kinds = {DELETED: "user", NEVER_KNOWN: "user"}
    remember(contoso, kinds, {DELETED: ("servicePrincipal", "Payroll")}, now=now)
    later = now + timedelta(days=2)
    remember(contoso, kinds, {}, now=later)
    rows = DirectoryName.everywhere.values_list("graph_id", "kind", "name", "looked_up_at")
    assert set(rows) == {(DELETED, "servicePrincipal", "Payroll", later), (NEVER_KNOWN, "user", "", later)}
