"""Tests in a real browser, against the whole product as `tenantpilot demo` runs it."""
