"""What views have in common: errors of the library become pages, or JSON."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db import OperationalError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from qathread import Thread
from qathread.errors import (
    BadCursorError,
    NotFoundError,
    PolicyViolation,
    StoreError,
    ValidationError,
    VersionConflictError,
)

from .ids import anchor
from .people import member
from .reading import LIKE
from .refusals import refusal
from .saving import Verb, change, now, token

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def board_page(view: View[P]) -> View[P]:
    """Let a view raise what the library raises."""

    @wraps(view)
    def answered(
        request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFoundError as error:
            raise Http404(str(error)) from error
        except PolicyViolation as error:
            return refused(request, error)
        except BadCursorError:
            return _problem(request, 400, "This page of the list is not there.")
        except ValidationError as error:
            return _problem(request, 400, f"{str(error)[:1].upper()}{str(error)[1:]}.")
        except VersionConflictError:
            text = "Many people change this at the moment. Please try again."
            return _problem(request, 409, text)
        except (StoreError, OperationalError):
            text = "The forum cannot do this now. Please try again in a minute."
            response = _problem(request, 503, text)
            response.headers["Retry-After"] = "30"
            return response

    return answered


def form_page(view: View[P]) -> View[P]:
    """Let a view be for members, with a form that is shown and sent."""
    return require_http_methods(["GET", "POST"])(login_required(board_page(view)))


def action(view: View[P]) -> View[P]:
    """
    Let a view be for members, and for forms that are sent alone.

    Who is not signed in comes back to the page of the form: there is nothing to see
    at the address that it is sent to.
    """
    answer = board_page(view)

    @wraps(view)
    def sent(
        request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        if request.user.is_authenticated:
            return answer(request, *args, **kwargs)
        thread_id, post_id = kwargs.get("thread_id"), kwargs.get("post_id")
        if thread_id is None:
            return redirect_to_login(reverse("board:list"))
        back = post_address(str(thread_id), None if post_id is None else str(post_id))
        return redirect_to_login(back)

    return require_http_methods(["POST"])(sent)


def wants_json(request: HttpRequest) -> bool:
    """Tell whether our script asks, which shows the answer itself."""
    return request.headers.get("Accept") == "application/json"


def refused(request: HttpRequest, error: PolicyViolation) -> HttpResponse:
    """Answer 403 with the rule in words."""
    told = refusal(error, now())
    if wants_json(request):
        return JsonResponse(told.as_json(), status=403)
    return render(request, "board/refused.html", {"refusal": told}, status=403)


def _problem(request: HttpRequest, status: int, text: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"refused": text}, status=status)
    return render(request, "board/problem.html", {"text": text}, status=status)


def post_address(thread_id: str, post_id: str | None = None) -> str:
    """Return the address of a thread, or of one post on the page where it stands."""
    address = reverse("board:question", args=[thread_id])
    if post_id is None:
        return address
    return f"{address}?{urlencode({'post': post_id})}#{anchor(post_id)}"


def acted(
    request: HttpRequest, thread_id: str, verb: Verb, post_id: str, said: str = ""
) -> HttpResponse:
    """Change a thread by a form of one post, then show that post."""
    thread = change(request, thread_id, verb)
    if wants_json(request):
        return JsonResponse(_state(thread, post_id, member(request).id))
    if said:
        messages.success(request, said)
    return HttpResponseRedirect(post_address(thread_id, post_id))


def _state(thread: Thread, post_id: str, user_id: str) -> dict[str, object]:
    """Return what a script needs to show votes and likes anew."""
    vote = thread.vote(post_id, user_id)
    likes = thread.reactions(post_id).get(LIKE, 0)
    return {
        "score": thread.score(post_id),
        "vote": "" if vote is None else vote.direction.value,
        "likes": likes,
        "liked": thread.reaction(post_id, user_id, LIKE) is not None,
        "op": token(),
    }
