"""Finds the views of posts and comments in answers of the API of Lemmy."""

from collections.abc import Mapping
from typing import Final

from attrs import define, field

from ...errors import FormatError, excerpt
from .._json import Place, shown
from .._json_files import Records, documents
from .._report import Collector
from .._sources import Input

__all__ = ["Found", "Intake", "View", "host_of"]

_WANTED: Final = "answers of the API of Lemmy as JSON"
_LISTS: Final = ("posts", "comments", "items")
_SINGLE: Final = ("post_view", "comment_view")
_NOTHING: Final[Mapping[str, object]] = {}
#: Objects that come with a view and belong to its thread.
_SHARED: Final = ("community", "community_view", "cross_posts", "moderators")


@define(eq=False)
class View:
    """
    A post or comment as one answer shows it.

    Attributes:
        members: Its own members.
        more: What stands beside them: its author, counts, what the reader did.
        where: Its place.
        is_whole: False for a post that only comes with a comment on it.
    """

    members: Mapping[str, object]
    more: Mapping[str, object]
    where: Place
    is_whole: bool = True


@define(eq=False)
class Found:
    """
    What was delivered of one thread.

    Attributes:
        posts: Copies of the post.
        comments: Copies of comments, by id.
        shared: What belongs to the thread as a whole, by name: its copies.
    """

    posts: list[View] = field(factory=list)
    comments: dict[str, list[View]] = field(factory=dict)
    shared: dict[str, list[object]] = field(factory=dict)


class Intake:
    """
    Takes in answers, and keeps each view by its thread.

    Attributes:
        threads: By the id of the post, in order of appearance.
        hosts: Where what is local to the server is at home.
    """

    def __init__(self, input: Input) -> None:
        self._report: Collector = input.report
        self._records = Records(input.limits, input.report)
        self._met = ""  # what was there in place of views
        self._has_lists = False
        self._problem: FormatError | None = None
        self.threads: dict[str, Found] = {}
        self.hosts: set[str] = set()
        self._input = input

    def read(self) -> None:
        """
        Take in everything.

        Raises:
            FormatError: If there is no view; if strict, at any damage.
            OSError: If a file of a folder cannot be opened.
        """
        for where, value in documents(self._input, _WANTED):
            self._records.next_document()
            if isinstance(value, list):
                for index, each in enumerate(value):
                    self._value(each, where.down(index))
                if not value:
                    self._met = self._met or "an empty list"
            else:
                self._value(value, where)
        if not self.threads and not self._has_lists:
            if self._problem is not None:
                raise self._problem
            what = self._met or "nothing of it is whole"
            raise self._report.error(
                "not-this-format", f"{_WANTED} expected, this is {what}"
            )
        if len(self.hosts) > 1:
            self._report.loss(
                "several-sites",
                "the answers are of several servers, whose ids mean different posts: "
                "read those of one server at a time, with ids='global', and merge",
                ", ".join(sorted(self.hosts)[:5]),
                kind="noted",
            )

    def _value(self, value: object, where: Place) -> None:
        if not isinstance(value, dict):
            self._other(shown(value), where)
            return
        if self._view(value, where):
            return
        single = [name for name in _SINGLE if isinstance(value.get(name), dict)]
        lists = [name for name in _LISTS if isinstance(value.get(name), list)]
        if not single and not lists:
            if "error" in value:
                self._failed(value, where)
            else:
                self._other("an object without posts and comments", where)
            return
        self._has_lists = self._has_lists or bool(lists)
        for name in single:
            each = value[name]
            assert isinstance(each, dict)
            beside = {n: v for n, v in value.items() if n not in (*single, *lists)}
            if not self._view(each, where.down(name), beside):
                self._other("a view without a post and a comment", where.down(name))
        if lists and not single:
            self._beside(value, lists, where)
        for name in lists:
            several = value[name]
            assert isinstance(several, list)
            for index, each in enumerate(several):
                here = where.down(name, index)
                if not isinstance(each, dict) or not self._view(each, here):
                    self._other(f"{shown(each)} that is no view", here)
        if isinstance(value.get("next_page"), str):
            self._report.tell(
                "has-more",
                "an answer says that more follow: the listing is not complete",
                str(where),
            )

    def _beside(
        self, value: Mapping[str, object], lists: list[str], where: Place
    ) -> None:
        """Tell of what an answer says of itself; it belongs to no thread."""
        names = sorted({*value}.difference(lists, ("next_page",)))
        if names:
            self._report.tell(
                "answer-members",
                "what an answer says beside its lists is in no thread",
                f"{where}: {', '.join(names)}",
            )

    def _view(
        self,
        value: Mapping[str, object],
        where: Place,
        beside: Mapping[str, object] = _NOTHING,
    ) -> bool:
        """
        Take in a view, if it is one.

        Args:
            value: What may be a view.
            where: Its place.
            beside: What stands beside it and belongs to its thread.
        """
        comment, post = value.get("comment"), value.get("post")
        own = comment if isinstance(comment, dict) else post
        if not isinstance(own, dict):
            return False
        own_id = _id(own.get("id"))
        if own_id is None:
            return False
        is_comment = own is comment
        post_id = _id(own.get("post_id")) if is_comment else own_id
        if post_id is None and isinstance(post, dict):
            post_id = _id(post.get("id"))
        self._records.add(where)
        if post_id is None:
            self._report.damage(
                "missing-parent",
                "a comment does not say which post it is on: it is left out",
                f"{where}: {own_id}",
                kind="skipped",
            )
            return True
        found = self.threads.setdefault(post_id, Found())
        skipped = {"comment", "post", *_SHARED}
        more = {name: each for name, each in value.items() if name not in skipped}
        name = "comment" if is_comment else "post"
        view = View(own, more, where.down(name))
        if is_comment:
            found.comments.setdefault(own_id, []).append(view)
            if isinstance(post, dict):
                self._embedded(post, post_id, where.down("post"))
        else:
            found.posts.append(view)
        common = {n: value[n] for n in _SHARED if n in value} | dict(beside)
        for name, each in common.items():
            copies = found.shared.setdefault(name, [])
            if not copies or copies[-1] != each:
                copies.append(each)
        self._local(own, value.get("creator"), value.get("community"))
        return True

    def _embedded(self, post: Mapping[str, object], post_id: str, where: Place) -> None:
        """Keep the post that comes with a comment, once while it is the same."""
        stated = _id(post.get("id"))
        if stated is not None and stated != post_id:
            self._report.damage(
                "wrong-parent",
                "a comment names another post than the one that comes with it: it is "
                "put under the former, the latter is a thread of its own",
                f"{where.down('id')}: {stated}, not {post_id}",
            )
            post_id = stated
        found = self.threads.setdefault(post_id, Found())
        last = found.posts[-1] if found.posts else None
        if last is None or last.members != post:
            found.posts.append(View(post, {}, where, is_whole=False))

    def _local(self, *objects: object) -> None:
        """Learn where the server is from what is local to it."""
        for each in objects:
            if isinstance(each, dict) and each.get("local") is True:
                host = host_of(each.get("ap_id") or each.get("actor_id"))
                if host is not None:
                    self.hosts.add(host)

    def _failed(self, value: Mapping[str, object], where: Place) -> None:
        said = [value.get("error"), value.get("message")]
        words = [repr(excerpt(each, 80)) for each in said if isinstance(each, str)]
        problem = f"an error answer {', '.join(words)}".strip()
        if self._problem is None:
            self._problem = self._report.error(
                "not-this-format", f"{_WANTED} expected, this is {problem}"
            )
        self._report.damage(
            "error-answer",
            "an answer that is an error holds no posts",
            f"{where}: {problem}",
            kind="skipped",
            error="not-this-format",
        )

    def _other(self, what: str, where: Place) -> None:
        self._met = self._met or what
        self._report.loss(
            "unknown-item",
            "something that is no view of a post or comment is passed over",
            f"{where}: {what}",
            kind="skipped",
        )


def host_of(address: object) -> str | None:
    """
    Return the host of an address.

    >>> host_of("https://Lemmy.example/u/ada")
    'lemmy.example'
    """
    if not isinstance(address, str):
        return None
    _, mark, rest = address.partition("://")
    host = rest.partition("/")[0].lower()
    return host if mark and host else None


def _id(value: object) -> str | None:
    if type(value) is int or (isinstance(value, str) and value):
        return str(value)
    return None
