"""`python -m guards`: 0 when the product keeps GUARD-D and GUARD-E, 1 with the findings when it does not."""

import os
import sys
from collections.abc import Iterable, Iterator

import django

from guards import catalogues, toasts
from guards.catalogues import Catalogues
from guards.findings import Finding, Source, sources


def main() -> int:
    read = list(sources())
    found = list(findings(read, known_words()))
    for one in found:
        print(one, file=sys.stderr)
    print(f"guards: {len(read)} files, {len(found)} findings")
    return 1 if found or not read else 0


def findings(read: Iterable[Source], known: Catalogues) -> Iterator[Finding]:
    for source in read:
        yield from toasts.check(source)
        yield from catalogues.check(source, known)


def known_words() -> Catalogues:
    """Read off the catalogues themselves."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenantpilot.config.settings")
    django.setup()
    from tenantpilot.core.reasons import ReasonCatalog
    from tenantpilot.operations.summary import OperationSummaryKeys
    from tenantpilot.operations.types import operation_types
    from tenantpilot.tenancy.capabilities import Capability

    return Catalogues(
        counts=frozenset(OperationSummaryKeys.all()),
        reasons=frozenset(reason.code for reason in ReasonCatalog.all()),
        capabilities=frozenset(capability.value for capability in Capability),
        types=frozenset(kind.key for kind in operation_types.all()),
    )


if __name__ == "__main__":
    sys.exit(main())
