"""What the sources of Askbot say of one post, and the threads of all posts."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from attrs import define, field

from ...bodies import HTML, Body
from ...content import ThreadKind
from ...feedback import Tally
from ...posts import Post, PostKind, Stub
from ...provenance import Provenance, TimePrecision, extra_text
from ...status import Closed, Status
from ...thread import Thread
from ...users import User, UserKind
from .._gathering import Frame, Piece, build, nobody, roots
from .._making import made_post
from .._report import Collector

__all__ = ["Facts", "threads_of"]

PLATFORM: Final = "askbot"
_NO_STATUS: Final = Status()


@define(eq=False, kw_only=True)
class Facts:
    """
    What one source says of one post.

    Attributes:
        kind: Question, answer or comment; None: only that it is there.
        id: Its number; one table holds all kinds of posts.
        parent_id: What it stands under.
        where: Its place.
        rank: Which source is believed first: the API, then lists, then pages.
        freshness: Of two of one rank the later one.
        gap: Whether more comments are under it; None: the source does not say.
    """

    kind: PostKind | None
    id: str
    where: str
    rank: int
    parent_id: str | None = None
    freshness: int = 0
    title: str | None = None
    tags: tuple[str, ...] | None = None
    views: int | None = None
    body: Body | None = None
    author: User | None = None
    created: datetime | None = None
    edited: datetime | None = None
    score: int | None = None
    accepted: bool = False
    closed: Closed | None = None
    url: str | None = None
    precision: TimePrecision | None = None
    declared: dict[str, int] = field(factory=dict)
    extra: dict[str, object] = field(factory=dict)
    accepted_id: str | None = None
    answer_ids: tuple[str, ...] = ()
    people: tuple[User, ...] = ()
    gap: bool | None = None


#: What is taken from a later source where the first one does not know it.
_PARTS: Final = (
    "kind",
    "parent_id",
    "title",
    "tags",
    "views",
    "body",
    "author",
    "created",
    "edited",
    "score",
    "closed",
    "url",
    "precision",
    "accepted_id",
)
_COMPARED: Final = ("title", "views", "created", "score")


def threads_of(facts: Iterable[Facts], report: Collector) -> Iterator[Thread]:
    """
    Yield a thread for each question, then one for whatever is under missing posts.

    Args:
        facts: What all sources say, in order of appearance.
        report: Hears of what differs and what is missing.
    """
    posts = _joined(facts, report)
    known = {each.id for each in posts.values() if each.kind is not None}
    tops: dict[str, list[Facts]] = {}
    above = roots(
        {each.id: each.parent_id for each in posts.values() if each.kind is not None}
    )
    for each in posts.values():
        if each.kind is not None:
            tops.setdefault(above[each.id], []).append(each)
    for root_id, members in tops.items():
        root = posts.get(root_id)
        if root is not None and root.kind not in (None, PostKind.QUESTION):
            members = [each for each in members if each is not root]
            report.damage(
                "cycle",
                "a comment that stands under itself, or under nothing: it is left out",
                f"{root.where}: {root_id}",
                kind="skipped",
            )
        if members:
            yield _thread(root_id, members, posts, known, report)


def _joined(facts: Iterable[Facts], report: Collector) -> dict[str, Facts]:
    copies: dict[str, list[Facts]] = {}
    for each in facts:
        copies.setdefault(each.id, []).append(each)
    found: dict[str, Facts] = {}
    for post_id, several in copies.items():
        first, *others = sorted(several, key=lambda e: (e.rank, -e.freshness))
        for other in others:
            _fill(first, other, report)
        found[post_id] = first
    return found


def _fill(first: Facts, other: Facts, report: Collector) -> None:
    for name in _COMPARED:
        one, two = getattr(first, name), getattr(other, name)
        if one is not None and two is not None and one != two:
            report.tell(
                "sources-differ",
                "two sources say different things of one post: what the API says goes "
                "before lists of comments, these go before pages",
                f"{first.where}, {other.where}: {name} of {first.id}",
            )
    if None not in (first.kind, other.kind) and first.kind is not other.kind:
        report.loss(
            "duplicate-id",
            "two posts of one number that are of different kinds: the first one is "
            "kept",
            f"{first.where}, {other.where}: {first.id}",
        )
        return
    for name in _PARTS:
        if getattr(first, name) is None:
            setattr(first, name, getattr(other, name))
    first.accepted |= other.accepted
    first.answer_ids = first.answer_ids or other.answer_ids
    first.people = first.people or other.people
    first.declared = {**other.declared, **first.declared}
    first.extra = {**other.extra, **first.extra}
    if other.gap is not None:  # a list of comments is whole, so nothing is left
        first.gap = other.gap and first.gap is not False


def _thread(
    root_id: str,
    members: list[Facts],
    posts: dict[str, Facts],
    known: set[str],
    report: Collector,
) -> Thread:
    root = posts.get(root_id)
    question = root if root is not None and root.kind is PostKind.QUESTION else None
    if question is None:
        report.tell(
            "root-missing",
            "comments on a post that is not there: a stub stands for it",
            root_id,
        )
    else:
        _compare(question, members, report)
    accepted: tuple[str, ...] = tuple(each.id for each in members if each.accepted)
    if question is not None and question.accepted_id is not None:
        if question.accepted_id in known:
            accepted = tuple(dict.fromkeys((question.accepted_id, *accepted)))
        else:
            question.extra["accepted_answer_id"] = _number(question.accepted_id)
            report.tell(
                "accepted-missing",
                "an accepted answer that is not at hand: extra holds its id",
                f"{question.where}: {question.accepted_id}",
            )
    frame = Frame(
        thread_id=root_id,
        root_id=root_id,
        kind=ThreadKind.QA,
        accepted=accepted,
        status=_NO_STATUS
        if question is None or question.closed is None
        else Status(closed=question.closed),
        provenance=Provenance(platform=PLATFORM),
    )
    pieces = [_piece(each, root_id, report) for each in members]
    return build(frame, pieces, report, _stubs(members, known))


def _number(text: str) -> int | str:
    """Return an id as the API writes it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else text


def _stubs(members: list[Facts], known: set[str]) -> Iterator[Stub]:
    for each in members:
        for answer_id in each.answer_ids:
            if answer_id not in known:
                yield Stub(id=answer_id, parent_id=each.id)
        if each.gap:
            yield Stub(id=f"more:{each.id}", parent_id=each.id)


def _piece(facts: Facts, root_id: str, report: Collector) -> Piece:
    if facts.body is None:
        report.loss(
            "body-missing",
            "a post without its text, which the API does not give: its body is empty; "
            "read the page of the question beside it",
            f"{facts.where}: {facts.id}",
            kind="noted",
        )
    author = facts.author or nobody(facts.id, UserKind.REGISTERED)
    tally = None
    if facts.score is not None:
        tally = Tally(post_id=facts.id, score=facts.score)
    return Piece(
        post=_post(facts, author, root_id),
        author=author,
        where=facts.where,
        tally=tally,
        people=facts.people,
    )


def _post(facts: Facts, author: User, root_id: str) -> Post:
    body = facts.body or Body(source="", media_type=HTML)
    timed = facts.created is not None or facts.edited is not None
    origin = Provenance(
        platform=PLATFORM,
        url=facts.url,
        time_precision=facts.precision if timed else None,
        zone_stated=True if timed else None,
        declared=tuple(sorted(facts.declared.items())),
        extra=extra_text(facts.extra) if facts.extra else None,
    )
    kind = facts.kind or PostKind.COMMENT
    parent_id = facts.parent_id or root_id
    if kind is PostKind.ANSWER:
        parent_id = root_id
    elif kind is PostKind.QUESTION and facts.id != root_id:
        kind = PostKind.COMMENT
    return made_post(
        kind,
        id=facts.id,
        parent_id=parent_id,
        author=author,
        name=author.name,
        body=body,
        created_at=facts.created,
        edited_at=facts.edited,
        provenance=origin,
        title=facts.title,
        tags=facts.tags or (),
        views=facts.views,
    )


def _compare(question: Facts, members: list[Facts], report: Collector) -> None:
    counts = Counter(each.kind for each in members)
    stated = question.declared.get("answers")
    here = counts[PostKind.ANSWER]
    if stated is not None and stated != here:
        report.tell(
            "count-differs",
            "a question has more or fewer answers than are at hand; the site's number "
            "is kept as declared",
            f"{question.where}: answers {stated}, here {here}",
        )
