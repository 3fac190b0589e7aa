"""The checks of `tenantpilot doctor`."""
