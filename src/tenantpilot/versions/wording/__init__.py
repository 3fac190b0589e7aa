"""Policies in words: the settings, the conditions and the assignments of a payload, as an administrator says them."""
