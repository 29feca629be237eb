"""Lists of questions, search and tags."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from qathread.stores import ThreadQuery

from ..answering import board_page
from ..listing import found, listed, names
from ..saving import now
from ..watching import watch


@require_safe
@board_page
def questions(request: HttpRequest) -> HttpResponse:
    """Show one of the tabs, perhaps for one tag."""
    tabs = names()
    tab, tag = request.GET.get("tab", tabs[0]), request.GET.get("tag", "")
    if tab not in tabs:
        raise Http404(f"there is no tab {tab!r}")
    page = listed(tab, tag, request.GET.get("after"), now())
    context = {
        "section": "questions",
        "tabs": tabs,
        "tab": tab,
        "tag": tag,
        "page": page,
        "continued": "after" in request.GET,
    }
    return render(request, "board/list.html", context)


@require_safe
@board_page
def search(request: HttpRequest) -> HttpResponse:
    """Show the questions with all the words of a search."""
    text = request.GET.get("q", "").strip()
    page = (
        found(ThreadQuery(text=text), request.GET.get("after"))
        if text and len(text) <= _LONGEST
        else None
    )
    context = {
        "search_text": text,
        "page": page,
        "too_long": len(text) > _LONGEST,
        "continued": "after" in request.GET,
    }
    return render(request, "board/search.html", context)


_LONGEST = 256


@require_safe
@board_page
def tags(request: HttpRequest) -> HttpResponse:
    """Show all tags, the ones that most questions bear first."""
    counted = sorted(watch.tags().items(), key=lambda each: (-each[1], each[0]))
    context = {"section": "tags", "counted": counted}
    return render(request, "board/tags.html", context)
