"""Threads of what a page tells."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from attrs import evolve

from ..._checks import LATEST
from ...bodies import Body
from ...content import ThreadKind
from ...feedback import Tally
from ...posts import Post, PostKind, Stub
from ...provenance import Provenance
from ...status import Link, LinkKind, Mark
from ...thread import Thread
from ...users import User, UserKind
from .._gathering import Frame, Piece, build, circles, nobody
from .._making import made_post
from .._report import Collector
from ._drafts import Draft, Found, digest, with_members
from ._own import Own
from ._words import PLATFORM

__all__ = ["thread_of"]

_MARK: Final = Mark()


def thread_of(found: Found, report: Collector) -> Thread:
    """
    Return the thread that drafts make.

    Raises:
        FormatError: If strict, at a parent that is not there.
        LossError: If strict, where copies of a post differ.
    """
    drafts = _arranged(found.drafts)
    root = found.root
    _compare(found, report)
    if root.kind is None:
        report.tell(
            "root-missing",
            "a question without anything but its place: a stub stands for it",
            root.where,
        )
    own = root.own or Own()
    marked = (draft.id for draft in found.drafts if draft.accepted)
    frame = Frame(
        thread_id=found.thread_id or root.id,
        root_id=root.id,
        kind=ThreadKind.QA if found.is_qa else ThreadKind.DISCUSSION,
        accepted=tuple(dict.fromkeys((*marked, *own.accepted))),
        status=own.status,
        people=own.people,
        provenance=Provenance(platform=PLATFORM, extra=found.extra),
        by_time=False,
    )
    parents = _parents(drafts, root, report)
    pieces = [
        _piece(draft, parents[draft.id]) for draft in drafts if draft.kind is not None
    ]
    stubs = [_stub(draft, parents[draft.id]) for draft in drafts if draft.kind is None]
    thread = build(frame, pieces, report, stubs)
    gaps = [draft for draft in drafts if draft.kind is None]
    if gaps or own.bounties or own.links:
        return _with_more(thread, gaps, own)
    return thread


def _arranged(drafts: Iterable[Draft]) -> list[Draft]:
    """Return posts in order of arrival: as the page says, or by time, then by id."""
    known = list(drafts)
    places = [each.position for each in known if each.kind is not None]
    if None not in places and len(set(places)) == len(places):
        return sorted(known, key=lambda each: each.position or 0)
    for each in known:
        if each.position is not None:
            each.extra = with_members(each.extra, position=each.position)
    return sorted(
        known,
        key=lambda each: (each.parent is not None, each.created or LATEST, each.id),
    )


def _parents(
    drafts: Iterable[Draft], root: Draft, report: Collector
) -> dict[str, str | None]:
    """Return what each post stands under, without circles."""
    parents: dict[str, str | None] = {}
    where: dict[str, str] = {}
    drafts = tuple(drafts)
    for draft in drafts:  # before it is asked what stands under them
        if draft.id == root.id and draft.parent is not None:
            who = "" if draft.author is None else draft.author.id
            at = "" if draft.created is None else draft.created.isoformat()
            draft.id = f"c-{digest(root.id, who, at, draft.text)}"
            report.damage(
                "duplicate-id",
                "a reply has the id of the first post: it gets one of its own",
                f"{draft.where}: {root.id}",
            )
    for draft in drafts:
        parents[draft.id], where[draft.id] = _parent(draft, root), draft.where
    for post_id in circles(parents):
        parents[post_id] = root.id
        report.damage(
            "cycle",
            "replies that stand under each other in a circle: the one with the "
            "smallest id is put under the first post",
            f"{where[post_id]}: {post_id}",
        )
    return parents


def _parent(draft: Draft, root: Draft) -> str | None:
    if draft.parent is None:
        return None
    if draft.kind is PostKind.ANSWER:
        return root.id
    return draft.above or draft.parent.id


def _stub(draft: Draft, parent_id: str | None) -> Stub:
    return Stub(
        id=draft.id,
        parent_id=None if draft.loose else parent_id,
        count=draft.count,
        child_ids=draft.child_ids,
        cursor=draft.cursor,
    )


def _piece(draft: Draft, parent_id: str | None) -> Piece:
    author = draft.author or nobody(draft.id, UserKind.REGISTERED)
    return Piece(
        post=_post(draft, author, parent_id or ""),
        author=author,
        where=draft.where,
        tally=_tally(draft),
        people=draft.people,
        links=tuple(
            Link(kind=LinkKind.LINKED, target=target, post_id=draft.id)
            for target in draft.links
        ),
    )


def _post(draft: Draft, author: User, parent_id: str) -> Post:
    body = Body(source=draft.text, media_type=draft.media_type, language=draft.language)
    deleted = _MARK if draft.deleted else None
    removed = _MARK if draft.removed else None
    return made_post(
        draft.kind or PostKind.COMMENT,
        id=draft.id,
        parent_id=parent_id,
        author=author,
        name=author.name,
        body=body,
        created_at=draft.created,
        edited_at=draft.edited,
        revision=draft.revision,
        deleted=deleted,
        removed=removed,
        status=draft.marks,
        provenance=_origin(draft),
        title=draft.title,
        tags=draft.tags,
        views=draft.counts.views,
    )


def _origin(draft: Draft) -> Provenance:
    return Provenance(
        platform=PLATFORM,
        id=draft.other_id,
        url=draft.url,
        license=draft.license,
        time_precision=draft.precision,
        zone_stated=draft.zone_stated,
        declared=tuple(sorted(draft.counts.declared.items())),
        extra=draft.extra,
    )


def _tally(draft: Draft) -> Tally | None:
    counts = draft.counts
    tally = Tally(
        post_id=draft.id,
        up=counts.up,
        down=counts.down,
        score=counts.score,
        reactions=tuple(sorted(counts.reactions.items())),
        exact=counts.exact,
        complete=counts.complete,
    )
    return tally if tally.known else None


def _with_more(thread: Thread, gaps: Iterable[Draft], own: Own) -> Thread:
    """Return *thread* with links, bounties and all that is said of missing posts."""
    parts = thread.content
    stubs = {stub.id: stub for stub in parts.stubs}
    tallies = list(parts.tallies)
    for gap in gaps:
        if gap.id not in stubs:
            continue  # the post is there after all
        tally = _tally(gap)
        if tally is not None:
            tallies.append(tally)
        stub = stubs[gap.id]
        # With an answer at hand it is known which stub is the first post.
        loose = gap.loose and bool(parts.answers or parts.question)
        stubs[gap.id] = evolve(
            stub,
            parent_id=None if loose else stub.parent_id,
            child_ids=gap.child_ids,
        )
    return Thread.from_parts(
        id=thread.id,
        kind=parts.kind,
        posts=thread.posts,
        stubs=stubs.values(),
        tallies={tally.post_id: tally for tally in tallies}.values(),
        users=parts.users,
        accepted=parts.accepted,
        status=parts.status,
        bounties={each.id: each for each in own.bounties}.values(),
        links=(*parts.links, *own.links),
        provenance=parts.provenance,
    )


def _compare(found: Found, report: Collector) -> None:
    """Tell where a page counts more or fewer replies than it shows."""
    below = Counter(
        id(each.parent) for each in found.drafts if each.kind is PostKind.COMMENT
    )
    answers = sum(each.kind is PostKind.ANSWER for each in found.drafts)
    comments = sum(each.kind is PostKind.COMMENT for each in found.drafts)
    for draft in found.drafts:
        for name, count in draft.counts.declared.items():
            if name == "answers":
                shown = {answers}
            elif name == "comments":
                shown = {below[id(draft)]}
                # A site may count all replies, those to replies and answers too.
                shown |= {comments, comments + answers} if not draft.parent else set()
            else:
                continue
            if count not in shown:
                report.tell(
                    "count-differs",
                    "a page counts more or fewer replies than it shows; its number "
                    "is kept as declared",
                    f"{draft.where}: {name} {count}, here {max(shown)}",
                )
