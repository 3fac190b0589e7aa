"""Notifications that are about no operation: their words are registered, and none of them can stand for an ending."""

import pytest

from tenantpilot.operations.notices import store_notice
from tenantpilot.operations.notifications import OperationRunCompleted
from tenantpilot.operations.presenter import register_words


def test_ops_24_nothing_of_an_operation_is_told_that_way(contoso, alice, now):
    with pytest.raises(ValueError, match="ending of a run"):
        store_notice(OperationRunCompleted.KIND, recipient=alice, tenant=contoso, data={}, now=now)


def test_a_kind_has_its_words_once():
    with pytest.raises(ValueError, match="have their words already"):
        register_words("restore_approval_wanted")(lambda notification: notification)
