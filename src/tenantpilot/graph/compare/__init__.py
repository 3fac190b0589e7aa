"""Says when two payloads are equal and where they differ."""
