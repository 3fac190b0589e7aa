"""Health of the platform, and its metrics."""
