"""The people who reach the addresses of versions."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow, in_tenant

_VIEW = Capability.INVENTORY_VIEW
access_rows: dict[str, AccessRow] = {
    "versions": in_tenant(_VIEW),
    "policy-versions": in_tenant(_VIEW, subject="policy"),
    "policy-version": AccessRow("tenant", _VIEW, subject="policy", arguments=("1",)),
    "policy-version-rest": AccessRow("tenant", _VIEW, subject="policy", arguments=("1",)),
    "policy-version-payload": AccessRow("tenant", _VIEW, subject="policy", arguments=("1",)),
    "policy-version-line": AccessRow("tenant", _VIEW, subject="policy", arguments=("1", "0")),
    "prune-versions": in_tenant(Capability.POLICY_PRUNE, "post"),
    "compare-versions": in_tenant(_VIEW),
    "version-comparison": AccessRow("tenant", _VIEW, query="?before={version}&after={version}"),
    "policy-counterparts": in_tenant(_VIEW, subject="policy"),
    "policy-live-comparison": AccessRow("tenant", _VIEW, subject="policy", arguments=("1",)),
    "policy-live-reading": AccessRow("tenant", Capability.POLICY_CAPTURE, "post", "policy", arguments=("1",)),
    "policy-comparison": AccessRow("tenant", _VIEW, subject="policy", query="?before=1&after=1"),
}
