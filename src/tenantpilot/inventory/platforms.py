"""Tell the platform of a policy from Graph's object."""

from collections.abc import Mapping
from typing import Any

from tenantpilot.inventory.policy_types import Platform, PolicyType

# Words that Graph uses in `platforms` and in the names of derived types.
_MARKS: tuple[tuple[str, Platform], ...] = (
    ("macos", Platform.MACOS),
    ("windows", Platform.WINDOWS),
    ("win32", Platform.WINDOWS),
    ("ios", Platform.IOS),
    ("android", Platform.ANDROID),
    ("aosp", Platform.ANDROID),
    ("linux", Platform.LINUX),
)


def platform_of(item: Mapping[str, Any], policy_type: PolicyType) -> Platform:
    """Return the type's own platform, else the one that `platforms`, `platform` or `@odata.type` names, else all."""
    if policy_type.platform is not Platform.ALL:
        return policy_type.platform
    stated = item.get("platforms") or item.get("platform") or item.get("platformType")
    if isinstance(stated, list):
        return _only_one(" ".join(map(str, stated)))
    if isinstance(stated, str):
        return _only_one(stated)
    return _only_one(str(item.get("@odata.type", "")).rpartition(".")[2])


def _only_one(text: str) -> Platform:
    """Return "all platforms" for an object that names two."""
    platforms = {platform for mark, platform in _MARKS if mark in text.lower()}
    return platforms.pop() if len(platforms) == 1 else Platform.ALL
