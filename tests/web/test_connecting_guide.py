"""docs/how-to/connect-a-tenant.md says what the page says, in the same order."""

from pathlib import Path

from tenantpilot.graph.clouds import CLOUDS
from tenantpilot.graph.contracts import registry
from tenantpilot.inventory.connecting.guide import AUDIT_LOG as WHY_AUDIT_LOG
from tenantpilot.inventory.connecting.guide import GUIDE, RESTORING, Step
from tenantpilot.inventory.connecting.guide import LOCKOUT_CHECK as WHY_DIRECTORY
from tenantpilot.inventory.connecting.permissions import LOCKOUT_CHECK, OPTIONAL, READING, WRITING
from tests.web.html import read

DOCUMENT = Path(__file__).parents[2] / "docs/how-to/connect-a-tenant.md"


def test_the_document_has_every_line_of_the_guide_in_its_order():
    lines = DOCUMENT.read_text().splitlines()
    expected = []
    for number, step in enumerate(Step, start=1):
        expected += [f"## {number}. {GUIDE[step].title}"]
        expected += [f"{place}. {line}" for place, line in enumerate(GUIDE[step].lines, start=1)]
    assert [line for line in lines if line[:1].isdigit() or line[:4] in {f"## {n}" for n in range(1, 6)}] == expected
    assert str(RESTORING) in lines
    assert str(WHY_DIRECTORY) in lines
    assert str(WHY_AUDIT_LOG) in lines


def test_the_document_has_the_permissions_and_clouds_of_the_product():
    blocks = DOCUMENT.read_text().split("```")
    lists = [block.removeprefix("text").split() for block in blocks[1::2]]
    assert lists == [list(READING), list(OPTIONAL), list(WRITING)]
    assert all(f"| {cloud.label} | `{cloud.login_url}` | `{cloud.graph_url}` |" in blocks[-1] for cloud in CLOUDS)


def test_permissions_to_restore_are_what_contracts_and_check_need():
    needed = {name for one in registry.of_configuration() for name in one.permissions.to_write}
    assert list(WRITING) == sorted({*needed, LOCKOUT_CHECK})


def test_the_page_says_the_same(contoso, olivia, signed_in):
    words = read(signed_in(olivia).get("/admin/t/contoso/connection/")).one("main").words
    assert [str(line) for step in Step for line in GUIDE[step].lines if str(line) not in words] == []
