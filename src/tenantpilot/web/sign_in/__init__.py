"""Signing in: the account adapter and links of the demo."""
