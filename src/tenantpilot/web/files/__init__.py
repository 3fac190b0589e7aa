"""A person's files: what operations made for them, to be downloaded until it expires."""
