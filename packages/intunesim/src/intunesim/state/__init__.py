"""Hold the objects of a simulated tenant, in memory and on disk."""
