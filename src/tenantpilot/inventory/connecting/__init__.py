"""Whether a tenant can be reached, and what its application may read and write, type by type."""
