"""What `tenantpilot doctor` looks at."""
