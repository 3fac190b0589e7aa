"""The operation runs: lists, one run, cancelling, running again."""
