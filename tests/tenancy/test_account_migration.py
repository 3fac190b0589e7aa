"""What the migrations make of accounts that are there. One test: the way back and forth takes seconds."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.utils import timezone

from tenantpilot.tenancy.models import User
from tenantpilot.tenancy.sealing import SealingNotConfigured
from tenantpilot.tenancy.second_factors import open_seed

SEED, RECOVERY = "JBSWY3DPEHPK3PXP", "0f" * 40


def person_of_before() -> User:
    """A person with a second factor in plain text and a second address; and two whose addresses fold to one."""
    person = User.objects.create_user("anna@adatum.example", display_name="Anna")
    spellings = ("sam@adatum.example", "ſam@adatum.example", "\u212aim@adatum.example")
    others = [User.objects.create_user(f"x{ord(s[0])}@adatum.example", display_name=s) for s in spellings]
    call_command("migrate", "tenancy", "0005_attempt_counts", verbosity=0)
    EmailAddress.objects.create(user=person, email="victim@adatum.example", verified=True)
    for kind, data in (("totp", {"secret": SEED}), ("recovery_codes", {"seed": RECOVERY, "used_mask": 3})):
        Authenticator.objects.create(user=person, type=kind, data=data, created_at=timezone.now())
    for other, address in zip(others, spellings, strict=True):
        User.objects.filter(pk=other.pk).update(email=address)
    return person


def test_seeds_are_sealed_or_nothing_changes_and_addresses_have_one_spelling(own_database, settings):
    person = person_of_before()
    nothing_is_changed_without_a_key(settings)
    call_command("migrate", verbosity=0)
    totp, codes = (Authenticator.objects.get(type=kind).data for kind in ("totp", "recovery_codes"))
    assert open_seed(totp["secret"], person_id=person.pk) == SEED
    assert open_seed(codes["seed"], person_id=person.pk) == RECOVERY
    assert codes["used_mask"] == 3
    assert not EmailAddress.objects.exists()
    assert User.objects.of_address("sam@adatum.example").display_name == "sam@adatum.example"
    assert User.objects.of_address("kim@adatum.example").display_name == "\u212aim@adatum.example"


def nothing_is_changed_without_a_key(settings):
    keys, settings.SEALING_KEYS = settings.SEALING_KEYS, []
    with pytest.raises(SealingNotConfigured):
        call_command("migrate", verbosity=0)
    assert Authenticator.objects.get(type="totp").data == {"secret": SEED}
    settings.SEALING_KEYS = keys
