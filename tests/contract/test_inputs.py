"""Views hand what was sent to a form, to a list's filters or to `web.ui.parameters`; none looks into it itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "src" / "tenantpilot" / "web"
READERS = {"ui/parameters.py", "frame/addresses.py"}
SENT = {"GET", "POST", "FILES"}
BY_HAND = {
    "a method": "def view(request):\n    return request.GET.get('q')",
    "an index": "def view(request):\n    return self.request.POST['q']",
    "a question": "def view(request):\n    return 'matching' in request.POST",
    "a walk": "def view(request):\n    return [name for name in request.GET]",
    "another name": "def view(request):\n    query = request.POST if request.method == 'POST' else request.GET",
    "a helper": "def chosen(query: QueryDict):\n    return query.getlist('run')",
    "a body": "def view(request):\n    return json.loads(request.body)",
}
HANDED_OVER = {
    "to a form": "def view(request):\n    form = NameForm(request.POST if request.method == 'POST' else None)",
    "to the parameters": "def view(request):\n    return parameters.text(request.GET, 'q')",
    "to a list": "def view(request):\n    return table.filters(request.GET, queryset=rows, request=request)",
    "to a helper": "def chosen(query: QueryDict):\n    return chosen_ids(query, 'run')",
    "an answer": "def answer():\n    query = QueryDict(mutable=True)\n    query['sort'] = 'name'",
}


def read_by_hand(code: str) -> Iterator[int]:
    """Yield the line of each look into what was sent: whatever is done with it but handing it to a call."""
    tree = ast.parse(code)
    arguments = {id(part) for call in ast.walk(tree) if isinstance(call, ast.Call) for part in _handed(call)}
    annotated = _annotated(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "body" and _is_request(node.value):
            yield node.lineno
        is_sent = isinstance(node, ast.Attribute) and node.attr in SENT and _is_request(node.value)
        if (is_sent or id(node) in annotated) and id(node) not in arguments:
            yield node.lineno


def _handed(call: ast.Call) -> Iterator[ast.expr]:
    for part in [*call.args, *(keyword.value for keyword in call.keywords)]:
        yield from (part.body, part.orelse) if isinstance(part, ast.IfExp) else (part,)


def _is_request(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id == "request") or (
        isinstance(node, ast.Attribute) and node.attr == "request"
    )


def _annotated(tree: ast.AST) -> set[int]:
    """Return each use of a parameter that is said to hold what was sent."""
    uses: set[int] = set()
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            sent = {
                part.arg
                for part in [*function.args.args, *function.args.kwonlyargs]
                if part.annotation and ast.unparse(part.annotation) == "QueryDict"
            }
            uses |= {
                id(node)
                for node in ast.walk(function)
                if isinstance(node, ast.Name) and node.id in sent and isinstance(node.ctx, ast.Load)
            }
    return uses


def test_no_view_reads_what_was_sent_by_hand() -> None:
    faults = [
        f"{path.relative_to(WEB)}:{line}"
        for path in sorted(WEB.rglob("*.py"))
        if path.relative_to(WEB).as_posix() not in READERS
        for line in read_by_hand(path.read_text())
    ]
    assert faults == []


@pytest.mark.parametrize("code", BY_HAND.values(), ids=BY_HAND)
def test_a_look_into_what_was_sent_is_seen(code: str) -> None:
    assert list(read_by_hand(code))


@pytest.mark.parametrize("code", HANDED_OVER.values(), ids=HANDED_OVER)
def test_what_is_handed_on_is_let_pass(code: str) -> None:
    assert not list(read_by_hand(code))
