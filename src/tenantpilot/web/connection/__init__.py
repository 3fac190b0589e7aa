"""A tenant's connection: its rights, its credential, its check."""
