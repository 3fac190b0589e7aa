"""A plan in sentences: all of what changes, and of an object that is created all that it will be."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from tenantpilot.graph.compare.contents import contents
from tenantpilot.graph.compare.differences import Difference, Kind
from tenantpilot.graph.compare.sentences import Names, sentence_of, sentence_of_content
from tenantpilot.inventory.observing import storable
from tenantpilot.restores.models import RestoreMapping
from tenantpilot.restores.ordering import Subject
from tenantpilot.restores.planning import changes_to
from tenantpilot.restores.states import Action

LONGEST_SENTENCE = 600

Sentence = dict[str, str]


def sentences_of(subject: Subject, names: Names) -> list[Sentence]:
    """Return the sentences of a plan; none where nothing is written, or an object is deleted."""
    if subject.plan.action is Action.CREATE:
        return _of_new_object(subject, names)
    if subject.live is None or subject.plan.action is not Action.UPDATE:
        return []
    changes = changes_to(subject.contract, subject.live, subject.plan.payload)
    return [_sentence(change, sentence_of(change, names)) for change in changes]


def names_of_targets(rows: Iterable[RestoreMapping]) -> Mapping[str, Mapping[str, Any]]:
    """Return the names of the objects to which references lead, by id: a plan holds these ids."""
    return {row.target_id: {"name": row.target_name} for row in rows if row.target_id and row.target_name}


def _of_new_object(subject: Subject, names: Names) -> list[Sentence]:
    values = contents(subject.contract, subject.plan.payload)
    sentences = [_sentence(value, sentence_of_content(value, names)) for value in values]
    if subject.contract.assign is not None and not subject.plan.payload.get("assignments"):
        nobody = {"kind": Kind.ADDED.value, "text": _("Assigned to nobody"), "path": "assignments"}
        return [nobody, *sentences]
    return sentences


def _sentence(change: Difference, text: str) -> Sentence:
    return {
        "kind": change.kind.value,
        "text": str(storable(text))[:LONGEST_SENTENCE],
        "path": str(storable(change.path))[:LONGEST_SENTENCE],
    }
