"""The pytest plugin in a project of its own: items, canary, fence, recorder, proof."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sandbox import CONFIG, make, pytest_in

from ownedfields.cli import main

VIEWS = "from shop.models import Order\ndef close(pk):\n    Order.objects.filter(pk=pk).update(status='x')\n"
DYNAMIC = """from shop.models import Order
def change(pk, changes):
    for name, value in changes.items():
        Order.objects.filter(pk=pk).update(**{name: value})
"""
USES_THE_OWNER = """import pytest
from shop.services import pay, start
@pytest.mark.django_db
def test_pays():
    pay(start())
"""
GOES_PAST_IT = """import pytest
from ownedfields.fence import owner_fence
from shop.services import start
from shop.views import change
@pytest.mark.django_db
def test_changes_a_note():
    change(start().pk, {"note": "x"})
@pytest.mark.django_db
def test_changes_the_status():
    change(start().pk, {chr(115) + "tatus": "x"})
@pytest.mark.django_db
def test_changes_the_status_by_hand():
    order = start()
    with owner_fence("the test needs an odd order"):
        change(order.pk, {chr(115) + "tatus": "x"})
"""


def test_one_item_for_each_guard_and_the_canary(tmp_path: Path) -> None:
    done = pytest_in(make(tmp_path, test_shop=USES_THE_OWNER), "--ownedfields", "-vv")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "guard[shop.models.Order]" in done.stdout
    assert "the guards see" in done.stdout
    assert "4 passed" in done.stdout


def test_an_item_fails_with_the_finding_and_nothing_else(tmp_path: Path) -> None:
    done = pytest_in(make(tmp_path, shop__views=VIEWS), "--ownedfields")
    assert done.returncode == 1
    assert "shop/views.py:3:5: OPR103 Order.status written by QuerySet.update()" in done.stdout
    assert "fix: pay(order)" in done.stdout
    assert "Traceback" not in done.stdout


def test_without_its_options_the_plugin_does_nothing(tmp_path: Path) -> None:
    done = pytest_in(make(tmp_path, shop__views=VIEWS, test_shop=USES_THE_OWNER))
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_the_fence_stops_what_no_reader_can_see(tmp_path: Path) -> None:
    root = make(tmp_path, shop__views=DYNAMIC, test_owner=USES_THE_OWNER, test_shop=GOES_PAST_IT)
    (root / "pyproject.toml").write_text(
        CONFIG.replace(
            'addopts = "-p no:cacheprovider -q"', 'addopts = "-p no:cacheprovider -q"\nownedfields_fence = true'
        )
    )
    assert main(["check", str(root)]) == 0
    done = pytest_in(root)
    assert "1 failed, 3 passed" in done.stdout, done.stdout + done.stderr
    assert "Order.status written outside its owner" in done.stdout
    assert "shop/views.py:4 in change" in done.stdout
    assert "fix: pay(order)" in done.stdout


def test_every_executed_write_is_mapped_to_a_known_site(tmp_path: Path) -> None:
    root = make(tmp_path, test_shop=USES_THE_OWNER)
    assert pytest_in(root, "--ownedfields-record").returncode == 0
    assert main(["check", str(root), "--prove"]) == 0


def test_an_executed_write_that_no_site_explains_fails_the_proof(tmp_path: Path) -> None:
    root = make(tmp_path, shop__views=DYNAMIC, test_shop=GOES_PAST_IT)
    assert pytest_in(root, "--ownedfields-record").returncode == 0
    assert main(["check", str(root)]) == 0
    assert main(["check", str(root), "--prove"]) == 1


def test_what_several_processes_wrote_is_proved_together(tmp_path: Path) -> None:
    root = make(tmp_path, shop__views=DYNAMIC, test_owner=USES_THE_OWNER, test_shop=GOES_PAST_IT)
    assert pytest_in(root, "--ownedfields-record", "-p", "xdist", "-n", "2", "--dist", "loadfile").returncode == 0
    recorded = json.loads((root / ".ownedfields_cache" / "executed.json").read_text(encoding="utf-8"))
    innermost = {(write["stack"][0][0], write["test"].partition("::")[0]) for write in recorded["writes"]}
    assert ("shop/services.py", "test_owner.py") in innermost
    assert ("shop/views.py", "test_shop.py") in innermost
    assert main(["check", str(root), "--prove"]) == 1


def test_a_process_that_died_with_what_it_recorded_makes_the_proof_refuse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dies = USES_THE_OWNER + "    import os\n    os._exit(1)\n"
    root = make(tmp_path, test_owner=USES_THE_OWNER, test_shop=dies)
    assert pytest_in(root, "--ownedfields-record", "-p", "xdist", "-n", "2").returncode == 1
    assert main(["check", str(root), "--prove"]) == 2
    assert "died with what they had recorded" in capsys.readouterr().err


def test_a_proof_of_nothing_is_refused(tmp_path: Path) -> None:
    root = make(tmp_path)
    assert main(["check", str(root), "--prove"]) == 2
    assert pytest_in(make(tmp_path, test_none="def test_none(): pass\n"), "--ownedfields-record").returncode == 0
    assert main(["check", str(root), "--prove"]) == 2


def test_assert_guarded_is_for_tests_of_ones_own(tmp_path: Path) -> None:
    source = """from ownedfields.pytest_plugin import assert_guarded
def test_orders_are_guarded():
    assert_guarded("shop.models.Order")
def test_customers_are_not():
    assert_guarded("shop.models.Customer")
"""
    done = pytest_in(make(tmp_path, test_guards=source))
    assert "1 failed, 1 passed" in done.stdout
    assert "no guard speaks of shop.models.Customer" in done.stdout
