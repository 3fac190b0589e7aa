"""The switch that stops all work: of a tenant, beside its operations; of the installation, on its health page."""
