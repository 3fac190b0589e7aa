"""The life of a run: its start, claim, lease, progress and ending."""
