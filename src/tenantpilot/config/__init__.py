"""Settings, URLs, WSGI: the only readers of the environment."""
