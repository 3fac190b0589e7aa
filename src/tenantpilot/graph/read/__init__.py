"""Reads what a tenant holds: lists, whole objects, names, permissions, masked secrets."""
