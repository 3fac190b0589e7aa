"""Versions of policies: payloads kept once, what changed between them, and the capture that takes them."""
