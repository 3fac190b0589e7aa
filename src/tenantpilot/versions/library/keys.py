"""The keys of the policies of a revision while it is imported, without a query for each."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from tenantpilot.versions.library.models import LONGEST_KEY, LibraryPolicy, LibraryRevision


class RevisionKeys:
    """Gives each policy of a revision a key of its own. A worker that takes over begins with those that are there."""

    def __init__(self, revision: LibraryRevision) -> None:
        self._keys: dict[str, set[str]] = defaultdict(set)
        self._of_file: list[tuple[str, str]] = []
        for policy_type, key in LibraryPolicy.everywhere.filter(revision=revision).values_list("type", "key"):
            self._keys[policy_type].add(key)

    @contextmanager
    def of_one_file(self) -> Iterator[None]:
        """Take the keys back that are given in here if the file fails: its policies are rolled back, too."""
        self._of_file = []
        try:
            yield
        except BaseException:
            for policy_type, key in self._of_file:
                self._keys[policy_type].discard(key)
            raise

    def new(self, policy_type: str, identity: str, path: str) -> str:
        """Return the id of the policy in its source, or its name. A twin has a part of its file's hash as well."""
        key, siblings = identity[:LONGEST_KEY], self._keys[policy_type]
        if key in siblings:
            twin = hashlib.sha256(f"{path}|{len(siblings)}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
            key = f"{key[: LONGEST_KEY - 17]}~{twin}"
        siblings.add(key)
        self._of_file.append((policy_type, key))
        return key
