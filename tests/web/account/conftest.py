"""Somebody at a sign-in page, from some address."""

import pytest
from django.test import Client
from django.urls import reverse

from tenantpilot.audit.models import AuditLog


@pytest.fixture
def come_from():
    """come_from("192.0.2.7") answers a browser there."""
    return lambda address: Client(REMOTE_ADDR=address)


@pytest.fixture
def sign_in():
    """sign_in(browser, address, password) answers the page."""
    return lambda browser, address, password: browser.post(
        reverse("account_login"), {"login": address, "password": password}
    )


@pytest.fixture
def actions():
    """What the installation's audit log has, oldest first."""
    return lambda: list(AuditLog.objects.of_workspace(0).in_order().values_list("action", flat=True))
