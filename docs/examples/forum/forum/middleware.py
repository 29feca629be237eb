"""Headers for every page. Django 5.2 has no Content-Security-Policy of its own."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class PageHeaders:
    """
    Sends the Content-Security-Policy and turns off what no page needs.

    A view that needs another policy sets the header itself. A page for somebody who is
    signed in, or with a form, is not kept by shared caches: Django says so by
    ``Vary: Cookie``; pages of accounts say ``no-store`` themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = "; ".join(
            f"{name} {sources}".strip()
            for name, sources in settings.CONTENT_SECURITY_POLICY.items()
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault(
            "Permissions-Policy",
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
