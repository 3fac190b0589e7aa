"""What was last observed in a tenant: policy types and policies."""
