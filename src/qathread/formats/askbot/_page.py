"""The page of one question, by the classes that Askbot gives its elements."""

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Final

from attrs import frozen

from ...bodies import HTML, Body
from ...limits import Limits
from ...posts import PostKind
from ...provenance import TimePrecision
from ...status import Closed
from ...users import User
from .._html_tree import (
    Element,
    address,
    inner_html,
    line_of,
    parse_html,
    text_of,
    walk,
)
from .._json import Place
from .._report import Collector
from ._clocks import local_time
from ._facts import Facts

__all__ = ["page_facts"]

PAGE: Final = 2
_USER: Final = re.compile(r"/users/([0-9]{1,18})(?:/|$)")
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_SCORE: Final = re.compile(r"[-\u2212]?[0-9]{1,18}")
_SEEN: Final = re.compile(r"Seen:\s*([0-9][0-9,]{0,20})\s")
_REASON: Final = re.compile(r"\"([^\"]{1,500})\"")


@frozen
class _Update:
    """Who did something to a post, and when."""

    verb: str
    at: datetime | None
    user: User | None


def page_facts(
    data: bytes,
    report: Collector,
    limits: Limits | None,
    zone: tzinfo | None,
    label: str,
) -> list[Facts]:
    """
    Return what a page says of its posts.

    Raises:
        MissingExtraError: If lxml is not installed.
        FormatError: If it is no such page.
    """
    root = parse_html(data, report, limits, label)
    found = list(_Page(root, report, zone, label).facts())
    if not any(each.kind is PostKind.QUESTION for each in found):
        raise report.error(
            "not-this-format", "this HTML page holds no question of Askbot", label
        )
    return found


class _Page:
    def __init__(
        self, root: Element, report: Collector, zone: tzinfo | None, label: str
    ) -> None:
        self._root, self._report, self._zone = root, report, zone
        self._label = label
        self._base: str | None = None
        self._views: int | None = None
        self._answers: int | None = None
        self._closed: Closed | None = None

    def facts(self) -> Iterator[Facts]:
        posts: list[tuple[Element, PostKind]] = []
        comments: list[Element] = []
        waiting = [self._root]
        while waiting:
            element = waiting.pop()
            if not isinstance(element.tag, str):
                continue
            classes = _classes(element)
            if "js-templates" in classes:
                continue
            if self._look(element, classes):
                continue
            if element.get("data-post-id") and "post" in classes:
                kind = PostKind.ANSWER if "answer" in classes else PostKind.QUESTION
                posts.append((element, kind))
            elif element.get("data-comment-id") and "comment" in classes:
                comments.append(element)
                continue  # comments stand in no other
            waiting.extend(reversed(list(element)))
        question_id: str | None = None
        for element, kind in posts:
            post_id = _digits(element.get("data-post-id"))
            if post_id is None or (kind is PostKind.ANSWER and question_id is None):
                self._unread(element)
                continue
            if kind is PostKind.QUESTION:
                question_id = post_id
            yield self._post(element, kind, post_id, question_id)
        for element in comments:
            yield from self._comment(element)

    def _look(self, element: Element, classes: frozenset[str]) -> bool:
        """Take what the page says of the question as a whole; tell a box of it."""
        if element.tag == "link" and element.get("rel") == "canonical":
            self._base = self._base or element.get("href")
        elif element.get("id") == "questionCount":
            found = _NUMBER.search(text_of(element))
            if found is not None and self._answers is None:
                self._answers = int(found[0])
        elif "statsWidget" in classes:
            seen = _SEEN.search(" ".join(text_of(element).split()) + " ")
            if seen is not None and self._views is None:
                self._views = int(seen[1].replace(",", ""))
        elif "question-status" in classes:
            reason = _REASON.search(" ".join(text_of(element).split()))
            if self._closed is None:
                self._closed = Closed(reason=None if reason is None else reason[1])
        else:
            return False
        return True

    def _post(
        self, element: Element, kind: PostKind, post_id: str, question_id: str | None
    ) -> Facts:
        facts = Facts(
            kind=kind,
            id=post_id,
            parent_id=None if kind is PostKind.QUESTION else question_id,
            where=line_of(element, self._label),
            rank=PAGE,
            precision=TimePrecision.SECOND,
        )
        tags: list[str] = []
        waiting = list(reversed(list(element)))
        while waiting:
            inner = waiting.pop()
            if not isinstance(inner.tag, str):
                continue
            classes = _classes(inner)
            if "post" in classes and inner.get("data-post-id"):
                continue  # one of its own
            if "comments" in classes:
                facts.gap = _has_more(inner)
            elif "vote-number" in classes:
                facts.score = _score(text_of(inner))
            elif inner.tag == "h1" and kind is PostKind.QUESTION:
                facts.title = " ".join(text_of(inner).split())
            elif "js-tag-name" in classes:
                tags.append(inner.get("data-tag-name") or text_of(inner).strip())
            elif "post-body" in classes:
                self._body(inner, facts)
            else:
                waiting.extend(reversed(list(inner)))
        if kind is PostKind.QUESTION:
            facts.tags, facts.views = tuple(tags), self._views
            facts.url, facts.closed = self._base, self._closed
            if self._answers is not None:
                facts.declared["answers"] = self._answers
        elif self._base is not None:
            facts.url = address(self._base, f"?answer={post_id}#post-id-{post_id}")
        facts.accepted = "accepted-answer" in _classes(element)
        return facts

    def _body(self, element: Element, facts: Facts) -> None:
        boxes = [
            child
            for child in element
            if isinstance(child.tag, str)
            and "post-update-info-container" in _classes(child)
        ]
        source = inner_html(element, without=boxes)
        facts.body = Body(source=source.strip(" \t\r\n"), media_type=HTML)
        for update in self._updates(boxes):
            if update.verb.startswith("updated"):
                facts.edited = update.at
            else:
                facts.author = facts.author or update.user
                facts.created = facts.created or update.at

    def _updates(self, boxes: list[Element]) -> Iterator[_Update]:
        waiting = list(reversed(boxes))
        while waiting:
            element = waiting.pop()
            if not isinstance(element.tag, str):
                continue
            if "post-update-info" not in _classes(element):
                waiting.extend(reversed(list(element)))
                continue
            verb = text_of(element).strip()[:20].lower()
            yield _Update(verb, self._time(element), _user(element))

    def _comment(self, element: Element) -> Iterator[Facts]:
        post_id = _digits(element.get("data-comment-id"))
        parent_id = None
        above = element.getparent()
        while above is not None and parent_id is None:
            parent_id = _digits(above.get("data-parent-post-id"))
            above = above.getparent()
        if post_id is None or parent_id is None:
            self._unread(element)
            return
        facts = Facts(
            kind=PostKind.COMMENT,
            id=post_id,
            parent_id=parent_id,
            where=line_of(element, self._label),
            rank=PAGE,
            created=self._time(element),
            author=_user(element, "author"),
            precision=TimePrecision.SECOND,
        )
        for inner in walk(element):
            classes = _classes(inner)
            if "comment-body" in classes and facts.body is None:
                source = inner_html(inner).strip(" \t\r\n")
                facts.body = Body(source=source, media_type=HTML)
            elif "js-score" in classes:
                facts.score = _score(text_of(inner))
        yield facts

    def _time(self, element: Element) -> datetime | None:
        for inner in walk(element):
            if "timeago" in _classes(inner) and inner.get("title"):
                where = Place(line_of(inner, self._label))
                return local_time(inner.get("title"), self._zone, where, self._report)
        return None

    def _unread(self, element: Element) -> None:
        self._report.damage(
            "field",
            "a post without its number, or outside of a question: it is left out",
            line_of(element, self._label),
            kind="skipped",
        )


def _user(element: Element, wanted: str | None = None) -> User | None:
    """Return whom the first link to a profile with a name leads to."""
    for inner in walk(element):
        if inner.tag != "a" or (wanted is not None and wanted not in _classes(inner)):
            continue
        found = _USER.search(inner.get("href") or "")
        name = " ".join(text_of(inner).split())
        if found is not None and name:
            return User(id=found[1], name=name)
    return None


def _has_more(comments: Element) -> bool:
    """Tell whether a page offers to load comments that it does not show."""
    for inner in walk(comments):
        classes = _classes(inner)
        if "js-load-comments-btn" in classes:
            return "hidden" not in classes
    return False


def _classes(element: Element) -> frozenset[str]:
    return frozenset((element.get("class") or "").split())


def _digits(text: str | None) -> str | None:
    return text if text and _NUMBER.fullmatch(text) and text != "0" else None


def _score(text: str) -> int | None:
    text = text.strip()
    if not _SCORE.fullmatch(text):
        return None
    return int(text.replace("\u2212", "-"))
