"""The audit log: who did what, and when. Append-only and chained."""
