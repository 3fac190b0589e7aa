"""The tag of what the widget shows, for whoever a session belongs to."""

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from tenantpilot.operations.monitoring.activity import person_with_facts, tag_of
from tenantpilot.tenancy.models import User


def tag_for_session(request: HttpRequest) -> str | None:
    """Return the tag for whoever the session belongs to, in one query beside the session's own.

    It reads person and runs together, because this is asked every two seconds by every open tab. None
    when the session has to be looked at properly. The person found is kept for the rest of the request.
    """
    key = request.session.get(SESSION_KEY)
    person = person_with_facts(int(key)) if key else None
    if person is None or not _session_belongs_to(request, person):
        return None
    request._cached_user = person  # type: ignore[attr-defined]  # where django.contrib.auth keeps it
    return tag_of(person.active_facts.split("|") if person.active_facts else ())


def _session_belongs_to(request: HttpRequest, person: User) -> bool:
    return constant_time_compare(request.session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
