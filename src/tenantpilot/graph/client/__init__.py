"""Requests over HTTP and their answers: sign-in, limits, patience, pages and batches."""
