"""Saved views: the filters and the order of a list under a name, one's own or shared (UX-20)."""
