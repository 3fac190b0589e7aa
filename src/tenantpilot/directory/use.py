"""The ids that matter: rooms above register a question that answers which groups and people their rows name."""

from collections.abc import Callable, Mapping

from tenantpilot.tenancy.models import Tenant

Question = Callable[[Tenant], Mapping[str, str]]
"""Return the kinds of objects by their ids in small letters, as "group" or "user"."""

_questions: dict[str, Question] = {}


def register(name: str, question: Question) -> None:
    """Ask this question too when names are looked up and members counted."""
    _questions[name] = question


def ids_in_use(tenant: Tenant) -> dict[str, str]:
    """Return the kinds of all objects that rows of the tenant name, by their ids."""
    return {
        graph_id: object_type for question in _questions.values() for graph_id, object_type in question(tenant).items()
    }
