"""Measure nights of many tenants: python -m benchmarks.tenants --tenants 10,100 --workers 4 --runs 1,4."""
