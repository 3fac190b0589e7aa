"""Links that sign a demo person in, in any number of browsers, as long as the demo that made them runs.

Only where DEMO_SIGN_IN_LINKS is set. The salt has the name of this one run of the demo: the next takes no link of it.
"""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from tenantpilot.tenancy.models import User

SALT = "tenantpilot.web.sign-in-link"
LASTS = timedelta(hours=12)


class LinkSpent(Exception):
    """Expired, or not one of ours."""


def path_for(person: User) -> str:
    """Return the path of a link for this person."""
    return reverse("sign-in-link", args=[signing.dumps(person.pk, salt=_salt())])


def person_of(token: str) -> User:
    """Raises LinkSpent."""
    try:
        key = signing.loads(token, salt=_salt(), max_age=LASTS)
        person = User.objects.filter(pk=int(key), is_active=True).first()
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise LinkSpent from error
    if person is None:
        raise LinkSpent
    return person


def _salt() -> str:
    return f"{SALT}.{settings.DEMO_RUN}"
