"""Django's PostgreSQL backend, for deployments with row-level security."""
