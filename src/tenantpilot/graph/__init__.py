"""Microsoft Graph over HTTP: connections, a client, the contracts of all policy types. No Django."""
