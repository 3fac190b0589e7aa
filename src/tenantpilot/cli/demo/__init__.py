"""The whole product on sample tenants: one process tree, one folder, no cloud."""
