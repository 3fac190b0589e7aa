"""The plans of a preview: every live object is read, everything is compared, nothing is written to the tenant."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction

from tenantpilot.core.errors import ReasonedError
from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.client.tokens import granted_roles
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.contracts.references import references_in
from tenantpilot.graph.errors import GraphError, GraphStopped
from tenantpilot.graph.write.exact import unchangeable
from tenantpilot.inventory.observing import name_of, observe
from tenantpilot.inventory.recording import record_one
from tenantpilot.operations.items.models import ItemState as RunItemState
from tenantpilot.operations.items.working import ItemResult, skipped
from tenantpilot.operations.run_context import RunContext
from tenantpilot.restores.access_limits import warn_of_access
from tenantpilot.restores.assigning import with_rows_to_write
from tenantpilot.restores.checking import gone_definitions
from tenantpilot.restores.deciding import ReferenceFacts, decide, decisions_of
from tenantpilot.restores.emergency import LockoutCheck, Planned
from tenantpilot.restores.live import hash_of, live_form
from tenantpilot.restores.matching import Finding, find_target, is_alike
from tenantpilot.restores.models import RestoreItem, RestoreMapping, RestoreRun
from tenantpilot.restores.ordering import Subject, block_dependants, block_doubled, put_in_order
from tenantpilot.restores.planning import Question, plan_for
from tenantpilot.restores.policy_state import CONDITIONAL_ACCESS
from tenantpilot.restores.reading import Candidates, Lookup, Reader
from tenantpilot.restores.references import Key, key_of, references_to_decide
from tenantpilot.restores.showing import names_of_targets, sentences_of
from tenantpilot.restores.sources import VersionDamaged, source_of
from tenantpilot.restores.states import CREATE_OR_UPDATE, WRITING, Action, Choice, MappingAction, Match, StateChoice
from tenantpilot.restores.wide_targets import warn_of_large_groups
from tenantpilot.versions.comparing import names_for_people
from tenantpilot.versions.names import Directory
from tenantpilot.versions.states import Source
from tenantpilot.versions.storing import newest_versions, snapshot_of, take_version

PLAN_OF_ITEM = (
    "action", "match", "candidates", "found_id", "found_name", "live_hash", "live_modified", "seen_version", "turn",
    "blockers", "warnings", "sentences", "difference_count", "earlier_sentences", "accepted",
    "live_state", "planned_state",
)  # fmt: skip
"""A preview writes nothing else of an item: a person may edit it while a worker that lost its lease is still there."""
MOST_SENTENCES = 1_000


class Preview:
    """The preview of a restore by one run. Nothing is stored until `keep` is called."""

    def __init__(self, run: RunContext[Any], restore: RestoreRun, client: GraphClient) -> None:
        self._run, self._restore, self._client, self._began_at = run, restore, client, run.now
        self._reader = Reader(client, same_tenant=restore.is_same_tenant)
        self._directory = Directory(client, run.tenant)
        self._names: dict[str, Any] = {}
        self._roles = granted_roles(client.sign_in())

    def planned(self) -> list[Subject]:
        """Return every item with its plan."""
        subjects = self._subjects()
        self._find(subjects)
        rows = self._decide(subjects)
        for subject in subjects:
            self._plan(subject, rows)
        self._learn_namesakes(subjects)
        warn_of_large_groups(self._run.tenant, subjects)
        warn_of_access(self._reader, subjects)
        self._check_definitions(subjects)
        block_doubled(subjects)
        put_in_order(subjects)
        block_dependants(subjects)
        self._check_lockout(subjects)
        self._run.safe_point()
        return subjects

    def learn_names(self, subjects: list[Subject]) -> None:
        """Look up the names behind the ids of live objects, all at once."""
        self._directory.learn(
            [
                reference
                for subject in subjects
                if subject.live
                for reference in references_in(subject.contract, subject.live)
            ],
            now=self._run.now,
        )

    def keep_again(self, subjects: Mapping[str, Subject], *, pending: Collection[str]) -> None:
        """Write the plans of items that a worker before this one has settled: all plans are of one reading."""
        for key, subject in subjects.items():
            if key not in pending:
                with transaction.atomic():
                    self._run.safe_point()
                    self._write(subject)

    def keep(self, subject: Subject) -> RunItemState | ItemResult:
        """Write the plan of an item, and return what the run says about it."""
        self._write(subject)
        warnings, blockers = subject.plan.warnings, subject.plan.blockers
        if warnings:
            self._run.count("warnings", len(warnings))
        return skipped(blockers[0].code) if blockers else RunItemState.SUCCEEDED

    def _write(self, subject: Subject) -> None:
        item, plan, live = subject.item, subject.plan, subject.live
        sentences = self._sentences(subject)
        item.earlier_sentences = item.sentences if item.sentences and item.sentences != sentences else []
        item.sentences, item.difference_count = sentences[:MOST_SENTENCES], len(sentences)
        item.action, item.match, item.turn = plan.action, subject.finding.match, subject.turn
        item.candidates = self._candidates(subject)
        is_target = live is not None and plan.action not in (Action.SKIP, Action.BLOCK)
        item.found_id = str(live["id"]) if live is not None and is_target else ""
        item.found_name = name_of(subject.contract, live) if live is not None else ""
        item.live_hash = hash_of(live_form(subject.contract, live, self._run.tenant)) if live is not None else ""
        item.live_modified = str((live or {}).get(subject.contract.modified_field) or "")[:64]
        item.live_state, item.planned_state = subject.states
        item.seen_version_id = self._seen_version(subject)
        item.blockers = [
            {
                "code": blocker.code,
                "about": [list(key) for key in blocker.about],
                "permission": blocker.permission,
                "why": blocker.restorability,
            }
            for blocker in plan.blockers
        ]
        item.warnings, item.accepted = list(plan.warnings), []
        item.save(update_fields=PLAN_OF_ITEM)

    def _subjects(self) -> list[Subject]:
        rows = RestoreItem.everywhere.of_run(self._restore.pk).in_order().select_related("payload", "version__policy")
        return [self._subject(item) for item in rows]

    def _subject(self, item: RestoreItem) -> Subject:
        contract = registry.get(item.type)
        try:
            return Subject(item, contract, source_of(contract, item))
        except VersionDamaged as error:
            return Subject(item, contract, {"id": item.source_id}, error=error)

    def _find(self, subjects: list[Subject]) -> None:
        """Read what the items may be written to."""
        lookups = [
            Lookup(subject.item.pk, subject.contract, subject.source, subject.item.picked_id)
            for subject in subjects
            if subject.error is None and subject.item.choice not in (Choice.CREATE, Choice.COPY)
        ]
        candidates = self._reader.candidates_of(lookups)
        for subject in subjects:
            self._run.safe_point()
            self._take(subject, candidates.get(subject.item.pk, Candidates()))
            subject.to_write = self._to_write(subject)

    def _to_write(self, subject: Subject) -> JsonObject:
        return with_rows_to_write(
            subject.contract,
            subject.source,
            self._restore.chosen,
            is_new=subject.live is None,
            same_tenant=self._restore.is_same_tenant,
        )

    def _take(self, subject: Subject, candidates: Candidates) -> None:
        """Note which of the candidates the item is written to."""
        if candidates.error is not None:
            subject.error = candidates.error
            return
        if subject.item.picked_id:
            subject.finding = Finding(Match.PICKED if candidates.live else Match.ABSENT, subject.item.picked_id)
            subject.live = candidates.live[0] if candidates.live else None
            return
        if subject.item.choice == Choice.DELETE:
            self._take_created(subject, candidates)
            return
        same = self._restore.is_same_tenant
        subject.finding = find_target(subject.contract, subject.source, candidates.live, same_tenant=same)
        if subject.finding.match is not Match.CONFLICT and subject.finding.target_id:
            subject.live = next(
                payload for payload in candidates.live if str(payload["id"]) == subject.finding.target_id
            )
        if candidates.is_moved:
            subject.block("moved")

    def _take_created(self, subject: Subject, candidates: Candidates) -> None:
        """Note the object to delete: the one that the restore created, and never another one of its name."""
        own = subject.item.source_id.lower()
        subject.live = next((payload for payload in candidates.live if str(payload["id"]).lower() == own), None)
        if subject.live is not None:
            subject.finding = Finding(Match.BY_ID, str(subject.live["id"]))

    def _decide(self, subjects: list[Subject]) -> dict[Key, RestoreMapping]:
        """Decide about references; one to another item of this restore follows that item."""
        taking_part = [
            subject
            for subject in subjects
            if subject.item.choice not in (Choice.SKIP, Choice.DELETE) and not subject.error
        ]
        references = [
            named for subject in taking_part for named in references_to_decide(subject.contract, self._counted(subject))
        ]
        uses = [key_of(named) for named in references]
        selected = self._selected(taking_part)
        to_check = {key_of(named): named.graph_id for named in references if key_of(named) not in selected}
        present = self._reader.present(to_check) if self._restore.is_same_tenant else set()
        self._names = {graph_id: entry for subject in subjects for graph_id, entry in subject.item.names.items()}
        names = {graph_id: str(entry.get("name", "")) for graph_id, entry in self._names.items()}
        return self._decided(uses, ReferenceFacts(names, frozenset(present), selected))

    def _counted(self, subject: Subject) -> JsonObject:
        """Return the part of the source of which the references are decided about."""
        return subject.to_write

    def _selected(self, subjects: Sequence[Subject]) -> dict[Key, str]:
        """Return the objects that references to items of this restore lead to; empty for what is created."""
        return {subject.key: str(subject.live["id"]) if subject.live else "" for subject in subjects}

    def _decided(self, uses: Sequence[Key], facts: ReferenceFacts) -> dict[Key, RestoreMapping]:
        with transaction.atomic():
            self._run.safe_point()
            rows = decide(self._restore, uses, facts)
        rows = self._without_gone_targets(rows)
        self._names = {**self._names, **names_of_targets(rows.values())}
        return rows

    def _without_gone_targets(self, rows: Mapping[Key, RestoreMapping]) -> dict[Key, RestoreMapping]:
        """Leave out what a person mapped to an object that the tenant does not have: it counts as not decided."""
        mapped = {key: (key[0], row.target_id.lower()) for key, row in rows.items() if row.action == MappingAction.MAP}
        present = self._reader.present({mapped[key]: rows[key].target_id for key in mapped})
        return {key: row for key, row in rows.items() if key not in mapped or mapped[key] in present}

    def _plan(self, subject: Subject, rows: Mapping[Key, RestoreMapping]) -> None:
        if subject.plan.blockers:
            return
        if subject.error is not None:
            code = getattr(subject.error, "reason_code", "object_unreadable")
            subject.block(code if isinstance(subject.error, ReasonedError) else "object_unreadable")
            return
        if subject.item.picked_id and subject.live is None:
            subject.block("object_gone")
            return
        subject.plan = plan_for(self._question(subject, rows))
        self._check(subject)

    def _question(self, subject: Subject, rows: Mapping[Key, RestoreMapping]) -> Question:
        return Question(
            contract=subject.contract,
            source=subject.source,
            live=subject.live,
            finding=subject.finding,
            choice=Choice(subject.item.choice),
            options=self._restore.chosen,
            same_tenant=self._restore.is_same_tenant,
            decisions=decisions_of(rows),
            state_choice=StateChoice(subject.item.state_choice),
            is_begun=subject.item.is_begun,
        )

    def _check(self, subject: Subject) -> None:
        """Block what the application may not write, and what no request changes."""
        if subject.plan.action not in WRITING:
            return
        if permission := self._missing_permission(subject.contract):
            subject.block("permission_missing", permission=permission)
        elif subject.live is not None and subject.plan.action is Action.UPDATE:
            self._check_changeable(subject, subject.live)

    def _missing_permission(self, contract: Contract) -> str:
        """Return a permission that the application lacks to write objects of the type; empty if it lacks none."""
        missing = sorted(set(contract.permissions.to_write) - (self._roles or frozenset()))
        return missing[0] if self._roles and missing else ""

    def _check_changeable(self, subject: Subject, live: JsonObject) -> None:
        if unchangeable(subject.contract, subject.plan.payload, live):
            subject.block("needs_new_object")

    def _learn_namesakes(self, subjects: list[Subject]) -> None:
        """Note the objects beside which a person lets a new one be created."""
        for subject in subjects:
            if subject.plan.action is not Action.CREATE or subject.item.choice == Choice.PROPOSED:
                continue
            try:
                items = self._reader.listed(subject.contract)
            except GraphStopped:
                raise
            except GraphError as error:
                subject.error = error
                subject.block("object_unreadable")
                continue
            subject.namesakes = tuple(
                str(item["id"]) for item in items if is_alike(subject.contract, subject.plan.payload, item)
            )

    def _check_definitions(self, subjects: list[Subject]) -> None:
        """Block what uses settings or templates that the service no longer knows."""
        writing = [subject for subject in subjects if subject.plan.action in CREATE_OR_UPDATE]
        gone = gone_definitions(
            self._client, [(subject.contract, subject.plan.payload, subject.live) for subject in writing]
        )
        for number in gone:
            writing[number].block("definition_gone")

    def _check_lockout(self, subjects: list[Subject]) -> None:
        """Block what would leave no emergency account able to sign in."""
        policies = {
            subject.item.pk: subject
            for subject in subjects
            if subject.contract.key == CONDITIONAL_ACCESS and subject.plan.action in WRITING
        }
        planned = {key: Planned(subject.plan, subject.live) for key, subject in policies.items()}
        verdict = LockoutCheck(self._client, self._run.tenant).verdict(planned)
        for key, code in verdict.refused.items():
            policies[key].block(code)
        for key in verdict.unchecked:
            policies[key].warn("lockout_not_checked")

    def _sentences(self, subject: Subject) -> list[dict[str, str]]:
        """Return the changes, or all of an object that is created, in words."""
        references = references_in(subject.contract, subject.live) if subject.live is not None else []
        own = {graph_id: name.as_json() for graph_id, name in self._directory.names_of(references).items()}
        return sentences_of(subject, names_for_people({**self._names, **own}))

    def _candidates(self, subject: Subject) -> list[dict[str, str]]:
        """Return the objects that a person may choose among: they fit, or have the name of what is created."""
        candidates = subject.finding.candidates if subject.finding.match is Match.CONFLICT else subject.namesakes
        return [{"id": graph_id, "name": subject.item.name} for graph_id in candidates if graph_id]

    def _seen_version(self, subject: Subject) -> int | None:
        """Keep the live object as a version, so that a later change of it can be shown. Call it in a transaction."""
        if subject.live is None:
            return None
        observation = observe(subject.contract, subject.live)
        facts: dict[str, Any] = {"run_id": self._run.run_id, "read_at": self._began_at, "now": self._run.now}
        policy = record_one(self._run.tenant, subject.contract.key, observation, **facts)
        snapshot = snapshot_of(subject.contract, subject.live, read_at=self._run.now)
        names = self._directory.names_of(snapshot.references)
        version = take_version(policy, snapshot, names, source=Source.CAPTURE, run_id=self._run.run_id)
        return version.pk if version else newest_versions([policy.pk])[policy.pk].version.pk
