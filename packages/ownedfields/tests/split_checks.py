"""Checks samples in several processes, and says what differs from one. Run by test_sharing in a process of its own,
because a process is forked, and pytest may have threads."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

from sample_project import CASE, checker_of
from test_corpus import CASES, Case

from ownedfields.results import FileResult, Report
from ownedfields.sharing import Crew, Helper, usable_processes

USES = "from tp.operations.models import OperationRun\n"
# What the file that comes first teaches about the one that comes last, which does not name it.
LESSONS = [
    Case(
        "a signal connected elsewhere",
        {
            "src/tp/aa.py": f"{USES}from django.db.models.signals import post_save\nfrom tp.zz import handle\n"
            "def ready():\n    post_save.connect(handle, sender=OperationRun)\n",
            "src/tp/zz.py": "def handle(sender, instance, **more):\n    instance.status = 'done'  # OperationRun\n",
        },
    ),
    Case(
        "an attribute set elsewhere",
        {
            "src/tp/aa.py": f"{USES}from tp.mm import Box\ndef fill():\n    box = Box()\n"
            "    box.held = OperationRun.objects.get(pk=1)\n",
            "src/tp/mm.py": "class Box:\n    held = None  # an OperationRun\n",
            "src/tp/zz.py": "from tp.mm import Box\ndef use(box: Box):\n    box.held.outcome = 'x'  # OperationRun\n",
        },
    ),
    Case(
        "a list filled elsewhere",
        {
            "src/tp/aa.py": f"{USES}from tp.mm import KEPT\ndef fill():\n"
            "    KEPT.append(OperationRun.objects.get(pk=1))\n",
            "src/tp/mm.py": "KEPT = []  # of OperationRun\n",
            "src/tp/zz.py": "from tp.mm import KEPT\nfor each in KEPT:\n    each.status = 'x'  # OperationRun\n",
        },
    ),
]


def main(wanted: str) -> int:
    wrong = list(CHECKS[wanted]())
    print("\n".join(wrong) or "as one process")
    return 1 if wrong else 0


def splits() -> list[str]:
    """Every sample of several files, in two to four parts."""
    cases = [case for case in CASES if len(case.files) > 1]
    chosen = [(case, 2 + number % 3) for number, case in enumerate(cases)]
    chosen += [(case, parts) for case in LESSONS for parts in (2, 3, 4)]
    return [f"{case.name} in {parts}" for case, parts in chosen if _shared(case, parts) != _alone(case)]


def facts() -> list[str]:
    """The files of a fact are found to be judged without it, and are judged again."""
    return [case.name for case in LESSONS if not _alone(case)[0] or not _judged_again(case)]


def killed() -> list[str]:
    """A helper dies, before it is asked or while it judges, and takes nothing with it."""
    case = CASES[0]._replace(files={**LESSONS[0].files, CASE: f"{USES}OperationRun(status='x')\n"})
    kinds = (DyingEarly, DyingLate)
    return [kind.__name__ for kind in kinds if _shared(case, 3, kind) != _alone(case) or _left()]


class DyingEarly(Crew):
    """Its helpers die before they are asked."""

    def _new_helper(self) -> Helper:
        helper = super()._new_helper()
        os.kill(helper.pid, signal.SIGKILL)
        return helper


class DyingLate(Crew):
    """Its helpers die while they judge."""

    def _take(self, helper: Helper, *more: Any) -> None:
        os.kill(helper.pid, signal.SIGKILL)
        super()._take(helper, *more)


def interrupted() -> list[str]:
    """Ctrl-C while a helper judges ends it too, and says nothing of it."""
    crew = Interrupted(checker_of(LESSONS[0].files), 2, worth_it=0)
    try:
        crew.judge_all(sorted(LESSONS[0].files), {})
    except KeyboardInterrupt:
        crew.end()
        return ["a helper is left"] if _left() else []
    return ["not interrupted"]


class Interrupted(Crew):
    """Its user presses Ctrl-C once the helper was asked."""

    def _judge_here(self, *_: Any) -> None:
        raise KeyboardInterrupt


def threads() -> list[str]:
    """With a thread beside it, nothing is forked."""
    held = threading.Event()
    thread = threading.Thread(target=held.wait)
    thread.start()
    used = usable_processes()
    held.set()
    thread.join()
    return [f"{used} processes"] if used != 1 else []


def _alone(case: Case) -> tuple[object, ...]:
    return _all_of(checker_of(case.files).run())


def _shared(case: Case, parts: int, kind: type[Crew] = Crew) -> tuple[object, ...]:
    checker = checker_of(case.files)
    crew = kind(checker, parts, worth_it=0)
    try:
        return _all_of(checker.run_with(crew))
    finally:
        crew.end()


def _all_of(report: Report) -> tuple[object, ...]:
    return report.findings, report.sites, report.parsed, report.rounds, report.ignored, report.excepted


def _judged_again(case: Case) -> bool:
    """Whether the last file, which went to the helper, came back."""
    checker = checker_of(case.files)
    crew = Crew(checker, 2, worth_it=0)
    results: dict[str, FileResult] = {}
    try:
        checker.prepare()
        crew.judge_all(sorted(path for path in case.files), results)
        return "src/tp/zz.py" not in crew.elsewhere
    finally:
        crew.end()


def _left() -> bool:
    """Whether a child of this process is left, alive or not."""
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


CHECKS = {"splits": splits, "facts": facts, "killed": killed, "interrupted": interrupted, "threads": threads}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
