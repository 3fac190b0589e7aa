"""Errors, reasons, sanitizing, badges: what every room may use and that knows none of them."""
