"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from qathread.contrib.django.users import user_for


def site(request: HttpRequest) -> dict[str, Any]:
    """
    Return the site's name and, looked up when used, the viewer.

    ``viewer`` is the reader as qathread's ``User``, with the reputation that the
    header shows.
    """
    return {
        "site_name": settings.SITE_NAME,
        "viewer": SimpleLazyObject(lambda: user_for(request.user)),
    }
