"""Links that sign a demo person in, in any number of browsers, for a while. Only where DEMO_SIGN_IN_LINKS is set."""

from datetime import timedelta

from django.core import signing
from django.urls import reverse

from tenantpilot.tenancy.models import User

SALT = "tenantpilot.web.sign-in-link"
LASTS = timedelta(hours=12)


class LinkSpent(Exception):
    """Expired, or not one of ours."""


def path_for(person: User) -> str:
    """The path of a link for this person."""
    return reverse("sign-in-link", args=[signing.dumps(person.pk, salt=SALT)])


def person_of(token: str) -> User:
    """Raises LinkSpent."""
    try:
        key = signing.loads(token, salt=SALT, max_age=LASTS)
        person = User.objects.filter(pk=int(key), is_active=True).first()
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise LinkSpent from error
    if person is None:
        raise LinkSpent
    return person
