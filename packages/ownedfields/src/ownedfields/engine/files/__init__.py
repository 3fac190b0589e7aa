"""The files under review: found, parsed once, and sorted by whether they matter."""
