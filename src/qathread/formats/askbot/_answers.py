"""Questions and answers of the API, and lists of the comments on a post, as JSON."""

import re
from collections.abc import Iterator
from datetime import tzinfo
from typing import Final

from ...bodies import HTML, MARKDOWN, Body
from ...posts import PostKind
from ...provenance import TimePrecision
from ...status import Closed
from ...users import User
from .._instants import epoch
from .._json import Place, shown
from .._members import Members
from .._report import Collector
from ._clocks import local_time
from ._facts import Facts

__all__ = ["facts_in"]

API: Final = 0
LIST: Final = 1
_DIGITS: Final = re.compile(r"[0-9]{1,18}")
_QUESTION: Final = re.compile(r"/question/([0-9]{1,18})(?:/|$)")


def facts_in(
    value: object, where: Place, report: Collector, zone: tzinfo | None
) -> Iterator[Facts]:
    """
    Yield what a JSON value says of posts.

    Args:
        value: An answer of the API, one question, or a list of comments.
        where: Its place.
        report: Hears of what is no post.
        zone: The zone of the server.
    """
    if isinstance(value, dict) and isinstance(value.get("questions"), list):
        rest = {k: v for k, v in value.items() if k != "questions"}
        told = ", ".join(f"{name} {shown(each)}" for name, each in rest.items())
        if told:
            report.tell("wrapper", "what an answer says of itself", f"{where}: {told}")
        where, value = where.down("questions"), value["questions"]
    items = value if isinstance(value, list) else [value]
    for at, item in enumerate(items):
        place = where.down(at) if isinstance(value, list) else where
        if isinstance(item, dict) and "comment_added_at" in item:
            yield from _comment(Members(item, place, report), zone)
        elif isinstance(item, dict) and "id" in item and "title" in item:
            yield from _question(Members(item, place, report))
        elif isinstance(item, dict) and item.keys() >= {"id", "added_at", "url"}:
            yield from _answer(Members(item, place, report))
        else:
            report.loss(
                "unknown-item",
                "this is no question and no comment of Askbot",
                f"{place}: {shown(item)}",
                kind="skipped",
            )


def _question(members: Members) -> Iterator[Facts]:
    facts = _post(members, PostKind.QUESTION)
    if facts is None:
        return
    count = members.count("answer_count")
    facts.accepted_id = members.name("accepted_answer_id")
    members.drop_if(has_accepted_answer=facts.accepted_id is not None)
    activity = epoch(members.peek("last_activity_at"))
    facts.freshness = 0 if activity is None else int(activity.at.timestamp())
    facts.title, facts.tags = members.text("title"), members.texts("tags")
    facts.views = members.count("view_count")
    facts.declared = {} if count is None else {"answers": count}
    facts.answer_ids = tuple(_ids(members))
    if members.peek("closed") is True:
        members.drop("closed")
        closer = _author(members, "closed_by")
        facts.people = () if closer is None else (closer,)
        facts.closed = Closed(
            by_id=None if closer is None else closer.id,
            at=members.epoch("closed_at"),
            reason=members.text("closed_reason"),
        )
    else:
        members.drop_if(closed=False)
    facts.extra = members.rest
    yield facts


def _ids(members: Members) -> Iterator[str]:
    """Take the ids of the answers; what is no id stays."""
    rest: list[object] = []
    for each in members.items("answer_ids"):
        if type(each) is int or (isinstance(each, str) and _DIGITS.fullmatch(each)):
            yield str(each)
        else:
            rest.append(each)
    if rest:
        members.put("answer_ids", rest)
        members.report.damage(
            "field",
            "an answer without its number: it is kept in extra only",
            f"{members.where.down('answer_ids')}: {shown(rest[0])}",
            kind="skipped",
        )


def _answer(members: Members) -> Iterator[Facts]:
    found = _QUESTION.search(str(members.peek("url")))
    facts = _post(members, PostKind.ANSWER)
    if facts is None:
        return
    if found is None:
        members.report.damage(
            "missing-parent",
            "an answer without the address of its question: it is left out",
            str(members.where),
            kind="skipped",
        )
        return
    facts.parent_id, facts.extra = found[1], members.rest
    yield facts


def _post(members: Members, kind: PostKind) -> Facts | None:
    """Take what questions and answers have in common."""
    post_id = members.name("id")
    if post_id is None:
        members.report.damage(
            "field",
            "a question or an answer without its number: it is left out",
            str(members.where),
            kind="skipped",
        )
        return None
    text = members.text("text")
    return Facts(
        kind=kind,
        id=post_id,
        where=str(members.where),
        rank=API,
        body=None if text is None else Body(source=text, media_type=MARKDOWN),
        author=_author(members, "author"),
        created=members.epoch("added_at"),
        edited=members.epoch("last_edited_at"),
        score=members.integer("score"),
        url=members.text("url"),
        precision=TimePrecision.SECOND,
    )


def _author(members: Members, name: str) -> User | None:
    inner = members.members(name)
    if inner is None:
        return None
    user_id, shown_name = inner.name("id"), inner.text("username")
    if user_id is None and shown_name is not None:
        inner.put("username", shown_name)
    if inner.rest:
        members.put(name, inner.rest)
    if user_id is None:
        return None
    return User(id=user_id, name=shown_name)


def _comment(members: Members, zone: tzinfo | None) -> Iterator[Facts]:
    post_id, parent_id = members.name("id"), members.name("object_id")
    if post_id is None or parent_id is None or post_id == parent_id:
        members.report.damage(
            "field",
            "a comment without its id, or without that of its post: it is left out",
            str(members.where),
            kind="skipped",
        )
        return
    html = members.text("html")
    user_id, name = members.name("user_id"), members.text("user_display_name")
    if user_id is None and name is not None:
        members.put("user_display_name", name)
    score = members.integer("score")
    if score is not None:
        members.drop_if(points=score)
    created = local_time(
        members.text("comment_added_at"), zone, members.where, members.report
    )
    yield Facts(
        kind=PostKind.COMMENT,
        id=post_id,
        parent_id=parent_id,
        where=str(members.where),
        rank=LIST,
        body=None if html is None else Body(source=html, media_type=HTML),
        author=None if user_id is None else User(id=user_id, name=name),
        created=created,
        score=score,
        precision=TimePrecision.SECOND,
        extra=members.rest,
    )
    # A list of comments is all there are of that post.
    yield Facts(kind=None, id=parent_id, where=str(members.where), rank=LIST, gap=False)
