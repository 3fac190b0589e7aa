"""The demo's restore: in the simulator a policy is changed and another one deleted; both are written back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from tenantpilot.cli.console import say
from tenantpilot.cli.demo import sample, simulator
from tenantpilot.cli.demo.people_and_places import CONTOSO, OLIVIA
from tenantpilot.graph.contracts import registry
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.restores.drafting import draft_of_versions
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.services import Confirmation, confirm, start_preview
from tenantpilot.restores.settling import settle
from tenantpilot.restores.states import Action, ItemState
from tenantpilot.versions.models import PolicyVersion

CATALOG = registry.get("settingsCatalog").path.strip("/")
WRITTEN = (ItemState.VERIFIED, ItemState.VERIFIED_WITH_DIFFERENCES)
Wait = Callable[[int], None]


@dataclass(frozen=True)
class Restored:
    """The figures of the restore, and what went wrong."""

    facts: dict[str, int]
    problems: tuple[str, ...]


def restore_two(port: int, wait: Wait) -> Restored:
    """Change a policy and delete another one at Microsoft, and restore both as Olivia."""
    versions = _versions_of_two()
    changed, deleted = (version.policy.graph_id for version in versions)
    simulator.change_object(port, CONTOSO, f"{CATALOG}/{changed}", {"description": "Changed by hand"})
    simulator.delete_object(port, CONTOSO, f"{CATALOG}/{deleted}")
    restore = draft_of_versions(
        tenant=sample.tenant(CONTOSO),
        versions=versions,
        source="Demo",
        actor=sample.person(OLIVIA),
        now=timezone.now(),
    )
    before = simulator.count_writes(port, CONTOSO)
    restore = _previewed(restore, wait)
    preview_writes = simulator.count_writes(port, CONTOSO) - before
    run = _executed(restore, wait)
    return _restored(restore, run, preview_writes)


def _versions_of_two() -> list[PolicyVersion]:
    rows = PolicyVersion.everywhere.of_tenant(sample.tenant(CONTOSO)).filter(policy__type="settingsCatalog", number=1)
    return list(rows.select_related("policy", "tenant").order_by("pk")[:2])


def _previewed(restore: RestoreRun, wait: Wait) -> RestoreRun:
    started = start_preview(restore, actor=sample.person(OLIVIA), now=timezone.now())
    say(f"Run {started.run.pk} is queued: a preview of a restore of two policies of {CONTOSO.name}")
    wait(int(started.run.pk))
    fresh = RestoreRun.everywhere.select_related("tenant").get(pk=restore.pk)
    return settle(fresh, now=timezone.now())


def _executed(restore: RestoreRun, wait: Wait) -> OperationRun:
    words = Confirmation(restore.fingerprint, CONTOSO.name, "Demo", _warnings_of(restore))
    started = confirm(restore, words, actor=sample.person(OLIVIA), now=timezone.now())
    say(f"Run {started.run.pk} is queued: the restore itself, confirmed by {OLIVIA.name}")
    wait(int(started.run.pk))
    return OperationRun.everywhere.get(pk=started.run.pk)


def _warnings_of(restore: RestoreRun) -> frozenset[tuple[int, str]]:
    items = RestoreItem.everywhere.of_run(restore.pk)
    return frozenset((item.pk, code) for item in items for code in item.warnings)


def _restored(restore: RestoreRun, run: OperationRun, preview_writes: int) -> Restored:
    items = list(RestoreItem.everywhere.of_run(restore.pk))
    written = [item for item in items if item.state in WRITTEN]
    facts = {
        "preview_writes": preview_writes,
        "written": len(written),
        "created": sum(item.action == Action.CREATE for item in written),
        "differences_after": sum(len(item.left_paths) for item in items),
        "notifications": Notification.everywhere.filter(run=run).count(),
    }
    expected: dict[str, Any] = {
        "preview_writes": 0, "written": 2, "created": 1, "differences_after": 0, "notifications": 1,
    }  # fmt: skip
    wrong = [
        f"the restore has {facts[name]} {name}, not {number}"
        for name, number in expected.items()
        if facts[name] != number
    ]
    return Restored(facts, tuple(wrong))
