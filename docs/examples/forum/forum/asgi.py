"""The forum for an ASGI server."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")

application = get_asgi_application()

from django.conf import settings  # noqa: E402 - settings need the line above
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler  # noqa: E402

if not settings.PRODUCTION:
    # In production the web server in front gives out STATIC_ROOT itself.
    application = ASGIStaticFilesHandler(application)
