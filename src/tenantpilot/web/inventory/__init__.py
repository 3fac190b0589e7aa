"""A tenant's policies: the list, one policy, sync and ignoring."""
