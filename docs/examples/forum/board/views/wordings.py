"""Changing wordings, and looking at earlier ones."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from attrs import evolve
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from qathread import Thread, posting
from qathread.errors import PolicyViolation, ValidationError
from qathread.history import Comparison, compare, revisions
from qathread.posts import Post, Question
from qathread.revisions import Revision
from qathread.rules import Rule

from ..answering import acted, action, board_page, form_page, post_address
from ..forms import EditForm
from ..people import How, reading
from ..refusals import refusal
from ..saving import Verb, change, load, now, token


@form_page
def edit(request: HttpRequest, thread_id: str, post_id: str) -> HttpResponse:
    """
    Change a wording.

    The form knows which wording it began with. If somebody else was faster, both
    texts come back with what differs, and nothing is lost.
    """
    thread = load(thread_id)
    is_question = isinstance(thread[post_id], Question)
    told = None
    if request.method == "POST":
        form = EditForm(request.POST, question=is_question)
        if form.is_valid():
            try:
                change(request, thread_id, _edited(post_id, form.cleaned_data))
            except PolicyViolation as error:
                if error.rule == Rule.STALE_REVISION:
                    return _conflict(request, load(thread_id), post_id, form)
                told = refusal(error, now())
            except ValidationError as error:
                form.add_error("tags" if is_question else "body", str(error))
            else:
                return HttpResponseRedirect(post_address(thread_id, post_id))
    else:
        # Changes nothing; the rules say no before somebody writes in vain.
        posting.edit(thread, post_id, **reading(request, now()))
        form = EditForm(initial=_initial(thread[post_id]), question=is_question)
    context = {
        "thread_id": thread.id,
        "post": thread[post_id],
        "form": form,
        "refusal": told,
        "op": request.POST.get("op") or token(),
    }
    status = 403 if told else 422 if form.errors else 200
    return render(request, "board/edit.html", context, status=status)


def _edited(post_id: str, fields: Mapping[str, Any]) -> Verb:
    def verb(thread: Thread, how: How) -> Thread:
        return posting.edit(
            thread,
            post_id,
            body=fields["body"],
            title=fields.get("title"),
            tags=fields.get("tags"),
            summary=fields["summary"] or None,
            base_revision=fields["base_revision"],
            **how,
        )

    return verb


def _initial(post: Post) -> dict[str, Any]:
    found: dict[str, Any] = {"body": post.body.source, "base_revision": post.revision}
    if isinstance(post, Question):
        found |= {"title": post.title, "tags": " ".join(post.tags)}
    return found


def _conflict(
    request: HttpRequest, thread: Thread, post_id: str, form: EditForm
) -> HttpResponse:
    """Show what stands there now, what was written, and what differs."""
    post, fields = thread[post_id], form.cleaned_data
    current = revisions(thread, post_id)[-1]
    mine = evolve(
        current,
        body=evolve(current.body, source=fields["body"]),
        title=fields.get("title"),
        tags=fields.get("tags", ()),
    )
    # Sent again, it is a change of the newest wording, and another wish.
    data = request.POST.copy()
    data["base_revision"] = str(post.revision)
    context = {
        "thread_id": thread.id,
        "post": post,
        "current": current,
        "mine": mine,
        "diff": changes(compare(current, mine)),
        "form": EditForm(data, question=isinstance(post, Question)),
        "op": token(),
    }
    return render(request, "board/conflict.html", context, status=409)


def changes(comparison: Comparison) -> SafeString:
    """Return what differs, word by word; the library has escaped all of it."""
    return mark_safe(comparison.html())


@require_safe
@board_page
def wordings(request: HttpRequest, thread_id: str, post_id: str) -> HttpResponse:
    """Show all wordings of a post, each with what it changed."""
    thread = load(thread_id)
    post = thread[post_id]
    if not post.stands:
        return render(request, "board/gone.html", {"thread_id": thread_id}, status=410)
    known = revisions(thread, post_id)
    found: list[tuple[Revision, SafeString | None, str]] = [
        (new, changes(compare(old, new)), _name(thread, new))
        for old, new in pairwise(known)
    ]
    found.insert(0, (known[0], None, _name(thread, known[0])))
    context = {
        "thread_id": thread.id,
        "post": post,
        "wordings": found[::-1],
        "op": token(),
    }
    return render(request, "board/wordings.html", context)


def _name(thread: Thread, revision: Revision) -> str:
    user = thread.users.get(revision.editor_id or "")
    return "somebody" if user is None else user.name or "somebody"


@action
def rollback(request: HttpRequest, thread_id: str, post_id: str) -> HttpResponse:
    """Bring an earlier wording back."""
    number = request.POST.get("to", "")
    to = int(number) if number.isascii() and number.isdecimal() else 0

    def verb(thread: Thread, how: How) -> Thread:
        return posting.rollback(thread, post_id, to, **how)

    return acted(request, thread_id, verb, post_id, f"Wording {to} is back.")
