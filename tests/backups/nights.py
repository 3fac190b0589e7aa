"""A simulated time of backup schedules: reads are replaced at the seam, everything behind them is real."""

from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tenantpilot.backups import handlers
from tenantpilot.backups.models import BackupChain, BackupMember, BackupRetention, BackupSet
from tenantpilot.backups.operations import APPLY_BACKUP_RETENTION, BACKUP_SCHEDULE_RUN
from tenantpilot.backups.requests import ScheduledBackupInputs
from tenantpilot.backups.retaining.rules import Rule
from tenantpilot.backups.retaining.services import retention_of, start_due
from tenantpilot.graph.read.full import FullRead, TypeRead
from tenantpilot.operations.models import OperationRun, Schedule, ScheduleSlot
from tenantpilot.operations.schedules import services
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.states import RunStatus
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.models import Payload, PolicyVersion
from tests.versions.test_capture import DyingService, WorkerDied

TYPE = "deviceConfiguration"
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
RULE = Rule(last=2, daily=10, weekly=6, monthly=4, yearly=1)
TABLES = (BackupSet, BackupMember, PolicyVersion, Payload)


class Nights:
    """Passes the time from `start`: two tickers fill every slot, workers make the backups, some of them die."""

    def __init__(self, monkeypatch: Any, start: datetime, *, policies: int = 5) -> None:
        self.now, self.policies, self.edits = start, policies, 0
        self.backed_up: dict[int, int] = {}
        self.rows_of_unchanged: Counter[tuple[int, ...]] = Counter()
        self.won_twice = self.deaths = self.made = 0
        self.counts_every = 1
        monkeypatch.setattr(handlers, "graph_client", self._client)
        monkeypatch.setattr(handlers, "read_types_whole", self._reads)
        monkeypatch.setattr(handlers, "look_again", lambda *_facts: None)
        # Who has changed something is not asked here.
        monkeypatch.setattr(handlers, "fill_actors", lambda *_facts, **_more: None)

    def schedule(
        self, tenant: Any, actor: Any, frequency: Frequency = Frequency.DAILY, zone: ZoneInfo = BERLIN
    ) -> Schedule:
        """Make a schedule at half past two in the zone, or at half past every hour."""
        schedule = services.create_schedule(
            BACKUP_SCHEDULE_RUN,
            tenant=tenant,
            name=f"{frequency} {Schedule.everywhere.count()}",
            cadence=Cadence(frequency, zone.key, minute=30, hour=0 if frequency is Frequency.HOURLY else 2),
            inputs=ScheduledBackupInputs((TYPE,), "One type is enough here."),
            actor=actor,
            now=self.now,
        )
        chain = BackupChain.everywhere.create(
            workspace_id=tenant.workspace_id,
            tenant=tenant,
            kind="scheduled",
            schedule=schedule,
            name=schedule.name,
            created_at=self.now,
        )
        BackupRetention.everywhere.filter(pk=retention_of(chain).pk).update(rule=RULE.to_json())
        return schedule

    def pass_until(self, end: datetime, *, dies_every: int = 0, retains_every: int = 1) -> None:
        """Go from slot to slot; every so many backups a worker dies in the middle, or retention follows."""
        number = 0
        while (due := self._next_slot()) is not None and due <= end:
            self.now = max(self.now, due) + MINUTE
            seen = list(Schedule.everywhere.due(now=self.now))
            while services.tick(now=self.now).started:
                """A tick fills fifty slots at most."""
            for schedule in seen:
                filled = services._fill_or_mark(schedule, OperationRunService(), now=self.now)
                self.won_twice += filled is not None
            for run in self._queued(BACKUP_SCHEDULE_RUN.key):
                number += 1
                self.made += 1
                self._back_up(run, dies=bool(dies_every) and self.made % dies_every == 0)
            if number % retains_every == 0:
                self._retain()
        self._retain()

    def edit(self) -> None:
        """Change one policy in every tenant."""
        self.edits += 1

    def _next_slot(self) -> datetime | None:
        return Schedule.everywhere.filter(paused_at=None).order_by("next_slot_at").first().next_slot_at

    def _back_up(self, run: OperationRun, *, dies: bool) -> None:
        is_counted = self.made % self.counts_every == 0
        before = [table.everywhere.count() for table in TABLES] if is_counted else []
        if dies:
            self._die(run)
        Runner(clock=lambda: self.now).execute(run.pk)
        if is_counted:
            self._count_rows(run, before)
        self.backed_up[BackupSet.everywhere.get(run_id=run.pk).chain_id] = self.edits

    def _count_rows(self, run: OperationRun, before: list[int]) -> None:
        """Count what a night added to a chain since whose newest set nobody has edited a policy."""
        chain = BackupSet.everywhere.get(run_id=run.pk).chain_id
        if self.backed_up.get(chain) == self.edits:
            added = tuple(table.everywhere.count() - count for table, count in zip(TABLES, before, strict=True))
            self.rows_of_unchanged[added] += 1

    def _die(self, run: OperationRun) -> None:
        try:
            Runner(DyingService(at=1), clock=lambda: self.now).execute(run.pk)
        except WorkerDied:
            self.deaths += 1
            self.now += 9 * MINUTE
            OperationRunService().redispatch(OperationRun.everywhere.get(pk=run.pk), now=self.now)

    def _retain(self) -> None:
        while start_due(now=self.now):
            for run in self._queued(APPLY_BACKUP_RETENTION.key):
                Runner(clock=lambda: self.now).execute(run.pk)

    def _queued(self, key: str) -> list[OperationRun]:
        return list(OperationRun.everywhere.filter(type=key, status=RunStatus.QUEUED).order_by("pk"))

    @contextmanager
    def _client(self, *_facts: Any, **_more: Any) -> Any:
        yield self

    def sign_in(self) -> None:
        """Stand for Graph's client, which has nothing to do here."""

    def _reads(self, _client: Any, contracts: Any, **_clock: Any) -> Any:
        for contract in contracts:
            yield TypeRead(contract, tuple(self._read(number) for number in range(self.policies)))

    def _read(self, number: int) -> FullRead:
        graph_id = f"p{number}"
        edited = self.edits if number == 0 else 0
        kind = "#microsoft.graph.windows10GeneralConfiguration"
        return FullRead(
            graph_id,
            {"@odata.type": kind, "id": graph_id, "displayName": graph_id, "passwordMinimumLength": edited},
        )


def slots_of(schedule: Schedule) -> list[datetime]:
    """Return the filled slots, in UTC: on the clock of Berlin an hour of autumn comes twice."""
    slots = ScheduleSlot.objects.filter(schedule=schedule).order_by("slot_at")
    return [slot.slot_at.astimezone(UTC) for slot in slots]


def expected(slots: list[datetime], now: datetime, zone: ZoneInfo = BERLIN) -> set[datetime]:
    """Reckon apart from the product which slots' sets the rule keeps, where every set is good."""
    newest = sorted(slots, reverse=True)
    keep = {slot for slot in newest if slot > now - 7 * DAY} | set(newest[: RULE.last])
    periods = {"%Y-%m-%d": RULE.daily, "%G-%V": RULE.weekly, "%Y-%m": RULE.monthly, "%Y": RULE.yearly}
    for form, number in periods.items():
        newest_of: dict[str, datetime] = {}
        for slot in newest:
            newest_of.setdefault(slot.astimezone(zone).strftime(form), slot)
        keep |= set(list(newest_of.values())[:number])
    return keep
