"""The differences of two versions, the first of them in sight."""

from dataclasses import dataclass

from tenantpilot.versions.comparing import Sentence, compare
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.payloads import PayloadDamaged

FOLDED_FROM = 20


@dataclass(frozen=True)
class Differences:
    """The differences between two versions; `is_damaged` where the stored bytes of one are not what was stored."""

    first: tuple[Sentence, ...] = ()
    more: tuple[Sentence, ...] = ()
    is_damaged: bool = False

    @property
    def count(self) -> int:
        return len(self.first) + len(self.more)


def differences_of(before: PolicyVersion, after: PolicyVersion) -> Differences:
    """Return the sentences on each difference between two versions. Payloads and policies are read already."""
    try:
        sentences = compare(before, after)
    except PayloadDamaged:
        return Differences(is_damaged=True)
    return Differences(tuple(sentences[:FOLDED_FROM]), tuple(sentences[FOLDED_FROM:]))
