"""Threads of the views that were delivered."""

from collections.abc import Iterator, Mapping
from datetime import tzinfo

from ...posts import Stub
from ...provenance import Provenance, extra_text
from ...status import Link, LinkKind, Status
from ...thread import Thread
from .._gathering import Frame, Piece, build
from .._json import Place
from .._members import Members
from .._report import Collector
from ._intake import Found, View
from ._merge import merged
from ._people import Names
from ._posts import PLATFORM, Delivered, comment_of, question_of, status_of
from ._tree import tree_of

__all__ = ["thread_of"]


def thread_of(
    number: str,
    found: Found,
    names: Names,
    zone: tzinfo | None,
    report: Collector,
) -> Thread:
    """
    Return a post with its comments as a thread.

    Args:
        number: The id of the post at the server.
        found: What was delivered of it; the comments are taken out of it.
        names: Makes the ids.
        zone: The zone of times that state none.
        report: Hears of what does not fit.
    """
    return _Builder(number, found, names, zone, report).thread()


class _Builder:
    def __init__(
        self,
        number: str,
        found: Found,
        names: Names,
        zone: tzinfo | None,
        report: Collector,
    ) -> None:
        self._names, self._zone, self._report = names, zone, report
        self._post: Delivered | None = None
        self._root_id = names.post(number, None)
        self._shared = {
            name: self._one_of(name, copies) for name, copies in found.shared.items()
        }
        if found.posts:
            view = merged(number, found.posts, report)
            self._root_id = names.post(number, _address(view))
            self._post = self._delivered(self._root_id, number, view)
        self._comments: dict[str, Delivered] = {}  # by number
        views = {
            each: merged(f"c{each}", found.comments.pop(each), report)
            for each in list(found.comments)
        }
        ids = self._ids(views)
        for each, view in views.items():
            self._comments[each] = self._delivered(ids[each], each, view)
        owns = {each: comment.own for each, comment in self._comments.items()}
        self._tree = tree_of(owns, report)

    def thread(self) -> Thread:
        pieces, status = list[Piece](), Status()
        stubs = [*self._missing(), *self._further()]
        if self._post is not None:
            status = status_of(self._post)
            pieces.append(question_of(self._post, self._names))
        else:
            self._report.tell(
                "root-missing",
                "a post that was not delivered: a stub stands for it",
                self._root_id,
            )
        for number, comment in self._comments.items():
            parent_id = self._id_of(self._tree.above[number])
            pieces.append(comment_of(comment, parent_id, self._names))
        frame = Frame(
            thread_id=self._root_id,
            root_id=self._root_id,
            status=status,
            links=tuple(self._crossposts()),
            provenance=Provenance(
                platform=PLATFORM,
                extra=extra_text(self._shared) if self._shared else None,
            ),
        )
        return build(frame, pieces, self._report, stubs)

    def _ids(self, views: Mapping[str, View]) -> dict[str, str]:
        """Return an id of its own for each comment, by number."""
        taken, ids = {self._root_id}, dict[str, str]()
        for number in sorted(views, key=lambda each: (len(each), each)):
            found = self._names.comment(number, _address(views[number]))
            if found in taken:
                self._report.tell(
                    "address-taken",
                    "a comment whose id is that of another post: its number is its id",
                    f"{views[number].where}: {found}",
                )
                found = self._names.comment(number, None)
                while found in taken:
                    found = f"c{found}"
            taken.add(found)
            ids[number] = found
        return ids

    def _one_of(self, name: str, copies: list[object]) -> object:
        """Return always the same of several copies."""
        texts = {extra_text({"": copy}): copy for copy in copies}
        if len(texts) > 1:
            self._report.tell(
                "shared-differs",
                "a community, or what else belongs to a whole thread, came more than "
                "once and said different things: one copy is kept",
                f"{self._root_id}: {name}",
            )
        return texts[max(texts)]

    def _delivered(self, post_id: str, number: str, view: View) -> Delivered:
        own = Members(view.members, view.where, self._report, self._zone)
        own.drop("id")
        beside = Place(view.where.label, view.where.path.rpartition("/")[0])
        more = Members(view.more, beside, self._report, self._zone)
        return Delivered(post_id, number, own, more)

    def _id_of(self, number: str | None) -> str:
        if number is None:
            return self._root_id
        comment = self._comments.get(number)
        return self._names.comment(number, None) if comment is None else comment.id

    def _missing(self) -> Iterator[Stub]:
        """Yield stubs of comments that paths name and that are not there."""
        for number in self._tree.missing:
            post_id = self._id_of(number)
            self._report.tell(
                "not-delivered",
                "a comment that a path names and that was not delivered: a stub "
                "stands for it",
                f"{self._root_id}: {post_id}",
            )
            yield Stub(id=post_id, parent_id=self._id_of(self._tree.above[number]))

    def _further(self) -> Iterator[Stub]:
        """Yield stubs of comments that are only counted."""
        totals: dict[str | None, int] = {}
        post = None if self._post is None else self._post.total("comments")
        if post is not None:
            totals[None] = post
        for number, comment in self._comments.items():
            count = comment.total("child_count")
            if count is not None:
                totals[number] = count
        for each, stated, known in self._tree.lacking(totals):
            post_id = self._id_of(each)
            self._report.tell(
                "count-differs",
                "a post has more comments below it than were delivered: a stub stands "
                "for them",
                f"{post_id}: {stated}, here {known}",
            )
            more = Stub(id=f"{post_id}/more", parent_id=post_id, count=stated - known)
            yield more

    def _crossposts(self) -> Iterator[Link]:
        """Yield where else the post stands; the other posts themselves are extra."""
        others = self._shared.get("cross_posts")
        for each in others if isinstance(others, list) else ():
            other = each.get("post") if isinstance(each, dict) else None
            number = other.get("id") if isinstance(other, dict) else None
            if isinstance(other, dict) and type(number) is int:
                address = other.get("ap_id")
                stated = address if isinstance(address, str) else None
                target = self._names.post(str(number), stated)
                yield Link(kind=LinkKind.CROSSPOST, target=target)


def _address(view: View) -> str | None:
    """Return what a post is called everywhere."""
    address = view.members.get("ap_id")
    return address if isinstance(address, str) and address else None
