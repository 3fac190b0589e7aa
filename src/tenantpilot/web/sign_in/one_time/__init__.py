"""Pages of one-time links: the first set-up, an invitation, the recovery of an account."""
