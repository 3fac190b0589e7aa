"""Changes a tenant: creates, updates, assigns and removes objects."""
