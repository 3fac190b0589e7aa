"""Pages: thin views over the services of the rooms below."""
