"""Operation runs: one record, one ending, one telling."""
