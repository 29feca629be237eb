"""Profiles with points explained, and notices."""

from itertools import accumulate

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qathread.contrib.django import standings
from qathread.contrib.django.users import user_for
from qathread.stores import ThreadOrder, ThreadQuery

from ..answering import action, board_page
from ..listing import found, known_people
from ..models import NoticesSeen
from ..rules import LEVELS, POLICY
from ..watching import watch

_ENTRIES = 100
_NOTICES = 100


@require_safe
@board_page
def profile(request: HttpRequest, user_id: str) -> HttpResponse:
    """Show somebody: questions, points one by one, and earlier names."""
    person = known_people([user_id]).get(user_id)
    names = watch.names(user_id)
    if person is None:
        raise Http404("there is no such user")
    asked = ThreadQuery(author_id=user_id, order=ThreadOrder.NEWEST)
    ledger = standings.ledger(POLICY)
    entries = ledger.entries(user_id)
    start = POLICY.reputation.start
    totals = accumulate((entry.paid for entry in entries), initial=start)
    next(totals)
    explained = [
        (entry, total, entry.rule.replace("_", " "))
        for entry, total in zip(entries, totals, strict=True)
    ]
    context = {
        "person": person,
        "names": [name for name in names if name != person.name],
        "page": found(asked, request.GET.get("after")),
        "start": start,
        "explained": explained[-_ENTRIES:][::-1],
        "earlier": max(0, len(entries) - _ENTRIES),
        "words": ledger.explain(user_id),
        "next_level": next(
            (each for each in LEVELS if each > (person.reputation or 0)), None
        ),
    }
    return render(request, "board/profile.html", context)


@require_safe
@login_required
@board_page
def notices(request: HttpRequest) -> HttpResponse:
    """Show what somebody should hear of, the latest first."""
    user_id = user_for(request.user).id
    heard = watch.heard(user_id)
    seen = NoticesSeen.objects.filter(user_id=user_id).first()
    position = 0 if seen is None else seen.position
    latest = heard[-_NOTICES:][::-1]
    by = known_people({each.notice.by_id for each in latest if each.notice.by_id})
    shown = [
        (
            each,
            each.position > position,
            by.get(each.notice.by_id or ""),
            _WORDS.get(each.notice.kind, each.notice.kind.replace("_", " ")),
        )
        for each in latest
    ]
    context = {
        "section": "notices",
        "shown": shown,
        "unread": sum(each.position > position for each in heard),
        "last": heard[-1].position if heard else 0,
    }
    return render(request, "board/notices.html", context)


_WORDS = {
    "answered": "answered your question",
    "commented": "commented on your post",
    "replied": "replied to your comment",
    "mentioned": "mentioned you",
    "accepted": "accepted your answer",
    "unaccepted": "no longer accepts your answer",
    "edited": "edited your post",
    "closed": "closed your question",
    "reopened": "reopened your question",
    "removed": "removed your post",
    "reinstated": "reinstated your post",
    "deleted": "deleted your post",
    "restored": "restored your post",
    "hidden": "hid your post",
    "locked": "locked your thread",
    "unlocked": "unlocked your thread",
    "flag_resolved": "settled your flag",
}


@action
def notices_seen(request: HttpRequest) -> HttpResponse:
    """Mark as read what was shown, and nothing that came since."""
    text = request.POST.get("last", "")
    position = int(text) if text.isascii() and text.isdecimal() else 0
    user_id = user_for(request.user).id
    heard = watch.heard(user_id)
    most = heard[-1].position if heard else 0
    NoticesSeen.objects.get_or_create(user_id=user_id)
    NoticesSeen.objects.filter(
        user_id=user_id, position__lt=min(position, most)
    ).update(position=min(position, most))
    return HttpResponseRedirect(reverse("board:notices"))
