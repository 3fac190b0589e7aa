"""The reference of reason codes and of roles, made from the catalogues; `tenantpilot.cli.reference` prints it."""

from collections.abc import Iterable

from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.operations.types import operation_types
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.roles import PLATFORM_CAPABILITIES, ROLE_CAPABILITIES, Role

MADE = "<!-- Made by `python -m tenantpilot.cli.reference {page}`; a test holds it equal to the catalogue. -->"
REASONS = f"""\
# Reason codes

A reason code says why something did not work. A run, an item, a notification and an audit entry keep the code.
Pages show its text, who can mend it, and the next step. `{{…}}` stands for a value of the one case.
A part in square brackets is left out where the value is not known.

{MADE.format(page="reason-codes")}

| code | text | who can mend it | next step |
| --- | --- | --- | --- |
"""
ROLES = f"""\
# Roles and capabilities

A member has one role in a tenant, or in a whole workspace. A role is a set of capabilities.
A capability is the right to do one thing. Each page and each command asks for a capability, never for a role.

{MADE.format(page="roles")}

"""
PLATFORM = """
The operator of the installation is no role of a tenant. This person sees no tenant, and may

"""
STARTED = """
## Operations

The person who starts an operation needs the capability of its type.

| operation | key | capability | can be scheduled |
| --- | --- | --- | --- |
"""


def reasons() -> str:
    """Return the page of reason codes, in Markdown."""
    ordered = sorted(ReasonCatalog.all(), key=lambda reason: reason.code)
    return REASONS + _table(
        (f"`{reason.code}`", str(reason.text), reason.owner.label, str(reason.next_step)) for reason in ordered
    )


def roles() -> str:
    """Return the page of roles, capabilities, and the operations that ask for them, in Markdown."""
    head = ["capability", "right to", *(str(role.label) for role in Role)]
    of_members = [capability for capability in Capability if capability not in PLATFORM_CAPABILITIES]
    matrix = _table([head, ["---"] * len(head), *(_row_of(capability) for capability in of_members)])
    platform = "".join(f"- {capability.label} (`{capability.value}`)\n" for capability in sorted(PLATFORM_CAPABILITIES))
    return ROLES + matrix + PLATFORM + platform + STARTED + _table(_operations())


def _row_of(capability: Capability) -> list[str]:
    may = ["yes" if capability in ROLE_CAPABILITIES[role] else "" for role in Role]
    return [f"`{capability.value}`", capability.label, *may]


def _operations() -> list[tuple[str, ...]]:
    ordered = sorted(operation_types.all(), key=lambda operation_type: operation_type.key)
    return [
        (
            str(operation_type.label),
            f"`{operation_type.key}`",
            f"`{operation_type.capability.value}`",
            "yes" if operation_type.scheduled else "",
        )
        for operation_type in ordered
    ]


def _table(rows: Iterable[Iterable[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |".replace("|  |", "| |").replace("|  |", "| |") + "\n" for row in rows)


PAGES = {"reason-codes": reasons, "roles": roles}
