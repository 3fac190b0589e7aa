"""The WSGI application, for any WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from tenantpilot.tenancy.isolation import NOTHING, let_process_reach

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tenantpilot.config.settings")
application = get_wsgi_application()
let_process_reach(NOTHING)
