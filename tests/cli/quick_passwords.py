"""The product's settings, for web processes that are asked for many passwords: each would cost a third of a second."""

from tenantpilot.config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
