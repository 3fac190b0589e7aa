"""Operation runs: one record, one ending, one notification."""
