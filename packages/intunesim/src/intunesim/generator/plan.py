"""Plan how large a tenant is to be, and what it is to consist of."""

from dataclasses import dataclass

WEIGHTS: dict[str, tuple[float, int]] = {
    # kind of object: share among 200 objects, and the most a tenant has of it
    "roleScopeTag": (4, 60),
    "assignmentFilter": (7, 100),
    "roleDefinition": (3, 40),
    "notificationTemplate": (2, 30),
    "authenticationStrength": (3, 15),
    "namedLocation": (4, 60),
    "admxFile": (1, 20),
    "deviceCategory": (3, 30),
    "appCategory": (3, 30),
    "reusableSetting": (2, 100),
    "complianceScript": (2, 60),
    "depProfile": (1, 20),
    "settingsCatalog": (44, 5000),
    "deviceConfiguration": (22, 5000),
    "windowsUpdateRing": (4, 60),
    "endpointSecurityIntent": (3, 200),
    "administrativeTemplate": (7, 1000),
    "compliancePolicy": (9, 500),
    "linuxCompliance": (1, 50),
    "mobileApp": (25, 2500),
    "appProtection": (5, 100),
    "mamAppConfiguration": (3, 100),
    "mdmAppConfiguration": (3, 100),
    "powershellScript": (9, 500),
    "shellScript": (3, 200),
    "remediation": (7, 300),
    "customAttribute": (2, 60),
    "autopilotProfile": (3, 40),
    "enrollmentConfiguration": (4, 40),
    "enrollmentStatusPage": (2, 30),
    "featureUpdate": (2, 40),
    "qualityUpdateProfile": (1, 20),
    "qualityUpdatePolicy": (1, 20),
    "driverUpdate": (1, 20),
    "termsAndConditions": (1, 10),
    "brandingProfile": (1, 10),
    "cleanupRule": (1, 4),
    "windows365Provisioning": (1, 30),
    "windows365UserSetting": (1, 20),
    "conditionalAccessPolicy": (14, 195),
    "policySet": (1, 30),
    "roleAssignment": (1, 40),
}
LEAST_KINDS = 8


@dataclass(frozen=True)
class Plan:
    """A tenant to generate. `policies` counts every object but people, groups and what Microsoft ships."""

    policies: int = 200
    seed: int = 1
    groups: int | None = None
    kinds: tuple[str, ...] = ()
    """Only these kinds, by the keys of WEIGHTS; all of them when empty."""

    def __post_init__(self) -> None:
        unknown = set(self.kinds) - set(WEIGHTS)
        if unknown:
            raise ValueError(f"there is no kind {', '.join(sorted(unknown))}; there are {', '.join(WEIGHTS)}")
        if not 0 <= self.policies <= 5000:
            raise ValueError("a tenant has between 0 and 5000 policies")

    @property
    def group_count(self) -> int:
        """Return the number of groups: the chosen one, or one that fits the policies."""
        return self.groups if self.groups is not None else max(12, min(self.policies // 5, 400))

    def counts(self) -> dict[str, int]:
        """Return the number of objects of each kind; they add up to `policies`."""
        weights = {kind: share for kind, (share, _) in WEIGHTS.items() if not self.kinds or kind in self.kinds}
        if self.policies < len(weights):
            weights = dict(sorted(weights.items(), key=lambda weighted: -weighted[1])[: max(self.policies, 1)])
        counts = dict.fromkeys(weights, 1) if self.policies else {}
        for _ in range(self.policies - len(counts)):
            counts[_most_behind(weights, counts)] += 1
        return {kind: counts[kind] for kind in WEIGHTS if counts.get(kind)}


def _most_behind(weights: dict[str, float], counts: dict[str, int]) -> str:
    """Return the kind that is furthest below its share and not yet at its most."""
    open_kinds = [kind for kind in weights if counts[kind] < WEIGHTS[kind][1]] or ["settingsCatalog"]
    return min(open_kinds, key=lambda kind: (counts[kind] + 0.5) / weights.get(kind, 1))
