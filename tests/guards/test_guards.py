"""GUARD-D and GUARD-E: they must see what is wrong, let pass what looks like it, and find nothing in the product."""

import textwrap

import pytest

from guards import __main__ as command
from guards import catalogues, toasts
from guards.findings import Source, sources

pytestmark = pytest.mark.contract

BAD_TOASTS = {
    "made by hand": "from tenantpilot.operations.presenter import Toast\nToast('Sync queued', '', '', '')",
    "under another name": "from tenantpilot.operations.presenter import Toast as T\nT('x', '', '', '')",
    "through the module": "from tenantpilot.operations import presenter\npresenter.Toast('x', '', '', '')",
    "a message of Django's": "from django.contrib import messages\nmessages.success(request, 'Queued')",
    "a message by its function": "from django.contrib.messages import info\ninfo(request, 'Queued')",
    "a message by an alias": "import django.contrib.messages as m\nm.add_message(request, 20, 'Queued')",
    "the canonical words": "response.headers['HX-Trigger'] = '{\"toast\": \"Inventory sync already queued\"}'",
    "the words in a format": "text = f'{kind.label} is Running in the background.'",
}
GOOD_TOASTS = {
    "from the presenter": "toast = OperationUxPresenter.queued_toast(kind, run)",
    "as a type": "from tenantpilot.operations.presenter import Toast\ndef keep(toast: Toast) -> None: ...",
    "another Toast": "from kitchen import Toast\nToast('bread')",
    "a docstring": '"""Says that it is already queued."""',
    "a docstring of a function": 'def f():\n    """A matching run is already there."""',
    "a comment": "# already queued: say so",
    "another messages": "from chat import messages\nmessages.success('hi')",
}


@pytest.mark.parametrize("code", BAD_TOASTS.values(), ids=BAD_TOASTS)
def test_guard_d_finds_a_toast_that_the_presenter_did_not_make(code):
    found = list(toasts.check(Source("web/inventory/views.py", code)))
    assert found
    assert "OperationUxPresenter" in str(found[0])


@pytest.mark.parametrize("code", GOOD_TOASTS.values(), ids=GOOD_TOASTS)
def test_guard_d_lets_pass_what_only_looks_like_one(code):
    assert not list(toasts.check(Source("web/inventory/views.py", code)))


def test_guard_d_lets_the_presenter_make_toasts():
    code = "from tenantpilot.operations.presenter import Toast\nToast('x', '', '', '')"
    assert not list(toasts.check(Source("operations/presenter.py", code)))


BAD_WORDS = {
    "a reason of a failure": "run.item_failed('p1', 'permision_missing')",
    "a reason by name": "run.item_failed('p1', code='oops')",
    "a reason of an operation": "raise OperationFailed('no_luck')",
    "a reason described": "describe('bad_luck')",
    "a reason of an error class": "class Bad(ReasonedError):\n    reason_code = 'bad_luck'",
    "an annotated one": "class Bad(ReasonedError):\n    reason_code: str = 'bad_luck'",
    "a reason raised": "raise ReasonedError(reason_code='bad_luck')",
    "a count": "run.count('policys')",
    "a count with a number": "ctx.count('changed', 3)",
    "a capability": "access.may('inventory.sync')",
    "a capability in a list": "NEEDED = ['tenant.view']",
    "a type": "OperationRun.objects.of_type('inventory_snyc')",
}
GOOD_WORDS = {
    "reasons of the catalogue": "run.item_failed('p1', 'permission_missing')\nOperationFailed('credential_missing')",
    "no reason": "class Ending:\n    reason_code: str = ''",
    "a count of the catalogue": "run.count('created', 2)",
    "another count": "'banana'.count('a')\nqueryset.count()\nnames.count('policys')",
    "a capability by its name": "access.may(Capability.INVENTORY_SYNC)",
    "a part of a capability": "word = 'inventory'",
    "a type of the catalogue": "OperationRun.objects.of_type('inventory_sync')",
    "a policy type": "Policy.objects.of_type('settingsCatalog')",
    "words that are not known before": "run.item_failed('p1', code)\nrun.count(key)",
}


@pytest.fixture(scope="module")
def known():
    return command.known_words()


@pytest.mark.parametrize("code", BAD_WORDS.values(), ids=BAD_WORDS)
def test_guard_e_finds_a_word_that_is_in_no_catalogue(code, known):
    assert list(catalogues.check(Source("inventory/handlers.py", code), known))


@pytest.mark.parametrize("code", GOOD_WORDS.values(), ids=GOOD_WORDS)
def test_guard_e_lets_pass_what_is_known_or_not_ours(code, known):
    assert not list(catalogues.check(Source("inventory/handlers.py", code), known))


def test_guard_e_says_where_and_how_to_mend_it(known):
    code = textwrap.dedent("""
        def handler(run):
            run.count("policys")
    """)
    (found,) = catalogues.check(Source("inventory/handlers.py", code), known)
    assert str(found).startswith("src/tenantpilot/inventory/handlers.py:3:15: GUARD-E")
    assert "OperationSummaryKeys" in str(found)


def test_the_product_keeps_guard_d_and_guard_e(known):
    assert [str(found) for found in command.findings(sources(), known)] == []
