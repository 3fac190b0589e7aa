"""The WSGI application, for any WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from tenantpilot.tenancy.isolation import NOTHING, set_process_scope

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenantpilot.config.settings")
application = get_wsgi_application()
set_process_scope(NOTHING)
