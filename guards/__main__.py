"""`python -m guards`: 0 when the product keeps GUARD-D, E and I to M, 1 with the findings when it does not.

`python -m guards FOLDER …` looks only for words that a stranger cannot read (GUARD-I), in these folders.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import django

from guards import audited, badged, catalogues, circles, prose, template_lines, toasts
from guards.catalogues import Catalogues
from guards.findings import ROOT, SOURCES, Finding, Source, sources

# Rooms whose words a stranger can read: all that there are.
ROOMS = (
    "artifacts", "audit", "backups", "cli", "config", "core", "directory", "graph", "inventory", "operations",
    "restores", "tenancy", "versions", "web",
)  # fmt: skip
READABLE = (
    "guards",
    "packages/intunesim/src",
    "packages/ownedfields/src",
    *(f"src/tenantpilot/{room}" for room in ROOMS),
)


def main(arguments: list[str]) -> int:
    if arguments:
        folders = [Path(argument).resolve() for argument in arguments]
        return report(chain(word_findings(folders), line_findings(prose.templates(folders))), "prose")
    product = list(sources())
    words, pages = findings(product, known_words()), list(prose.templates([SOURCES]))
    rest = (
        badge_findings(pages),
        line_findings(pages),
        escaped_keys(),
        circles.check(),
        template_lines.check(),
        word_findings(ROOT / folder for folder in READABLE),
    )
    all_findings = chain(words, *rest)
    return report(all_findings, f"{len(product)} files")


def report(findings: Iterable[Finding], subject: str) -> int:
    lines = [str(finding) for finding in findings]
    for line in lines:
        print(line, file=sys.stderr)
    print(f"guards: {subject}, {len(lines)} findings")
    return 1 if lines else 0


def findings(product: Iterable[Source], catalogue: Catalogues) -> Iterator[Finding]:
    for source in product:
        yield from toasts.check(source)
        yield from catalogues.check(source, catalogue)
        yield from audited.check(source, catalogue.actions)


def badge_findings(pages: Iterable[Path]) -> Iterator[Finding]:
    """Yield every badge that a page draws and no room declares."""
    from tenantpilot.core.badges import BadgeCatalog

    badges = BadgeCatalog.all().keys()
    for page in pages:
        yield from badged.check(page, badges)


def escaped_keys() -> Iterator[Finding]:
    """Yield every model whose references no key can keep in their workspace, with what is to be done (SEC-03)."""
    from tenantpilot.core.owned import faults
    from tenantpilot.tenancy.owned_keys import our_models

    mend = "inherit TenantOwned or WorkspaceOwned of tenantpilot.core.owned"
    for model in our_models():
        module = f"src/{model.__module__.replace('.', '/')}.py"
        for fault in faults([model]):
            yield Finding("GUARD-J", module, 1, 1, fault.split(":")[0], fault, mend)


def word_findings(folders: Iterable[Path]) -> Iterator[Finding]:
    """Yield every docstring and name below the folders that a stranger cannot read."""
    for folder in folders:
        for source in sources(folder):
            yield from prose.check(source)


def line_findings(pages: Iterable[Path]) -> Iterator[Finding]:
    """Yield the lines of templates that are too long."""
    for page in pages:
        yield from prose.check_template(page)


def known_words() -> Catalogues:
    """Return the words that the product's own catalogues hold."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenantpilot.config.settings")
    django.setup()
    from tenantpilot.audit.actions import audit_actions
    from tenantpilot.core.reasons import ReasonCatalog
    from tenantpilot.operations.summary import OperationSummaryKeys
    from tenantpilot.operations.types import operation_types
    from tenantpilot.tenancy.capabilities import Capability

    return Catalogues(
        counts=frozenset(OperationSummaryKeys.all()),
        reasons=frozenset(reason.code for reason in ReasonCatalog.all()),
        capabilities=frozenset(capability.value for capability in Capability),
        types=frozenset(operation_type.key for operation_type in operation_types.all()),
        actions=frozenset(audit_actions.all()),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
