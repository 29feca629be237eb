"""Threads of the topics that were delivered."""

from collections.abc import Iterator
from typing import Final

from attrs import define, field

from ...content import ThreadKind
from ...posts import Stub
from ...provenance import Provenance
from ...thread import Thread
from ...users import User
from .._gathering import Frame, Piece, build
from .._json import shown
from .._members import Members
from .._report import Collector
from ._intake import Copy, Topic
from ._marks import Action, action_of, gone, status_of
from ._merge import merged_post, merged_topic
from ._people import author_of
from ._posts import PLATFORM, SMALL_ACTION, Role, comments_of, post_of

__all__ = ["thread_of"]

_DECLARED: Final = {
    "answer_count": "answers",
    "like_count": "likes",
    "participant_count": "participants",
    "posts_count": "posts",
    "reply_count": "replies",
}
_LAST: Final = 2**62
_VOTING: Final = ("is_post_voting", "qa_enabled")
_VOTES: Final = ("post_voting_vote_count", "qa_vote_count")


def thread_of(topic: Topic, report: Collector) -> Thread:
    """
    Return a topic as a thread.

    Args:
        topic: What was delivered of it; its posts are taken out of it.
        report: Hears of what does not fit.
    """
    return _Builder(topic, report).thread()


@define(eq=False)
class _Found:
    """The posts of a topic, each once."""

    posts: dict[str, Copy] = field(factory=dict)  # in order of their numbers
    actions: dict[str, Copy] = field(factory=dict)  # small ones
    ids: dict[int, str] = field(factory=dict)  # by number


class _Builder:
    def __init__(self, topic: Topic, report: Collector) -> None:
        self._topic, self._report = topic, report
        self._found = self._posts()
        # Without the topic itself its members are all unknown.
        own = merged_topic(topic.copies, topic.listed, report)
        self._own = Members(own.members, own.where, report)
        self._check_stream()
        self._root_id = self._root()
        self._voting = self._is_voting()
        topic_id = topic.id
        self._ids = {
            (topic_id, number): each for number, each in self._found.ids.items()
        }

    def thread(self) -> Thread:
        found, own = self._found, self._own
        accepted = self._accepted()
        actions, people = self._actions()
        status = status_of(own, actions)
        root, removers = self._root_role()
        pieces, comments, stubs = list[Piece](), list[Piece](), list[Stub]()
        for post_id, copy in found.posts.items():
            post = Members(copy.members, copy.where, self._report)
            nested = post.items("comments")
            role = root
            if post_id != self._root_id:
                role = self._role(post_id, post, accepted)
            elif root.title is not None and post.peek("topic_title") == root.title:
                post.drop("topic_title")
            below = list(
                comments_of(post_id, nested, copy.where, self._report, self._ids)
            )
            comments += below
            missing = self._missing(post_id, post, len(below))
            if missing is not None:
                stubs.append(missing)
            pieces.append(post_of(post_id, post, role))
        stubs += self._named()
        comments.sort(key=lambda piece: (len(piece.post.id), piece.post.id))
        is_qa = self._voting or accepted
        frame = Frame(
            thread_id=self._topic.id,
            root_id=self._root_id,
            kind=ThreadKind.QA if is_qa else ThreadKind.DISCUSSION,
            status=status,
            people=(*people, *removers),
            provenance=self._provenance(),
            by_time=False,
        )
        if self._root_id not in found.posts:
            self._report.tell(
                "root-missing",
                "a first post that was not delivered: a stub stands for it",
                f"{self._topic.id}: {self._root_id}",
            )
        return build(frame, [*pieces, *comments], self._report, stubs)

    # -- posts -------------------------------------------------------------------

    def _posts(self) -> _Found:
        numbered = list[tuple[int, int, str, Copy]]()
        for post_id in list(self._topic.posts):
            copies = self._topic.posts.pop(post_id)
            copy = merged_post(post_id, copies, self._report)
            number = copy.members.get("post_number")
            if type(number) is not int:
                number = _LAST
            numbered.append((number, len(post_id), post_id, copy))
        found = _Found()
        for number, _, post_id, copy in sorted(numbered, key=lambda each: each[:3]):
            if number != _LAST:
                found.ids.setdefault(number, post_id)
            small = copy.members.get("post_type") == SMALL_ACTION and number != 1
            (found.actions if small else found.posts)[post_id] = copy
        return found

    def _root(self) -> str:
        """Return the id of the first post, whether it is there or not."""
        if 1 in self._found.ids:
            return self._found.ids[1]
        first = next(iter(self._topic.stream), None)
        if first is not None and not self._is_there(first):
            return first
        return f"{self._topic.id}/1"

    def _check_stream(self) -> None:
        """Forget a stream that names none of the posts that are there."""
        stream = self._topic.stream
        if stream and self._found.posts and not any(map(self._is_there, stream)):
            self._report.damage(
                "stream-differs",
                "the stream of a topic names none of the posts that are there: it is "
                "kept in extra only",
                f"{self._topic.id}: {next(iter(stream))}",
            )
            self._own.put("stream", [_number(post_id) for post_id in stream])
            self._topic.stream = {}

    def _root_role(self) -> tuple[Role, tuple[User, ...]]:
        """Return what the first post is, and who took the topic down."""
        own = self._own
        copy = self._found.posts.get(self._root_id)
        title = own.text("title")
        if title is None and copy is not None:
            stated = copy.members.get("topic_title")
            title = stated if isinstance(stated, str) else None
        author = None if copy is None else copy.members.get("user_id")
        deleted, removed, people = gone(own, None if author is None else str(author))
        role = Role(
            parent_id=None,
            title=title,
            tags=_tags(own),
            views=own.count("views"),
            deleted=deleted,
            removed=removed,
            ids=self._ids,
        )
        return role, people

    def _role(self, post_id: str, post: Members, accepted: frozenset[str]) -> Role:
        """Return what a post but the first is, and take what it replies to."""
        name = "reply_to_post_number"
        stated, number = post.peek(name), post.count(name)
        parent_id, is_kept = self._root_id, True
        if number is not None:
            post.put(name, stated)
            named = self._found.ids.get(number)
            is_kept = named in self._found.actions  # which nobody replies to
            if named is not None and not is_kept:
                parent_id = named
            elif named is None and number != 1:
                parent_id = f"{self._topic.id}/{number}"
        elif stated is None:
            post.drop(name)
        is_accepted = post_id in accepted
        answers = is_accepted or (self._voting and parent_id == self._root_id)
        if not is_kept and (not answers or parent_id == self._root_id):
            post.drop(name)
        return Role(
            parent_id=self._root_id if answers else parent_id,
            is_answer=answers,
            accepted=is_accepted,
            ids=self._ids,
        )

    def _missing(self, post_id: str, post: Members, count: int) -> Stub | None:
        """Return the place of comments on a post that were not delivered."""
        stated = post.peek("comments_count")
        if type(stated) is not int or stated <= count:
            return None
        self._report.tell(
            "count-differs",
            "a post has more comments than were delivered: a stub stands for them",
            f"{post_id}: {stated}, here {count}",
        )
        return Stub(id=f"{post_id}/comments", parent_id=post_id, count=stated - count)

    def _named(self) -> Iterator[Stub]:
        """Yield stubs of posts that are named, or only counted, and not there."""
        for post_id in self._topic.stream:
            if self._is_there(post_id) or post_id == self._root_id:
                continue
            self._report.tell(
                "not-delivered",
                "a post that its topic names and that was not delivered: a stub "
                "stands for it",
                f"{self._topic.id}: {post_id}",
            )
            yield Stub(id=post_id)
        stated, count = self._own.peek("posts_count"), len(self._found.posts)
        if not self._topic.stream and type(stated) is int and stated > count:
            self._report.tell(
                "count-differs",
                "a topic has more posts than were delivered: a stub stands for them",
                f"{self._topic.id}: {stated}, here {count}",
            )
            yield Stub(id=f"{self._topic.id}/more", count=stated - count)

    def _is_there(self, post_id: str | None) -> bool:
        return post_id in self._found.posts or post_id in self._found.actions

    # -- the topic ---------------------------------------------------------------

    def _is_voting(self) -> bool:
        """Tell whether people vote on the posts, so that they are answers."""
        flags = [self._own.flag(name) for name in _VOTING]
        if any(flag is not None for flag in flags):
            return any(flags)
        return any(
            name in copy.members
            for copy in self._found.posts.values()
            for name in _VOTES
        )

    def _accepted(self) -> frozenset[str]:
        """Return the ids of solutions, as posts and topic tell them."""
        found = {
            post_id
            for post_id, copy in self._found.posts.items()
            if copy.members.get("accepted_answer") is True
        }
        solution = self._own.peek("accepted_answer")
        number = solution.get("post_number") if isinstance(solution, dict) else None
        if type(number) is int:
            named = self._found.ids.get(number)
            if named in self._found.posts and named is not None:
                found.add(named)
            else:
                self._report.tell(
                    "accepted-missing",
                    "an accepted answer that was not delivered: extra holds its number",
                    f"{self._topic.id}/{number}",
                )
        if self._root_id in found:
            self._report.loss(
                "accepted-missing",
                "a first post that is accepted as an answer to itself: extra holds it",
                self._root_id,
                kind="noted",
            )
        return frozenset(found - {self._root_id})

    def _actions(self) -> tuple[list[Action], list[User]]:
        """Return what small actions did, and who."""
        actions, people = list[Action](), list[User]()
        for post_id, copy in self._found.actions.items():
            action = action_of(copy.members, copy.where)
            if action is not None:
                actions.append(action)
            if copy.members.get("user_id") is not None:
                members = Members(copy.members, copy.where, Collector())
                people.append(author_of(members, post_id).user)
        return actions, people

    def _provenance(self) -> Provenance:
        declared: dict[str, int] = {}
        more = list[tuple[str, object]]()
        if self._found.actions:
            small: list[object] = [
                {"id": _number(post_id), **copy.members}
                for post_id, copy in self._found.actions.items()
            ]
            more.append(("small_actions", small))
        own = self._own
        for name, short in _DECLARED.items():
            count = own.count(name)
            if count is not None:
                declared[short] = count
        extra = own.extra(more)
        return Provenance(
            platform=PLATFORM,
            time_precision=own.precision,
            zone_stated=own.zone_stated,
            declared=tuple(sorted(declared.items())),
            extra=extra,
        )


def _tags(own: Members) -> tuple[str, ...]:
    """Take the tags: texts, or objects of which extra keeps the rest."""
    tags = own.peek("tags")
    if not isinstance(tags, list):
        own.items("tags")  # reports what it is
        return ()
    found: dict[str, None] = {}
    for index, each in enumerate(tags):
        name = each.get("name") if isinstance(each, dict) else each
        if isinstance(name, str):
            found.setdefault(name)
            continue
        own.report.damage(
            "field",
            "a tag is no text and has no name: it is kept in extra only",
            f"{own.where.down('tags', index)}: {shown(each)}",
            kind="skipped",
        )
    if all(isinstance(each, str) for each in tags):
        own.drop("tags")
    return tuple(found)


def _number(post_id: str) -> object:
    return int(post_id) if post_id.isdecimal() and len(post_id) < 19 else post_id
