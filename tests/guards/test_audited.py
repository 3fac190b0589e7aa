"""GUARD-L: what is recorded and listed nowhere is found."""

import pytest

from guards import audited
from guards.findings import Source

RECORDED = (
    "audit.record('tenant.renamed', at=now)",
    "_record('tenant.renamed', tenant)",
    "record(request, 'tenant.renamed')",
)
LEFT_ALONE = ("audit.record('tenant.created')", "self.record('a sentence.')", "read('tenant.renamed')")


@pytest.mark.parametrize("code", RECORDED)
def test_an_action_that_no_room_lists_is_found(code):
    (finding,) = audited.check(Source("tenancy/services.py", code), {"tenant.created"})
    assert "'tenant.renamed'" in str(finding)


@pytest.mark.parametrize("code", LEFT_ALONE)
def test_listed_actions_and_other_words_are_left_alone(code):
    assert list(audited.check(Source("tenancy/services.py", code), {"tenant.created"})) == []
