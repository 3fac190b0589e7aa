"""Writing the files of a new operation."""
