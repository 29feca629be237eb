"""Pages that say what went wrong, in the look of all others; the door of the admin."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse

# For pages that must not look at the request: nobody is signed in there.
_PLAIN = {"site_name": settings.SITE_NAME}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400. Nothing of the request is used: it may be what is wrong."""
    return HttpResponse(get_template("400.html").render(_PLAIN), status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403, with the reason if a view gave one for people to read."""
    reason = str(exception)
    return render(request, "403.html", {"reason": reason}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form that does not come from a page of ours."""
    return render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    return render(request, "404.html", status=404)


def too_many(request: HttpRequest, seconds: int, reset_helps: bool) -> HttpResponse:
    """Answer 429 and say how long to wait; 0 seconds: waiting does not help."""
    context = {"seconds": seconds, "reset_helps": reset_helps}
    response = render(request, "429.html", context, status=429)
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response


def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """Send people to the one place to sign in, which counts tries."""
    if request.user.is_authenticated:
        # Sent on, they would come back here for ever.
        raise PermissionDenied("These pages are for moderators.")
    address = reverse("accounts:sign_in")
    return HttpResponseRedirect(f"{address}?{request.GET.urlencode()}")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, without the database: it may be what failed."""
    return HttpResponse(get_template("500.html").render(_PLAIN), status=500)
