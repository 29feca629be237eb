"""The page of a question, its past, and asking one."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qathread import Thread, history
from qathread.content import ThreadKind
from qathread.errors import PolicyViolation, ValidationError
from qathread.history import MomentKind
from qathread.moderation import close, lock, reopen

from ..answering import board_page, form_page, post_address
from ..forms import AskForm, BodyForm
from ..people import How, member, reading
from ..reading import Reading, allowed, page
from ..refusals import refusal
from ..rules import ANSWERS, POLICY
from ..saving import ask, load, now, token
from ..storage import STORE
from ..structured import structured

#: Who voted and who reported is for nobody, or for moderators, to see.
_BALLOTS = frozenset(
    {
        MomentKind.VOTED,
        MomentKind.VOTE_CHANGED,
        MomentKind.VOTE_RETRACTED,
        MomentKind.VOTES_INVALIDATED,
    }
)
_REPORTS = frozenset({MomentKind.FLAGGED, MomentKind.FLAG_RESOLVED})


@require_safe
@board_page
def question(request: HttpRequest, thread_id: str) -> HttpResponse:
    """Show a thread: the question, comments, answers, and what can be done."""
    at, thread = now(), load(thread_id)
    name = request.GET.get("order", "")
    tab = ANSWERS.get(name) or next(iter(ANSWERS.values()))
    signed_in = request.user.is_authenticated
    reader = reading(request, at) if signed_in else None
    shown = page(
        thread,
        tab,
        at,
        number=_number(request.GET.get("page", "")),
        post_id=request.GET.get("post"),
        reader=reader,
    )
    address = request.build_absolute_uri(reverse("board:question", args=[thread.id]))
    usual = tab.name == next(iter(ANSWERS))
    context = {
        "section": "questions",
        "thread_id": thread.id,
        "status": thread.status,
        "closed": thread.status.closed,
        "title": title_of(thread),
        "shown": shown,
        "orders": ANSWERS,
        "order": tab.name,
        "answers": sum(each.stands for each in thread.answers),
        "comments": sum(each.stands for each in thread.comments),
        "is_qa": thread.kind is ThreadKind.QA,
        "may": _may(thread, reader),
        "canonical": address if shown.number == 1 else f"{address}?page={shown.number}",
        "data": _data(thread, shown, address) if shown.number == 1 and usual else "",
        "form": BodyForm(),
        "op": token(),
    }
    return render(request, "board/question.html", context)


def _data(thread: Thread, shown: Reading, address: str) -> str:
    return structured(thread, shown.posts, address) if thread.question.stands else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def title_of(thread: Thread) -> str:
    """Return the title of a thread on one line; what was taken down has none."""
    found = thread.question
    if not found.stands:
        return "A question that was taken down"
    return " ".join((found.title or "").split()) or "Untitled"


def _may(thread: Thread, reader: How | None) -> frozenset[str]:
    """Return what the reader may do to the thread as a whole."""
    if reader is None:
        return frozenset()
    reason = min(POLICY.moderation.reasons)
    tries = {
        "close": lambda: close(thread, reason, **reader),
        "reopen": lambda: reopen(thread, **reader),
        "lock": lambda: lock(thread, **reader),
    }
    return frozenset(name for name, attempt in tries.items() if allowed(attempt))


@form_page
def asking(request: HttpRequest) -> HttpResponse:
    """Take a question."""
    form = AskForm(request.POST or None)
    told = None
    if request.method == "POST" and form.is_valid():
        try:
            thread = ask(request, **form.cleaned_data)
        except PolicyViolation as error:
            told = refusal(error, now())
        except ValidationError as error:
            form.add_error("tags", str(error))
        else:
            return HttpResponseRedirect(post_address(thread.id))
    status = 403 if told else 422 if form.errors else 200
    context = {"form": form, "refusal": told, "op": request.POST.get("op") or token()}
    return render(request, "board/ask.html", context, status=status)


@require_safe
@board_page
def past(request: HttpRequest, thread_id: str) -> HttpResponse:
    """
    Show what happened to a thread, without ballots.

    Sentences quote texts: of what was taken down, moderators alone see any.
    """
    hidden, gone = _BALLOTS, set[str | None]()
    if not request.user.is_authenticated or not member(request).roles:
        hidden = hidden | _REPORTS
        gone = {post.id for post in load(thread_id).posts if not post.stands}
    moments = [
        moment
        for moment in history.timeline(STORE.history(thread_id))
        if moment.kind not in hidden and moment.post_id not in gone
    ]
    context = {"thread_id": thread_id, "moments": moments}
    return render(request, "board/past.html", context)
