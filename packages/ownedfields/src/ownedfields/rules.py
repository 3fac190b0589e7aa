"""The catalogue of rules: stable ids, what each means, and code that is wrong and right."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of finding."""

    id: str
    name: str
    summary: str
    wrong: str
    right: str


def _write(id_: str, name: str, summary: str, wrong: str) -> Rule:
    right = "the_service().the_verb(run)   # the owner's method; `instead` of the guard names it"
    return Rule(id_, name, summary, wrong, right)


RULES: tuple[Rule, ...] = (
    _write(
        "OPR101",
        "attribute-assignment",
        "A protected field is assigned on a row outside its owner.",
        "run = OperationRun.objects.get(pk=pk)\nrun.status = 'completed'",
    ),
    _write(
        "OPR102",
        "setattr",
        "A protected field is set by name.",
        "setattr(run, 'status', 'completed')",
    ),
    _write(
        "OPR103",
        "queryset-update",
        "A protected field is written by QuerySet.update() or aupdate().",
        "OperationRun.objects.filter(pk=pk).update(status='completed')",
    ),
    _write(
        "OPR104",
        "instance-dict",
        "A protected field is written through __dict__ or vars().",
        "vars(run)['status'] = 'completed'",
    ),
    _write("OPR105", "deletion", "A protected field is deleted from a row.", "del run.status"),
    _write(
        "OPR106",
        "create",
        "A row is created with a protected field.",
        "tenant.operation_runs.create(status='completed')",
    ),
    _write("OPR107", "constructor", "A row is constructed with a protected field.", "OperationRun(status='completed')"),
    _write(
        "OPR108",
        "get-or-create",
        "A protected field is written by get_or_create() or update_or_create().",
        "OperationRun.objects.update_or_create(pk=pk, defaults={'status': 'completed'})",
    ),
    _write(
        "OPR109",
        "bulk",
        "A protected field is written by bulk_update(), or by bulk_create() with update_fields.",
        "OperationRun.objects.bulk_update(runs, ['status'])",
    ),
    _write(
        "OPR110",
        "save-update-fields",
        "A protected field is saved by name.",
        "run.save(update_fields=['status'])",
    ),
    _write(
        "OPR111",
        "raw-sql",
        "SQL writes a protected column.",
        "cursor.execute(\"UPDATE operation_runs SET status = 'completed'\")",
    ),
    _write(
        "OPR112",
        "form-or-view",
        "A model form, an editing view, list_editable or a serializer's save() lets a protected field be edited.",
        "class RunForm(ModelForm):\n    class Meta:\n        model = OperationRun\n        fields = ['status']",
    ),
    _write(
        "OPR113",
        "test-data-factory",
        "A test-data factory sets a protected field.",
        "baker.make(OperationRun, status='completed')",
    ),
    _write(
        "OPR114",
        "orm-internals",
        "A protected field is written below Django's public interface.",
        "OperationRun._meta.get_field('status').save_form_data(run, 'completed')",
    ),
    _write(
        "OPR190",
        "unknown-receiver",
        "Strict mode: a protected name is written through something whose class is not known.",
        "thing.update(status='completed')",
    ),
    _write(
        "OPR191",
        "unknown-name",
        "Strict mode: a field whose name is not known is set on a guarded row.",
        "setattr(run, name, value)",
    ),
    Rule(
        "OPR201",
        "must-not-meet",
        "A file touches one thing and also calls or stores another that must not meet it.",
        "run = OperationRun.objects.get(pk=pk)\nNotification.objects.create(recipient=run.initiator)",
        "OperationRunService().finish(...)   # the allowed file does both, in one place",
    ),
    Rule(
        "OPR301",
        "retired-name",
        "Code uses a name that was retired.",
        "from app.notifications import RetiredNotice",
        "from app.notifications import ItsSuccessor",
    ),
    Rule(
        "OPR302",
        "retired-name-in-string",
        "A string names something that was retired: an import path, a lookup by name, or pieces joined to it.",
        "import_string('app.notifications.' + 'RetiredNotice')",
        "import_string('app.notifications.ItsSuccessor')",
    ),
    Rule(
        "OPR901",
        "unused-ignore",
        "An ignore comment matches no finding.",
        "total = 1  # ownedfields: ignore[OPR101] -- used to write here",
        "total = 1",
    ),
    Rule(
        "OPR902",
        "ignore-without-reason",
        "An ignore comment gives no reason; it is not honored.",
        "run.status = 'x'  # ownedfields: ignore[OPR101]",
        "run.status = 'x'  # ownedfields: ignore[OPR101] -- repaired by hand, see incident 12",
    ),
    Rule(
        "OPR903",
        "malformed-ignore",
        "An ignore comment names no rule, or one that does not exist; it is not honored.",
        "run.status = 'x'  # ownedfields: ignore",
        "run.status = 'x'  # ownedfields: ignore[OPR101] -- reason",
    ),
    Rule(
        "OPR904",
        "stale-exception",
        "An exception in the configuration matches fewer findings than it counts, or none.",
        "[[tool.ownedfields.guard.allow]]\nfile = 'app/gone.py'\nreason = 'old import'",
        "# remove the entry, or set count to what is left",
    ),
    Rule(
        "OPR905",
        "stale-baseline",
        "The baseline holds findings that are gone.",
        "run.status = 'x'   # mended, but still in the baseline",
        "ownedfields check --update-baseline   # it only shrinks",
    ),
    Rule(
        "OPR906",
        "unparsable-file",
        "A file that mentions a guarded thing is not valid Python, so it could not be judged.",
        "def broken(:",
        "def whole(): ...",
    ),
    Rule(
        "OPR907",
        "guard-is-blind",
        "A made-up violation of a guard was not found: its configuration names something that is not there.",
        "model = 'app.models.Ordre'",
        "model = 'app.models.Order'",
    ),
)

BY_ID = {rule.id: rule for rule in RULES}


def explanation(rule: Rule) -> str:
    """Return a page about a rule: what, wrong, right, and how to except it."""
    lines = [f"{rule.id} ({rule.name})", "", rule.summary, "", "Wrong:", *_indented(rule.wrong), "", "Right:"]
    lines += [*_indented(rule.right), "", "To except one place, say why on a line of the statement:"]
    lines += [f"    # ownedfields: ignore[{rule.id}] -- reason"]
    return "\n".join(lines)


def _indented(code: str) -> list[str]:
    return [f"    {line}" for line in code.splitlines()]
