"""A tenant's schedules."""
