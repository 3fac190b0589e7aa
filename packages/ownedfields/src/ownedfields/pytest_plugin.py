"""pytest plugin: one test item for each guard, proof that the guards see, and the runtime fence.

`pytest --ownedfields` adds the items. The fixture `ownedfields_fence` puts up the fence for one test;
`ownedfields_fence = true` in pytest's configuration puts it up around every test.
`pytest --ownedfields-record` writes down every executed write for `ownedfields check --prove`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ownedfields.checking import Checker
    from ownedfields.config import Config
    from ownedfields.fence import Fence
    from ownedfields.results import Report


def pytest_addoption(parser: pytest.Parser) -> None:
    """The plugin's options. Without one of them it does nothing."""
    group = parser.getgroup("ownedfields")
    group.addoption("--ownedfields", action="store_true", help="add one test item for each guard of the project")
    group.addoption("--ownedfields-record", action="store_true", help="record executed writes for `check --prove`")
    parser.addini(
        "ownedfields_fence", "put the fence up for every test that uses the database", type="bool", default=False
    )


def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the guards first: they are quick, and say most."""
    if config.getoption("--ownedfields"):
        collector = Guards.from_parent(session, name="ownedfields")
        items[:0] = list(collector.collect())


class Guards(pytest.Collector):
    """The guards of the project, as test items."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield one item for each guard, one for everything else, one for the canary."""
        owned = _config_of(self.config)
        run = _Run(owned)
        for guard in owned.guards:
            subjects = tuple(f"{guard.class_name}.{name}" for name in guard.fields)
            yield GuardItem.from_parent(self, name=f"guard[{guard.model}]", run=run, subjects=subjects)
        for rule in owned.together:
            yield GuardItem.from_parent(self, name=f"together[{rule.name}]", run=run, subjects=(rule.name,))
        for banned in owned.banned:
            yield GuardItem.from_parent(self, name=f"banned[{banned.names[0]}]", run=run, subjects=banned.names)
        yield GuardItem.from_parent(self, name="guards in order", run=run, subjects=None)
        yield CanaryItem.from_parent(self, name="the guards see", run=run)


class _Run:
    """The check that all items share."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._report: Report | None = None

    @property
    def report(self) -> Report:
        """Return the report, made when the first item asks."""
        from ownedfields import baseline
        from ownedfields.caching import cached_check

        if self._report is None:
            self._report = cached_check(self.config)
            self._report.findings = baseline.apply(self.config, self._report.findings)
        return self._report

    def checker(self) -> Checker:
        """Return a checker of the project."""
        from ownedfields.checking import Checker

        return Checker(self.config)


class GuardItem(pytest.Item):
    """Fails with the findings of one guard."""

    def __init__(self, *, run: _Run, subjects: tuple[str, ...] | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._run = run
        self._subjects = subjects

    def runtest(self) -> None:
        """Fail where the check reports something of this guard."""
        from ownedfields.reporting import detail

        findings = [finding for finding in self._run.report.findings if self._concerns(finding.rule, finding.subject)]
        if findings:
            raise GuardFailed("\n".join(detail(finding) for finding in findings))

    def _concerns(self, rule: str, subject: str) -> bool:
        if self._subjects is None:
            return rule.startswith("OPR9")
        return not rule.startswith("OPR9") and subject in self._subjects

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Only the findings; the stack is ours, not the reader's."""
        if isinstance(excinfo.value, GuardFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return the file in which the guard is configured."""
        return self._run.config.source, None, self.name


class CanaryItem(GuardItem):
    """Fails where a made-up violation is not found."""

    def __init__(self, *, run: _Run, **kwargs: Any) -> None:
        super().__init__(run=run, subjects=None, **kwargs)

    def runtest(self) -> None:
        """Fail where the guards are blind."""
        from ownedfields import canary
        from ownedfields.reporting import detail

        findings = canary.findings(self._run.checker())
        if findings:
            raise GuardFailed("\n".join(detail(finding) for finding in findings))


class GuardFailed(Exception):
    """The findings of a guard, as text."""


def assert_guarded(model: str, root: Path | str = ".") -> None:
    """Fail unless `model` is guarded, nothing is found, and every made-up violation of it would be."""
    from ownedfields import canary
    from ownedfields.checking import Checker
    from ownedfields.config_reading import find_config, read_config
    from ownedfields.reporting import detail

    config = read_config(find_config(Path(root)))
    guards = [guard for guard in config.guards if model in (guard.model, guard.class_name)]
    assert guards, f"no guard speaks of {model}"
    checker = Checker(config)
    subjects = {f"{guard.class_name}.{name}" for guard in guards for name in guard.fields}
    findings = [finding for finding in checker.run().findings if finding.subject in subjects]
    assert not findings, "\n".join(detail(finding) for finding in findings)
    missed = canary.blind_spots(checker, guards[0].class_name)
    assert not missed, f"the guard is blind: {', '.join(canary_.name for canary_ in missed)}"


@pytest.fixture(scope="session")
def ownedfields_config(pytestconfig: pytest.Config) -> Config:
    """Return the project's configuration."""
    return _config_of(pytestconfig)


@pytest.fixture
def ownedfields_fence(ownedfields_config: Config, request: pytest.FixtureRequest) -> Iterator[Fence]:
    """The fence is up: SQL that writes a protected column outside the owner fails the test."""
    from ownedfields.fence import Fence

    with Fence(ownedfields_config, test=request.node.nodeid).installed() as fence:
        yield fence


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Puts the fence, or the recorder, around every test, where that is asked for."""
    fenced, recording = bool(item.config.getini("ownedfields_fence")), item.config.getoption("--ownedfields-record")
    if not (fenced or recording) or isinstance(item, GuardItem) or not _django_is_ready():
        yield
        return
    from ownedfields.fence import Fence

    config = item.config.stash.get(CONFIG, None)
    if config is None:
        config = item.config.stash[CONFIG] = _config_of(item.config)
    fence = Fence(config, strict=fenced, test=item.nodeid)
    with fence.installed():
        yield
    if recording:
        item.config.stash.setdefault(RECORDED, []).extend(write.as_dict() for write in fence.writes)


def _django_is_ready() -> bool:
    if "django" not in sys.modules:
        return False
    from django.apps import apps

    return apps.ready


def _config_of(config: pytest.Config) -> Config:
    from ownedfields.config_reading import find_config, read_config

    return read_config(find_config(config.rootpath))


CONFIG: pytest.StashKey[Any] = pytest.StashKey()
RECORDED: pytest.StashKey[list[dict[str, Any]]] = pytest.StashKey()
LOST: pytest.StashKey[int] = pytest.StashKey()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave the executed writes where `check --prove` looks for them; a worker of pytest-xdist hands its own over."""
    config = session.config
    if not config.getoption("--ownedfields-record"):
        return
    from ownedfields.fence import once, store
    from ownedfields.proving import executed_path

    recorded = config.stash.get(RECORDED, [])
    records = once(recorded)
    if hasattr(config, "workeroutput"):
        config.workeroutput["ownedfields_writes"] = records
    else:
        store(executed_path(_config_of(config)), records, lost=config.stash.get(LOST, 0))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of pytest-xdist is done: take its writes over."""
    records = getattr(node, "workeroutput", {}).get("ownedfields_writes")
    stash = node.config.stash
    if records is not None:
        stash.setdefault(RECORDED, []).extend(records)
    elif node.config.getoption("--ownedfields-record"):
        stash[LOST] = stash.get(LOST, 0) + 1
