"""The inventory: the policies of a tenant as last observed."""
