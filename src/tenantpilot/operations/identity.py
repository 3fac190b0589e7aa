"""What makes two requests the same work (OPS-06)."""

import hashlib
import json

from tenantpilot.operations.types import Inputs, OperationType


def identity_of(kind: OperationType, inputs: Inputs) -> str:
    """A hash over the type and its identity inputs; order inside a list counts, order of keys does not."""
    chosen = {name: inputs.get(name) for name in kind.identity_fields}
    text = json.dumps([kind.key, chosen], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
