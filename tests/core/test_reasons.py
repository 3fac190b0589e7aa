"""The catalogue of reason codes is whole, and what it shows cannot leak (OPS-11, OPS-12)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenantpilot
from tenantpilot.core.errors import ReasonedError
from tenantpilot.core.reasons import PARAM_FORMS, UNKNOWN, Owner, Reason, ReasonCatalog, UnknownReason, placeholders
from tenantpilot.core.sanitizing import describe, failure
from tenantpilot.operations.types import operation_types
from tests.core.corpus import CORPUS

pytestmark = pytest.mark.contract

SOURCE = Path(tenantpilot.__path__[0])
TAKES_A_CODE = {"describe", "OperationFailed", "item_failed", "GraphSignInFailed"}


@pytest.mark.parametrize("reason", ReasonCatalog.all(), ids=lambda reason: reason.code)
def test_every_code_has_a_text_an_owner_and_a_next_step(reason: Reason) -> None:
    """OPS-11."""
    assert ReasonCatalog.describe(reason.code).endswith(".")
    assert reason.next_step.endswith(".")
    assert isinstance(reason.owner, Owner)
    assert str(reason.owner.label)
    assert reason.code == reason.code.lower().strip()
    assert len(reason.code) <= 64
    assert len(ReasonCatalog.describe(reason.code)) <= 300
    assert UNKNOWN not in ReasonCatalog.describe(reason.code), "a list shows it without values, too"
    assert not placeholders(reason.next_step)


@pytest.mark.parametrize("reason", ReasonCatalog.all(), ids=lambda reason: reason.code)
def test_every_placeholder_has_a_form(reason: Reason) -> None:
    """OPS-12: nothing is shown whose form nobody described."""
    assert set(placeholders(reason.text)) <= set(PARAM_FORMS)


def codes_in_source() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text()
        if not any(word in text for word in (*TAKES_A_CODE, "reason_code")):
            continue
        for node in ast.walk(ast.parse(text)):
            if (code := code_in(node)) is not None:
                yield code, f"{path.relative_to(SOURCE)}:{node.lineno}"  # type: ignore[attr-defined]


def code_in(node: ast.AST) -> str | None:
    """`describe("code")`, `reason_code = "code"`, `reason_code="code"`."""
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0].value
        return first if name in TAKES_A_CODE and isinstance(first, str) else None
    if isinstance(node, ast.keyword) and node.arg == "reason_code" and isinstance(node.value, ast.Constant):
        return str(node.value.value)
    names = {"reason_code"} if isinstance(node, ast.Assign | ast.AnnAssign) else set()
    targets = getattr(node, "targets", [getattr(node, "target", None)]) if names else []
    if any(getattr(target, "id", "") in names for target in targets) and isinstance(node.value, ast.Constant):  # type: ignore[attr-defined]
        return str(node.value.value)  # type: ignore[attr-defined]
    return None


def test_every_code_that_is_used_anywhere_exists() -> None:
    """OPS-11, GUARD-E."""
    used = [(code, place) for code, place in codes_in_source() if code]
    assert len(used) >= 20
    assert [(code, place) for code, place in used if not ReasonCatalog.knows(code)] == []


def test_every_declared_code_exists() -> None:
    """OPS-11, GUARD-E."""
    for kind in operation_types.all():
        assert [code for code in kind.reason_codes if not ReasonCatalog.knows(code)] == []


def test_an_unknown_code_is_an_error_where_it_is_asked_for_and_internal_error_where_it_is_stored() -> None:
    """OPS-11."""
    with pytest.raises(UnknownReason):
        ReasonCatalog.get("no_such_code")
    assert describe("no_such_code").code == "internal_error"


def test_a_code_is_taken_once() -> None:
    """OPS-11."""
    with pytest.raises(ValueError, match="in the catalogue already"):
        ReasonCatalog.add([ReasonCatalog.get("throttled")])


SECRETS = sorted({secret for _text, secrets, _kept in CORPUS for secret in secrets})


@given(
    st.sampled_from(ReasonCatalog.all()),
    st.sampled_from(SECRETS),
    st.sampled_from(["{}", "code {}", "AADSTS{}", "{}403"]),
)
def test_no_parameter_can_carry_a_secret_into_a_message(reason: Reason, secret: str, frame: str) -> None:
    """OPS-12: leaks nothing by construction, since each parameter must have the form of its name."""
    if PARAM_FORMS["graph_code"].fullmatch(secret) or secret.isdigit():
        return
    params = dict.fromkeys(PARAM_FORMS, frame.format(secret))
    assert secret not in ReasonCatalog.describe(reason.code, params)
    assert secret not in failure(ReasonedError("x", reason_code=reason.code, params=params)).message


@given(st.sampled_from([row[0] for row in CORPUS]), st.sampled_from([ValueError, OSError, KeyError, RuntimeError]))
def test_the_text_of_an_exception_is_never_stored(text: str, kind: type[Exception]) -> None:
    """OPS-12."""
    stored = failure(kind(text)).as_json()
    assert stored == {"code": "internal_error", "message": ReasonCatalog.describe("internal_error")}


def test_what_the_machine_lacks_has_a_code_of_its_own() -> None:
    """OPS-11."""
    import errno

    from django.db import OperationalError

    assert failure(OSError(errno.ENOSPC, "No space left")).code == "disk_full"
    assert failure(OperationalError("server closed the connection")).code == "database_unavailable"


def test_parameters_of_the_right_form_are_shown() -> None:
    """OPS-11."""
    assert describe("permission_missing", {"status": 403}).message.endswith("Graph answered 403.")
    assert describe("client_secret_invalid", {"aadsts": "AADSTS7000215"}).message.endswith("(AADSTS7000215).")
    assert describe("request_rejected", {"status": "9999", "graph_code": "x y"}).message.endswith("the request.")
