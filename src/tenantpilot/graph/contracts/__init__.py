"""Describe every type of object: the only place where a path of Graph stands."""
