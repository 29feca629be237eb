"""Threads as a WordPress export."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO, Final
from xml.sax.saxutils import escape, quoteattr

from ...bodies import HTML
from ...errors import ValidationError
from ...posts import Post, Question
from ...thread import Thread
from .._features import FEATURES, lose, report_losses
from .._own_parts import NOT_HELD, members_of, post_members
from .._report import Collector
from .._sparse import sparse
from .._xml_text import FORBIDDEN
from ._items import slug
from ._numbers import Numbers
from ._own import approval

__all__ = ["write_wordpress"]

_TARGET: Final = "WXR"
_HELD: Final = frozenset(FEATURES) - NOT_HELD
_NEVER: Final = "0000-00-00 00:00:00"
_HEAD: Final = """\
<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0"
  xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dsq="http://www.disqus.com/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:wp="http://wordpress.org/export/1.2/"
>
<channel>
<title>qathread</title>
<link></link>
<description></description>
<wp:wxr_version>1.2</wp:wxr_version>
"""
_FOOT: Final = "</channel>\n</rss>\n"
_HIDDEN: Final = ("private", "draft", "future")


def write_wordpress(
    threads: Iterable[Thread], out: BinaryIO, name: str, report: Collector
) -> None:
    """
    Write an export of version 1.2 with one item per thread.

    What WXR has no word for goes into meta data of our own, ``qathread_thread`` and
    ``qathread_post``, so that it is there when the file is read again. Bodies go in
    as they are, whatever they are written in.

    Raises:
        LossError: If strict, at the first loss.
        ValidationError: If there is no thread at all.
    """
    numbers = Numbers()
    count = 0
    for count, thread in enumerate(threads, start=1):
        if count == 1:
            out.write(_HEAD.encode())
        report_losses(thread, report, target=_TARGET, held=_HELD)
        for line in _item(thread, numbers, report):
            out.write(line.encode())
    if not count:
        raise ValidationError("there is no thread to write: give at least one")
    out.write(_FOOT.encode())


def _item(thread: Thread, given: Numbers, report: Collector) -> Iterator[str]:
    root = thread.root
    question = root if isinstance(root, Question) else None
    members = _thread_members(thread, question)
    yield "<item>\n"
    yield _element("title", None if question is None else question.title)
    yield _element("link", _url(question))
    created_at = None if question is None else question.created_at
    if created_at is not None:
        yield _plain("pubDate", _feed_time(created_at))
    yield _element("dc:creator", None if question is None else _login(thread))
    yield f'<guid isPermaLink="false">{_cdata(thread.id)}</guid>\n'
    yield _element("description", None)
    source = "" if question is None else question.body.source
    if question is not None:
        _look(question, report)
    yield _element("content:encoded", source)
    yield _element("excerpt:encoded", None)
    yield _element("dsq:thread_identifier", thread.id)
    yield _plain("wp:post_id", str(given.of_item(thread)))
    yield _plain("wp:post_date", _time(created_at))
    yield _plain("wp:post_date_gmt", _time(created_at))
    edited_at = question.edited_at if question is not None else None
    yield _plain("wp:post_modified_gmt", _time(edited_at or created_at))
    closed = thread.status.closed is not None
    yield _plain("wp:comment_status", "closed" if closed else "open")
    yield _plain("wp:ping_status", "closed")
    yield _element("wp:post_name", None)
    yield _plain("wp:status", _state(thread, question))
    yield _plain("wp:post_parent", "0")
    yield _plain("wp:menu_order", "0")
    yield _plain("wp:post_type", "post")
    yield _element("wp:post_password", None)
    pinned = thread.status.pinned is not None
    yield _plain("wp:is_sticky", "1" if pinned else "0")
    for tag in () if question is None else question.tags:
        nicename = quoteattr(_held(slug(tag)))
        yield f'<category domain="post_tag" nicename={nicename}>{_cdata(tag)}'
        yield "</category>\n"
    yield _meta("wp:postmeta", "qathread_thread", members)
    numbers = given.of_comments(thread)
    for post in thread.posts:
        if post is not question:
            yield from _comment(thread, post, numbers, report)
    yield "</item>\n"


def _comment(
    thread: Thread, post: Post, numbers: Mapping[str, int], report: Collector
) -> Iterator[str]:
    _look(post, report)
    without = ["created_at"] if _is_held(post.created_at) else []
    parent_id = post.parent_id or ""
    if parent_id == thread.root.id or parent_id in numbers:
        without.append("parent_id")
    members = _members(post, *without)
    tally = thread.tally(post.id)
    if tally.known:
        members["tally"] = sparse(tally, "post_id")
    user = thread.author(post.id)
    at = _time(post.created_at)
    yield "<wp:comment>\n"
    yield _plain("wp:comment_id", str(numbers[post.id]))
    name = post.author_name or user.name or user.handle
    yield _element("wp:comment_author", name)
    yield _element("wp:comment_author_email", _kept(post, "wp:comment_author_email"))
    yield _element("wp:comment_author_url", _kept(post, "wp:comment_author_url"))
    yield _element("wp:comment_author_IP", _kept(post, "wp:comment_author_IP"))
    yield _plain("wp:comment_date", at)
    yield _plain("wp:comment_date_gmt", at)
    yield _element("wp:comment_content", post.body.source)
    yield _plain("wp:comment_approved", approval(post))
    kind = _kept(post, "wp:comment_type")
    yield _element("wp:comment_type", kind or "comment")
    yield _plain("wp:comment_parent", str(numbers.get(parent_id, 0)))
    yield _plain("wp:comment_user_id", "0")
    yield _meta("wp:commentmeta", "qathread_post", members)
    yield "</wp:comment>\n"


# -- what WXR has no word for --------------------------------------------------------


def _thread_members(thread: Thread, question: Question | None) -> dict[str, Any]:
    gaps = {stub.id for stub in thread.stubs}
    members = members_of(thread, tallies_of={*gaps, thread.root.id})
    if question is None:
        members["root_id"] = thread.root.id
        return members
    without = ["created_at"] if _is_held(question.created_at) else []
    title = question.title
    if title and not FORBIDDEN.search(title):
        without.append("title")
    if all(tag.strip() and not FORBIDDEN.search(tag) for tag in question.tags):
        without.append("tags")
    members["question"] = _members(question, *without)
    place = next(at for at, post in enumerate(thread.posts) if post is question)
    if place:
        members["question_at"] = place
    return members


def _members(post: Post, *without: str) -> dict[str, Any]:
    members = post_members(post, *without)
    if post.created_at is None:  # else it gets the time of an import
        members["created_at"] = None
    return members


# -- what it has a word for ----------------------------------------------------------


def _look(post: Post, report: Collector) -> None:
    """Report what happens to the text of a post."""
    source = post.body.source
    count = len(FORBIDDEN.findall(source))
    if count:
        lose(report, "characters", _TARGET, post.id, count=count)
    if source and post.body.media_type != HTML:
        report.tell(
            "not-html",
            "bodies that are not HTML go in as they are, and WordPress shows them as "
            "if they were",
            post.id,
        )


def _url(question: Question | None) -> str | None:
    if question is None or question.provenance is None:
        return None
    return question.provenance.url


def _login(thread: Thread) -> str:
    user = thread.author(thread.root.id)
    return user.handle or user.id


def _kept(post: Post, name: str) -> str | None:
    """Return a member that the post had when it was read from WXR."""
    origin = post.provenance
    if origin is None or origin.platform != "wordpress" or origin.extra is None:
        return None
    value = origin.members().get(name)
    return value if isinstance(value, str) else None


def _state(thread: Thread, question: Question | None) -> str:
    status = thread.status
    if question is None or not question.stands:
        return "trash"
    if status.hidden is not None:
        reason = status.hidden.reason
        return reason if reason in _HIDDEN else "private"
    return "publish" if status.pending is None else "pending"


def _is_held(at: datetime | None) -> bool:
    return at is not None and not at.microsecond


def _time(at: datetime | None) -> str:
    if at is None:
        return _NEVER
    return at.replace(microsecond=0, tzinfo=None).isoformat(" ")


def _feed_time(at: datetime) -> str:
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[at.weekday()]
    month = _MONTHS[at.month - 1]
    return f"{day}, {at.day:02} {month} {at.year:04} {at:%H:%M:%S} +0000"


_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)


# -- XML -----------------------------------------------------------------------------


def _element(name: str, text: str | None) -> str:
    return f"<{name}>{_cdata(text) if text else ''}</{name}>\n"


def _plain(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>\n"


def _meta(name: str, key: str, members: Mapping[str, Any]) -> str:
    text = json.dumps(members, ensure_ascii=True, separators=(",", ":"))
    value = _cdata(text)
    return (
        f"<{name}>\n<wp:meta_key>{key}</wp:meta_key>\n"
        f"<wp:meta_value>{value}</wp:meta_value>\n</{name}>\n"
    )


def _held(text: str) -> str:
    return FORBIDDEN.sub("\ufffd", text)


def _cdata(text: str) -> str:
    """Return any text as one CDATA section, or several; a CR is kept beside them."""
    text = _held(text).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{text}]]>".replace("\r", "]]>&#13;<![CDATA[")
