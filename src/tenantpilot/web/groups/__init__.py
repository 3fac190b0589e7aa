"""Groups of a tenant: the list, a group with what it gets, and where a group sync starts."""
