"""Search by setting over tenants, the values of one setting, and settings on which policies of a tenant disagree."""
