"""Requests over HTTP and their answers: sign-in, limits, retries, pages and batches."""
