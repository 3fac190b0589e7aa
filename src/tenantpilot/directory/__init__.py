"""The directory of a tenant: its groups, which group is in which, and the names behind ids."""
