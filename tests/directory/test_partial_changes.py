"""A change that names some properties of a group leaves what follows from the others as it was."""

import pytest

from tenantpilot.directory.models import Group
from tenantpilot.directory.recording import _fill
from tenantpilot.directory.states import GroupKind

FACTS = {"groupTypes": [], "securityEnabled": True, "mailEnabled": True}


@pytest.mark.parametrize("fact", FACTS)
def test_a_partial_change_gives_a_group_no_other_kind(fact):
    group = Group()
    _fill(group, FACTS)
    assert group.kind == GroupKind.MAIL_SECURITY
    _fill(group, {fact: FACTS[fact]})
    assert group.kind == GroupKind.MAIL_SECURITY


def test_a_change_with_all_facts_gives_the_kind_that_follows():
    group = Group()
    _fill(group, FACTS)
    _fill(group, FACTS | {"securityEnabled": False})
    assert group.kind == GroupKind.DISTRIBUTION
