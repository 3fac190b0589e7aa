"""The supervisor: real processes, real signals."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tenantpilot.cli.processes.child import FIRST_PAUSE, LONGEST_PAUSE, STEADY_AFTER, Child, ChildSpec
from tests.cli.kit import ROOT, Running, clean_environment, descendants, is_alive, kill, until

NOTE_START = "import os,sys,time; open({file!r},'a').write('x'); "
SLEEP = "import time; time.sleep(300)"
STUBBORN = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(300)"
COUNTING = (
    "import signal,time; seen = []\n"
    "signal.signal(signal.SIGTERM, lambda *_: seen.append(1))\n"
    "print('listening')\n"
    "while not seen: time.sleep(0.02)\n"
    "time.sleep(0.6); print('SIGTERMs:', len(seen))"
)
WITH_CHILD = f"import subprocess,sys,time\nsubprocess.Popen([sys.executable, '-c', '{SLEEP}'])\n{SLEEP}"


@pytest.fixture
def supervise(tmp_path):
    """supervise(name=script, ...) is a supervisor in a process of its own, stopped with the test."""
    started: list[Running] = []

    def start(*, grace: float = 60, **scripts: str) -> Running:
        command = [sys.executable, "-m", "tests.cli.supervised", str(grace), *(f"{n}={s}" for n, s in scripts.items())]
        one = Running(command, tmp_path / f"said-{len(started)}", clean_environment()).__enter__()
        started.append(one)
        one.until_said("started")
        return one

    yield start
    for one in started:
        one.__exit__()


def starts(file: Path) -> int:
    return len(file.read_text()) if file.exists() else 0


@pytest.mark.parametrize("ending", ["sys.exit(0)", "sys.exit(1)", "os.kill(os.getpid(), 9)"])
def test_a_child_is_started_again_however_it_ended(supervise, tmp_path, ending):
    file = tmp_path / "starts"
    supervise(child=NOTE_START.format(file=str(file)) + ending)
    until(lambda: starts(file) >= 3)


def test_a_child_that_crashes_at_once_is_started_ever_more_slowly():
    now = [0.0]
    child = Child(ChildSpec("crashing", [sys.executable, "-S", "-c", "raise SystemExit(3)"]), clock=lambda: now[0])
    pauses = [_pause_after_crash(child) for _ in range(12)]
    assert pauses[:4] == pytest.approx([FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4, FIRST_PAUSE * 8])
    assert pauses[-1] == LONGEST_PAUSE
    assert _pause_after_crash(child, lived=STEADY_AFTER, now=now) == pytest.approx(FIRST_PAUSE)


def _pause_after_crash(child: Child, *, lived: float = 0.0, now: list[float] | None = None) -> float:
    child.start()
    until(lambda: not child.is_alive)
    if now is not None:
        now[0] += lived
    assert child.ended() == 3
    return child.starts_at - child.clock()


def test_sigterm_is_passed_on_once_however_often_it_comes(supervise):
    """A second one makes a queue's worker drop its job."""
    one = supervise(child=COUNTING)
    one.until_said("listening")
    for _ in range(3):
        one.process.send_signal(signal.SIGTERM)
        time.sleep(0.05)
    assert one.process.wait(60) == 0
    assert "SIGTERMs: 1" in one.said


def test_a_ctrl_c_at_the_terminal_reaches_the_supervisor_alone(supervise):
    one = supervise(child=COUNTING)
    one.until_said("listening")
    os.killpg(one.process.pid, signal.SIGINT)
    assert one.process.wait(60) == 0
    assert "SIGTERMs: 1" in one.said
    assert "KeyboardInterrupt" not in one.said


def test_a_child_that_does_not_end_in_its_grace_time_is_killed(supervise):
    one = supervise(child=STUBBORN, grace=0.5)
    one.until_said("deaf")
    began = time.monotonic()
    assert one.stop() == 0
    assert 0.4 < time.monotonic() - began < 50  # of the 300 that it would stay
    assert "did not end in time" in one.said


def test_a_second_ctrl_c_does_not_wait_for_the_grace_time(supervise):
    one = supervise(child=STUBBORN, grace=300)
    one.until_said("deaf")
    one.process.send_signal(signal.SIGINT)
    one.until_said("stopping")  # two signals that nobody has heard yet are one
    one.process.send_signal(signal.SIGINT)
    assert one.process.wait(50) == 0


def test_no_child_outlives_a_supervisor_that_was_killed(supervise):
    one = supervise(sleeping=SLEEP, deaf=STUBBORN)
    until(lambda: len(descendants(one.process.pid)) == 2)
    children = descendants(one.process.pid)
    kill(one.process.pid)
    until(lambda: not any(map(is_alive, children)))


def test_what_a_child_started_goes_with_it(supervise):
    one = supervise(child=WITH_CHILD, grace=0.2)
    until(lambda: len(descendants(one.process.pid)) == 2)
    family = descendants(one.process.pid)
    one.stop()
    until(lambda: not any(map(is_alive, family)))


def test_a_supervisor_that_is_killed_while_it_starts_a_child_leaves_none(tmp_path):
    """The child asks the kernel for the signal and looks whether the parent is still there, in this order."""
    script = "from tenantpilot.cli.processes.parent_death import die_with; die_with(2); print('alive')"
    gone = Running([sys.executable, "-c", script], tmp_path / "said", clean_environment(), ROOT)
    with gone:
        assert gone.process.wait(60) == -signal.SIGKILL
    assert "alive" not in gone.said
