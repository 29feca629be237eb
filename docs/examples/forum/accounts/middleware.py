"""How long a session lasts, and pages for those who are too quick."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from forum import views

from . import throttle

_A_DAY = 24 * 60 * 60
Answer = Callable[[HttpRequest], HttpResponse]


@receiver(user_logged_in)
def note_sign_in(request: HttpRequest, **kwargs: Any) -> None:
    """Remember when the session began, so that it ends however often it is used."""
    request.session["signed_in_at"] = request.session["seen_at"] = int(time.time())


class SessionAge:
    """
    Ends a session at its age, and keeps one that is used from ending before.

    The row is written once a day, not at every page.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, signed out if the session is too old."""
        if request.user.is_authenticated:
            now = int(time.time())
            began = request.session.get("signed_in_at", 0)
            if now - began > settings.SESSION_LONGEST.total_seconds():
                logout(request)
            elif now - request.session.get("seen_at", 0) > _A_DAY:
                request.session["seen_at"] = now
        return self.get_response(request)


class Throttled:
    """Counts what is posted to the board, and answers 429 where a count is full."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """Count a form of the board: its views need not think of it."""
        match = request.resolver_match
        if request.method == "POST" and match and match.app_name == "board":
            try:
                throttle.take("posting", _poster(request))
            except throttle.TooManyTriesError as error:
                return self.process_exception(request, error)
        return None

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        """Turn a full count into a page."""
        if isinstance(exception, throttle.TooManyTriesError):
            return views.too_many(request, exception.seconds, exception.reset_helps)
        return None


def _poster(request: HttpRequest) -> str:
    if request.user.is_authenticated:
        return f"user {request.user.pk}"
    return throttle.source(request)
