"""Flags and the moderators' queue, closing, locking, and posts taken down."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_safe

from qathread import Thread, moderation
from qathread.errors import NotFoundError, PolicyViolation, QathreadError
from qathread.html import Fragment
from qathread.status import Flag, FlagState, LockLevel

from ..answering import acted, action, board_page, form_page, post_address
from ..forms import CloseForm, FlagForm
from ..people import How, member
from ..reading import body_html
from ..refusals import refusal
from ..rules import POLICY
from ..saving import Verb, change, load, now, token
from ..watching import watch
from .posts import one_of
from .questions import title_of

#: Threads on one page of the queue.
_THREADS = 10


@form_page
def flag(request: HttpRequest, thread_id: str, post_id: str) -> HttpResponse:
    """Report a post."""
    form = FlagForm(request.POST or None)
    told = None
    if request.method == "POST" and form.is_valid():
        reason: str = form.cleaned_data["reason"]

        def verb(thread: Thread, how: How) -> Thread:
            return moderation.flag(thread, post_id, reason, **how)

        try:
            change(request, thread_id, verb)
        except PolicyViolation as error:
            told = refusal(error, now())
        else:
            messages.success(request, "Thank you. A moderator will look at it.")
            return HttpResponseRedirect(post_address(thread_id, post_id))
    thread = load(thread_id)
    post = thread[post_id]
    context = {
        "thread_id": thread_id,
        "post": post,
        "html": body_html(post.body) if post.stands else "",
        "form": form,
        "refusal": told,
        "op": request.POST.get("op") or token(),
    }
    status = 403 if told else 422 if form.errors else 200
    return render(request, "board/flag.html", context, status=status)


@require_safe
@login_required
@board_page
def queue(request: HttpRequest) -> HttpResponse:
    """Show open flags, those that wait longest first."""
    settle = POLICY.moderation.flags.settle.roles
    if member(request).roles.isdisjoint(settle):
        raise PermissionDenied("The list of flags is for moderators.")
    waiting = watch.flagged()
    reported = [
        (thread.id, title_of(thread), _reports(thread))
        for thread in map(load, waiting[:_THREADS])
    ]
    context = {
        "section": "flags",
        "reported": reported,
        "more": max(0, len(waiting) - _THREADS),
        "op": token(),
    }
    return render(request, "board/flags.html", context)


def _reports(thread: Thread) -> list[tuple[Flag, str, Fragment]]:
    """Return the open flags of a thread with who raised them and the text."""
    return [
        (
            flag,
            thread.users[flag.by_id].name or "" if flag.by_id else "",
            body_html(thread[flag.post_id].body),
        )
        for flag in thread.flags
        if flag.state is FlagState.OPEN
    ]


@action
def resolve_flag(request: HttpRequest, thread_id: str, flag_id: str) -> HttpResponse:
    """Settle a report; a helpful one may take the post down with it."""
    wanted = one_of(request, "outcome", ("remove", "helpful", "declined"))

    def verb(thread: Thread, how: How) -> Thread:
        outcome = FlagState.DECLINED if wanted == "declined" else FlagState.HELPFUL
        held = next((each for each in thread.flags if each.id == flag_id), None)
        if held is not None and wanted == "remove":
            thread = moderation.remove(thread, held.post_id, **how)
        return moderation.resolve_flag(thread, flag_id, outcome, **how)

    change(request, thread_id, verb)
    messages.success(request, "The flag is settled.")
    return HttpResponseRedirect(reverse("board:flags"))


@action
def remove(request: HttpRequest, thread_id: str, post_id: str) -> HttpResponse:
    """Take a post down as a moderator, or reinstate it."""
    wanted = one_of(request, "wanted", ("remove", "reinstate"))
    chosen = moderation.remove if wanted == "remove" else moderation.reinstate

    def verb(thread: Thread, how: How) -> Thread:
        return chosen(thread, post_id, **how)

    said = "Removed." if wanted == "remove" else "Reinstated."
    return acted(request, thread_id, verb, post_id, said)


@form_page
def close(request: HttpRequest, thread_id: str) -> HttpResponse:
    """Close a question with a reason."""
    form = CloseForm(request.POST or None)
    told = None
    if request.method == "POST" and form.is_valid():
        reason: str = form.cleaned_data["reason"]
        try:
            same = _original(form.cleaned_data["duplicate_of"])

            def verb(thread: Thread, how: How) -> Thread:
                return moderation.close(thread, reason, duplicate_of=same, **how)

            change(request, thread_id, verb)
        except PolicyViolation as error:
            told = refusal(error, now())
        except NotFoundError:
            form.add_error("duplicate_of", "There is no such question.")
        except QathreadError as error:
            form.add_error("duplicate_of", str(error))
        else:
            return HttpResponseRedirect(post_address(thread_id))
    thread = load(thread_id)
    context = {
        "thread_id": thread_id,
        "title": title_of(thread),
        "form": form,
        "refusal": told,
        "op": request.POST.get("op") or token(),
    }
    status = 403 if told else 422 if form.errors else 200
    return render(request, "board/close.html", context, status=status)


def _original(given: str) -> Thread | None:
    """Return the thread that an address or an id names; None for nothing."""
    text = given.strip()
    if not text:
        return None
    try:
        found = resolve(urlsplit(text).path)
    except (Resolver404, ValueError):
        return load(text)
    return load(found.kwargs.get("thread_id", text))


@action
def reopen(request: HttpRequest, thread_id: str) -> HttpResponse:
    """Open a closed question again."""

    def verb(thread: Thread, how: How) -> Thread:
        return moderation.reopen(thread, **how)

    return _marked(request, thread_id, verb, "Open again.")


@action
def lock(request: HttpRequest, thread_id: str) -> HttpResponse:
    """Lock a thread, or unlock it."""
    wanted = one_of(request, "wanted", ("lock", "unlock"))

    def verb(thread: Thread, how: How) -> Thread:
        if wanted == "unlock":
            return moderation.unlock(thread, **how)
        return moderation.lock(thread, level=LockLevel.ALL, **how)

    return _marked(request, thread_id, verb, f"The thread is {wanted}ed.")


def _marked(
    request: HttpRequest, thread_id: str, verb: Verb, said: str
) -> HttpResponse:
    change(request, thread_id, verb)
    messages.success(request, said)
    return HttpResponseRedirect(post_address(thread_id))
