"""The forum for a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")

application = get_wsgi_application()

from django.conf import settings  # noqa: E402 - settings need the line above
from django.contrib.staticfiles.handlers import StaticFilesHandler  # noqa: E402

if not settings.PRODUCTION:
    # In production the web server in front gives out STATIC_ROOT itself.
    application = StaticFilesHandler(application)
