"""Triggers for PostgreSQL. A refusal carries the rule's name as constraint, so that Django raises IntegrityError."""

from tenantpilot.operations.guards.triggers import calling, dropping

_REFUSE = """
CREATE OR REPLACE FUNCTION operations_refuse(rule text, words text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = rule, MESSAGE = rule || ': ' || words;
END $$
"""

_GATE = """
CREATE OR REPLACE FUNCTION operations_purging() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(current_setting('tenantpilot.purge', true), '') = 'on'
$$
"""

_COUNTS = """
CREATE OR REPLACE FUNCTION operations_counts_numeric(counts jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN jsonb_typeof(counts) = 'object'
     THEN NOT EXISTS (SELECT 1 FROM jsonb_each(counts) WHERE value::text !~ '^[0-9]+$') ELSE false END
$$
"""

_BIRTH = """
CREATE OR REPLACE FUNCTION operation_run_birth() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> 'queued' OR NEW.attempt <> 0 OR NEW.cancel_requested_at IS NOT NULL THEN
    PERFORM operations_refuse('operation_run_born_queued', 'a run begins as queued');
  END IF;
  IF NOT operations_counts_numeric(NEW.summary_counts) THEN
    PERFORM operations_refuse('operation_run_counts_numeric', 'summary counts are flat whole numbers');
  END IF;
  RETURN NEW;
END $$
"""

_CHANGE = """
CREATE OR REPLACE FUNCTION operation_run_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.status = 'running' AND NEW.status = 'queued') OR (OLD.status = 'completed' AND NEW.status <> 'completed')
     OR (OLD.status = 'queued' AND NEW.status = 'completed' AND NEW.started_at IS NOT NULL) THEN
    PERFORM operations_refuse('operation_run_legal_move', 'a run moves from queued to running to completed');
  END IF;
  IF (NEW.id, NEW.workspace_id, NEW.tenant_id, NEW.initiator_id, NEW.type, NEW.identity, NEW.inputs, NEW.created_at, NEW.queue)
     IS DISTINCT FROM
     (OLD.id, OLD.workspace_id, OLD.tenant_id, OLD.initiator_id, OLD.type, OLD.identity, OLD.inputs, OLD.created_at, OLD.queue)
  THEN
    PERFORM operations_refuse('operation_run_identity_fixed', 'what a run is about never changes');
  END IF;
  IF NEW.attempt < OLD.attempt OR NEW.attempt > OLD.attempt + 1 THEN
    PERFORM operations_refuse('operation_run_attempt_only_grows', 'attempts are counted one by one');
  END IF;
  IF OLD.status <> 'completed' THEN
    IF (NEW.attempt <> OLD.attempt) <> (NEW.status = 'running' AND NEW.lease_token IS DISTINCT FROM OLD.lease_token) THEN
      PERFORM operations_refuse('operation_run_lease_of_attempt', 'each attempt has one lease, and each lease its attempt');
    END IF;
    IF OLD.started_at IS NOT NULL AND NEW.started_at IS DISTINCT FROM OLD.started_at THEN
      PERFORM operations_refuse('operation_run_started_once', 'a run starts once, whoever takes it up later');
    END IF;
    IF OLD.cancel_requested_at IS NOT NULL AND (NEW.cancel_requested_at, NEW.cancel_requested_by_id)
       IS DISTINCT FROM (OLD.cancel_requested_at, OLD.cancel_requested_by_id) THEN
      PERFORM operations_refuse('operation_run_cancel_stands', 'a request to cancel is not taken back');
    END IF;
  ELSIF (
       to_jsonb(NEW) - 'context' - 'retry_of_id' IS DISTINCT FROM to_jsonb(OLD) - 'context' - 'retry_of_id'
       OR (NEW.retry_of_id IS DISTINCT FROM OLD.retry_of_id AND NOT operations_purging())) THEN
    PERFORM operations_refuse('operation_run_ending_final', 'of a completed run only the context may change');
  END IF;
  IF NEW.summary_counts IS DISTINCT FROM OLD.summary_counts AND NOT operations_counts_numeric(NEW.summary_counts) THEN
    PERFORM operations_refuse('operation_run_counts_numeric', 'summary counts are flat whole numbers');
  END IF;
  IF NEW.failure_summary IS DISTINCT FROM OLD.failure_summary
     AND (jsonb_typeof(NEW.failure_summary) <> 'array' OR jsonb_array_length(NEW.failure_summary) > 51 OR length(NEW.failure_summary::text) > 32768) THEN
    PERFORM operations_refuse('operation_run_failures_bounded', 'at most 50 failures and a count of the rest');
  END IF;
  RETURN NEW;
END $$
"""

_PURGE = """
CREATE OR REPLACE FUNCTION operation_run_purge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'completed' OR NOT operations_purging() THEN
    PERFORM operations_refuse('operation_run_purge_gate', 'only retention deletes runs, and only completed ones');
  END IF;
  RETURN OLD;
END $$
"""

_EVENT = """
CREATE OR REPLACE FUNCTION operation_event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    PERFORM operations_refuse('operation_event_append_only', 'events are never changed');
  ELSIF NOT operations_purging() THEN
    PERFORM operations_refuse('operation_event_purge_gate', 'events go only with their run');
  END IF;
  RETURN OLD;
END $$
"""

_NOTIFICATION = """
CREATE OR REPLACE FUNCTION notification_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF (NEW.kind = 'operation_run_completed' OR NEW.run_id IS NOT NULL) AND (NEW.kind <> 'operation_run_completed' OR NOT EXISTS (
         SELECT 1 FROM operation_runs WHERE id = NEW.run_id AND status = 'completed' AND initiator_id = NEW.recipient_id)) THEN
      PERFORM operations_refuse('notification_of_ended_run', 'of a run only its ending is told, and to its initiator');
    END IF;
    RETURN NEW;
  ELSIF TG_OP = 'UPDATE' THEN
    IF to_jsonb(NEW) - 'read_at' IS DISTINCT FROM to_jsonb(OLD) - 'read_at' THEN
      PERFORM operations_refuse('notification_fixed', 'of a notification only the reading changes');
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.run_id IS NOT NULL AND NOT operations_purging() THEN
    PERFORM operations_refuse('notification_purge_gate', 'what was told of a run goes only with the run');
  END IF;
  RETURN OLD;
END $$
"""

# The proof that an ending and its telling are committed together (OPS-23); SQLite cannot look at the end of a transaction.
_TOLD = """
CREATE OR REPLACE FUNCTION operation_run_told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  reach text := current_setting('app.reach', true);
  told boolean;
BEGIN
  -- Under row-level security it must see the notification, whatever the last statement of the transaction could.
  PERFORM set_config('app.reach', 'everything', true);
  told := EXISTS (SELECT 1 FROM notifications WHERE run_id = NEW.id AND kind = 'operation_run_completed');
  PERFORM set_config('app.reach', coalesce(reach, ''), true);
  IF NOT told THEN
    PERFORM operations_refuse('operation_run_ending_told', 'a run ends together with the telling of its initiator');
  END IF;
  RETURN NULL;
END $$
"""

_NO_TRUNCATE = """
CREATE OR REPLACE FUNCTION operations_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM operations_refuse(TG_TABLE_NAME || '_no_truncate', 'history is not emptied');
  RETURN NULL;
END $$
"""

_FUNCTIONS = (_REFUSE, _GATE, _COUNTS, _BIRTH, _CHANGE, _PURGE, _EVENT, _NOTIFICATION, _TOLD, _NO_TRUNCATE)

# name → (event and table, what to run)
_TRIGGERS: dict[str, tuple[str, str]] = {
    "operation_run_birth": ("BEFORE INSERT ON operation_runs FOR EACH ROW", "operation_run_birth()"),
    "operation_run_change": ("BEFORE UPDATE ON operation_runs FOR EACH ROW", "operation_run_change()"),
    "operation_run_purge": ("BEFORE DELETE ON operation_runs FOR EACH ROW", "operation_run_purge()"),
    "operation_run_no_truncate": ("BEFORE TRUNCATE ON operation_runs", "operations_no_truncate()"),
    "operation_event_guard": (
        "BEFORE UPDATE OR DELETE ON operation_run_events FOR EACH ROW",
        "operation_event_guard()",
    ),
    "operation_event_no_truncate": ("BEFORE TRUNCATE ON operation_run_events", "operations_no_truncate()"),
    "notification_guard": (
        "BEFORE INSERT OR UPDATE OR DELETE ON notifications FOR EACH ROW",
        "notification_guard()",
    ),
    "notification_no_truncate": ("BEFORE TRUNCATE ON notifications", "operations_no_truncate()"),
}
_TOLD_TRIGGER = (
    "CREATE CONSTRAINT TRIGGER operation_run_told AFTER UPDATE ON operation_runs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
    "WHEN (NEW.status = 'completed' AND OLD.status <> 'completed' AND NEW.initiator_id IS NOT NULL) "
    "EXECUTE FUNCTION operation_run_told()"
)

NAMES = (*_TRIGGERS, "operation_run_told")


_DROP_TOLD = "DROP TRIGGER IF EXISTS operation_run_told ON operation_runs"

INSTALL = (
    *_FUNCTIONS,
    *(statement for name, arguments in _TRIGGERS.items() for statement in calling(name, *arguments)),
    _DROP_TOLD,
    _TOLD_TRIGGER,
    # Room on each page lets a heartbeat rewrite its row in place (HOT).
    "ALTER TABLE operation_runs SET (fillfactor = 70)",
    "ALTER TABLE operation_run_progress SET (fillfactor = 50)",
)
REMOVE = (*(dropping(name, event) for name, (event, _function) in _TRIGGERS.items()), _DROP_TOLD)
