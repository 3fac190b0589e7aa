"""Judges the files of a large project in two processes, with the findings of one.

Each process judges its own part. What one of them learned about a module (see `cross_file_facts`) the other could not
know: the files of the other that rest on such a module are judged again by the first, as if it had judged all.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NoReturn, Protocol

from ownedfields.engine.files.cross_file_facts import CrossFileFact
from ownedfields.engine.review import ReviewedProject
from ownedfields.results import FileResult

WORTH_IT = 250_000
FIRST_IS_MORE = 0.2
Results = dict[str, FileResult]
Asked = tuple[str, str, str]


class Checker(Protocol):
    """The part of a checker that its processes share."""

    @property
    def project(self) -> ReviewedProject:
        """Return the project under review."""

    def content(self, path: str) -> bytes:
        """Return the bytes of a file."""

    def judge_all(self, paths: list[str], results: Results, *, elsewhere: Collection[str] = ()) -> None:
        """Judge the files, then those about which they recorded something."""

    def note_exports(self, results: Results, everybody: Collection[str], elsewhere: Collection[str] = ()) -> None:
        """Say of each file which of its names carry a guarded model."""

    def note_needs(self, results: Results, elsewhere: Collection[str] = ()) -> None:
        """Say of each file what its judgement rests on."""


@dataclass(slots=True)
class Answer:
    """The answer of a process: its files as it judges them now, their facts, and the late ones of these."""

    results: Results
    recorded: set[CrossFileFact]
    late: set[CrossFileFact]
    requests: set[Asked]


@dataclass(slots=True)
class Helper:
    """A process that began with all that its parent knew, and judges what it is sent."""

    pid: int
    questions: BinaryIO
    answers: BinaryIO
    recorded: set[CrossFileFact] = field(default_factory=set)
    recorded_before: set[CrossFileFact] = field(default_factory=set)
    late: set[CrossFileFact] = field(default_factory=set)
    requests: set[Asked] = field(default_factory=set)

    def ask(self, paths: list[str], everybody: set[str]) -> None:
        """Have it judge the files; `everybody` are all that are judged anywhere."""
        with contextlib.suppress(OSError):
            pickle.dump((paths, everybody), self.questions)
            self.questions.flush()

    def answer(self) -> Results | None:
        """Return the results of the process; None where it died."""
        try:
            answer: Answer = pickle.load(self.answers)  # noqa: S301 - from our own child
        except (OSError, EOFError, pickle.UnpicklingError):
            return None
        self.recorded_before, self.recorded = self.recorded, answer.recorded
        self.late, self.requests = answer.late, answer.requests
        return answer.results

    def end(self) -> None:
        """Leave no process behind, whatever state it is in."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        for stream in (self.questions, self.answers):
            with contextlib.suppress(OSError):
                stream.close()


def usable_processes() -> int:
    """Two where two processors may be used and a process can be forked from one that has no threads."""
    threads = sys.modules.get("threading")
    alone = threads is None or threads.active_count() == 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return 2 if alone and usable > 1 and hasattr(os, "fork") else 1


class Crew:
    """This process and its helpers."""

    def __init__(self, checker: Checker, processes: int, worth_it: int = WORTH_IT) -> None:
        self._checker = checker
        self._processes = processes
        self._worth_it = worth_it
        self._helpers: list[Helper] = []
        self._elsewhere: dict[str, Helper] = {}

    def judge_all(self, paths: list[str], results: Results) -> None:
        """Judge all files as the checker does, in several processes where there is enough to judge."""
        weights = [len(self._checker.content(path)) for path in paths]
        if not self._helpers and self._processes > 1 and sum(weights) >= self._worth_it:
            self._helpers = [self._new_helper() for _ in range(self._processes - 1)]
        own, *parts = _parts(paths, weights, 1 + len(self._helpers))
        everybody = {*results, *paths}
        for helper, part in zip(self._helpers, parts, strict=True):
            helper.ask(part, everybody)
        self._judge_here(own, results)
        self._checker.note_exports(results, everybody, self._elsewhere)
        for helper, part in zip(list(self._helpers), parts, strict=True):
            self._take(helper, part, results)
        if self._helpers:
            self._judge_again(own, results)
            self._checker.note_exports(results, everybody, self._elsewhere)

    @property
    def elsewhere(self) -> frozenset[str]:
        """Return the files whose judgement is another process's."""
        return frozenset(self._elsewhere)

    def note_needs(self, results: Results) -> None:
        """Say of each file what its judgement rests on."""
        self._checker.note_needs(results, self._elsewhere)

    def end(self) -> None:
        """Let the helpers go."""
        while self._helpers:
            self._helpers.pop().end()

    def _new_helper(self) -> Helper:
        return _forked(self._checker)

    def _take(self, helper: Helper, part: list[str], results: Results) -> None:
        answer = helper.answer()
        if answer is None:
            self._helpers.remove(helper)
            helper.end()
            self._judge_here(part, results)
            return
        self._elsewhere.update(dict.fromkeys(part, helper))
        results.update({path: item for path, item in answer.items() if self._elsewhere.get(path) is helper})

    def _judge_here(self, paths: list[str], results: Results) -> None:
        for path in paths:
            self._elsewhere.pop(path, None)
        self._checker.judge_all(paths, results, elsewhere=self._elsewhere)

    def _judge_again(self, own: list[str], results: Results) -> None:
        """Judge here what rests on something that another process learned first, and what it learned it from."""
        done: set[str] = set()
        while True:
            self.note_needs(results)
            again = self._misjudged(own, results) - done
            if not again:
                return
            done |= again
            self._judge_here(sorted(again), results)

    def _misjudged(self, own_files: list[str], results: Results) -> set[str]:
        local = answer_of(self._checker, {})
        before = set().union(*(helper.recorded_before for helper in self._helpers))
        late = set().union(local.late, *(helper.late for helper in self._helpers))
        here_too = [path for path in results if path not in self._elsewhere]
        result = self._named((late - local.late) | _narrow(before - local.recorded), here_too)
        result |= self._resting_on(_heard(before - local.recorded, local.requests), own_files, results)
        first = before | local.recorded
        for helper in self._helpers:
            own = [path for path, judge in self._elsewhere.items() if judge is helper]
            result |= self._named((late - helper.late) | _narrow(first - helper.recorded), own)
            result |= self._resting_on(_heard(first - helper.recorded, helper.requests), own, results)
            first |= helper.recorded
        return result

    def _resting_on(self, facts: set[CrossFileFact], paths: list[str], results: Results) -> set[str]:
        """Return the files that rest on a module of which a fact speaks, with the files that recorded it elsewhere."""
        needs = {path: {path, *results[path].needs} for path in paths} if facts else {}
        return self._with_sources_elsewhere(
            {(path, fact.source) for path, modules in needs.items() for fact in facts if fact.about in modules}
        )

    def _named(self, facts: set[CrossFileFact], paths: list[str]) -> set[str]:
        """Return the files of which a fact speaks, with the files that recorded it elsewhere."""
        return self._with_sources_elsewhere({(fact.about, fact.source) for fact in facts if fact.about in paths})

    def _with_sources_elsewhere(self, matching: set[tuple[str, str]]) -> set[str]:
        pairs = [(path, source) for path, source in matching if path != source]
        return {path for path, _ in pairs} | {source for _, source in pairs if source in self._elsewhere}


def answer_of(checker: Checker, results: Results) -> Answer:
    """Return the results and the facts of this process."""
    checker.project.note_filled()
    facts = checker.project.facts
    return Answer(results, set(facts.recorded), set(facts.late), set(facts.requests))


def _narrow(facts: set[CrossFileFact]) -> set[CrossFileFact]:
    """Return the facts about one attribute. The module itself rests on them too: they name its exports."""
    return {fact for fact in facts if fact.attribute}


def _heard(facts: set[CrossFileFact], requests: set[Asked]) -> set[CrossFileFact]:
    """Return the facts about a whole module; for one about an attribute, the modules that ask for it."""
    narrow = _narrow(facts)
    heard = {
        CrossFileFact(item.source, where)
        for item in narrow
        for *subject, where in requests
        if tuple(subject) == item[1:]
    }
    return (facts - narrow) | heard


@contextlib.contextmanager
def sharing(checker: Checker, processes: int) -> Iterator[Crew]:
    """A crew for the length of one check."""
    crew = Crew(checker, processes)
    try:
        yield crew
    finally:
        crew.end()


def _parts(paths: list[str], weights: list[int], count: int) -> list[list[str]]:
    """Return the paths in `count` stretches; the first is the heaviest, as every process reads dependencies."""
    parts: list[list[str]] = [[] for _ in range(count)]
    total, before = sum(weights) or 1, 0
    for path, weight in zip(paths, weights, strict=True):
        parts[min(int(before * (count - FIRST_IS_MORE) / total), count - 1)].append(path)
        before += weight
    return parts


def _forked(checker: Checker) -> Helper:
    request_end, ask = os.pipe()
    answered, answer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ask)
        os.close(answered)
        _serve(checker, os.fdopen(request_end, "rb"), os.fdopen(answer, "wb"))
    os.close(request_end)
    os.close(answer)
    return Helper(pid, os.fdopen(ask, "wb"), os.fdopen(answered, "rb"))


def _serve(checker: Checker, questions: BinaryIO, answers: BinaryIO) -> NoReturn:
    """Judge until nobody asks any more. Whatever goes wrong, the parent notices that no answer comes."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    results: Results = {}
    checker.project.take_late()
    with contextlib.suppress(Exception):
        while True:
            paths, everybody = pickle.load(questions)  # noqa: S301 - from our own parent
            checker.judge_all(paths, results)
            checker.note_exports(results, everybody)
            checker.note_needs(results)
            pickle.dump(_with_sources(answer_of(checker, results)), answers)
            answers.flush()
    os._exit(0)


def _with_sources(answer: Answer) -> Answer:
    """Return an answer in which every fact has its source: where it is not known which file it was, any may be."""
    unknown = {fact.about for fact in answer.recorded if not fact.source}
    answer.recorded = {fact for fact in answer.recorded if fact.source}
    answer.recorded |= {CrossFileFact(path, about) for about in unknown for path in answer.results}
    return answer
