"""Django's PostgreSQL backend, with kept connections that recover as soon as the server does."""
