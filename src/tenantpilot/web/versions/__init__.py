"""Versions of policies: the timeline, a version, and what differs between two."""
