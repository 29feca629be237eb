"""Writing posts and voting on them: each view names a verb of the library."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from qathread import DOWN, UP, Thread, posting, voting
from qathread.errors import PolicyViolation

from ..answering import acted, action, form_page, post_address
from ..forms import BodyForm
from ..people import How
from ..reading import LIKE, body_html
from ..refusals import refusal
from ..saving import Verb, change, load, now, token


@form_page
def answer(request: HttpRequest, thread_id: str) -> HttpResponse:
    """Take an answer."""

    def verb(thread: Thread, body: str, how: How) -> Thread:
        return posting.answer(thread, body, **how)

    return _written(request, thread_id, None, "answer", verb)


@form_page
def comment(request: HttpRequest, thread_id: str, post_id: str) -> HttpResponse:
    """Take a comment, or a reply to one."""

    def verb(thread: Thread, body: str, how: How) -> Thread:
        return posting.comment(thread, post_id, body, **how)

    return _written(request, thread_id, post_id, "comment", verb)


def _written(
    request: HttpRequest,
    thread_id: str,
    on: str | None,
    kind: str,
    verb: Callable[[Thread, str, How], Thread],
) -> HttpResponse:
    """Take a text; what is refused comes back with the text in the form."""
    form = BodyForm(request.POST or None)
    told = None
    if request.method == "POST" and form.is_valid():
        body: str = form.cleaned_data["body"]
        try:
            thread = change(request, thread_id, lambda old, how: verb(old, body, how))
        except PolicyViolation as error:
            told = refusal(error, now())
        else:
            # Of the version that this form made, also when it was sent twice.
            return HttpResponseRedirect(post_address(thread_id, thread.posts[-1].id))
    thread = load(thread_id)
    above = thread.question if on is None else thread[on]
    context = {
        "thread_id": thread_id,
        "above": above,
        "above_html": body_html(above.body) if above.stands else "",
        "author": thread.author(above.id),
        "kind": kind,
        "form": form,
        "refusal": told,
        "op": request.POST.get("op") or token(),
    }
    status = 403 if told else 422 if form.errors else 200
    return render(request, "board/write.html", context, status=status)


@action
def vote(request: HttpRequest, thread_id: str, post_id: str) -> HttpResponse:
    """Vote up or down, or take the vote back."""
    wanted = one_of(request, "direction", ("up", "down", "none"))

    def verb(thread: Thread, how: How) -> Thread:
        if wanted == "none":
            return voting.retract(thread, post_id, **how)
        return voting.cast(thread, post_id, UP if wanted == "up" else DOWN, **how)

    return acted(request, thread_id, verb, post_id)


@action
def like(request: HttpRequest, thread_id: str, post_id: str) -> HttpResponse:
    """Like a post, or no longer."""
    wanted = one_of(request, "wanted", ("like", "unlike"))
    chosen = voting.react if wanted == "like" else voting.unreact

    def verb(thread: Thread, how: How) -> Thread:
        return chosen(thread, post_id, LIKE, **how)

    return acted(request, thread_id, verb, post_id)


@action
def accept(request: HttpRequest, thread_id: str, post_id: str) -> HttpResponse:
    """Mark an answer as the solution, or no longer."""
    wanted = one_of(request, "wanted", ("accept", "unaccept"))
    chosen = posting.accept if wanted == "accept" else posting.unaccept

    def verb(thread: Thread, how: How) -> Thread:
        return chosen(thread, post_id, **how)

    return acted(request, thread_id, verb, post_id)


@action
def delete(request: HttpRequest, thread_id: str, post_id: str) -> HttpResponse:
    """Take a post down, or bring it back."""
    wanted = one_of(request, "wanted", ("delete", "restore"))

    def deleted(thread: Thread, how: How) -> Thread:
        return posting.delete(thread, post_id, **how)

    def restored(thread: Thread, how: How) -> Thread:
        return posting.restore(thread, post_id, **how)

    chosen: Verb = deleted if wanted == "delete" else restored
    said = "Deleted. You can restore it." if wanted == "delete" else "Restored."
    return acted(request, thread_id, chosen, post_id, said)


def one_of(request: HttpRequest, name: str, known: tuple[str, ...]) -> str:
    """Return a field of a form that only buttons fill in."""
    wanted = request.POST.get(name, "")
    if wanted not in known:
        raise BadRequest(f"{name} is none of {known}")
    return wanted
