"""Threads of objects that reply to each other."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import evolve

from ..._order import rank
from ...content import ThreadKind
from ...feedback import UP, Reaction, Tally, Vote
from ...ids import PostId, UserId
from ...posts import Question, Stub
from ...provenance import Provenance, extra_text
from ...status import Locked, LockLevel, Mark, Status
from ...thread import Thread
from ...users import User
from .._gathering import Frame, Piece, build, circles, roots
from .._report import Collector
from ._activities import Done, live, sorted_out
from ._copies import Merged, merged
from ._objects import Made, accepted_names, make_post, total
from ._people import faces
from ._pools import Pool
from ._settings import Settings
from ._shapes import each, iri, plain, text_of, types
from ._vocabulary import ADDRESSES, KIND, OUR_TERMS, PLATFORM

__all__ = ["threads_in"]

_NOTHING: Final = Done()
_BODIES: Final = ("content", "contentMap", "source", "summary")


def threads_in(pool: Pool, settings: Settings, report: Collector) -> Iterator[Thread]:
    """
    Yield the threads of a pool, in order of the first appearance of their posts.

    Raises:
        FormatError: If strict, at damage.
        LossError: If strict, where copies differ.
    """
    posts = {name: merged(copies, report) for name, copies in pool.copies.items()}
    stubs = _stubs(pool.stubs, posts)
    ballots = _poll_ballots(posts, report)
    if settings.root_id is not None:
        stubs.setdefault(settings.root_id, Stub(id=settings.root_id))
    parents: dict[str, str | None] = {
        name: stub.parent_id for name, stub in stubs.items() if name not in posts
    }
    parents |= {name: _parent(post, posts) for name, post in posts.items()}
    tops = roots(parents) if settings.root_id is None else {}
    if settings.root_id is None:
        for name in circles(parents):
            if name in posts:
                report.damage(
                    "cycle",
                    "replies that stand under each other in a circle: the one with "
                    "the smallest id opens a thread",
                    f"{posts[name].where}: {name}",
                )
    groups: dict[str, list[Merged]] = {}
    for name, post in posts.items():
        groups.setdefault(settings.root_id or tops[name], []).append(post)
    if settings.root_id is not None:
        groups.setdefault(settings.root_id, [])
    beside: dict[str, list[Stub]] = {}
    for name, stub in stubs.items():
        top = settings.root_id or tops.get(name)
        if top in groups and name not in posts:
            beside.setdefault(top, []).append(stub)
    known = {**dict.fromkeys(groups), **posts}
    known |= {one.id: None for several in beside.values() for one in several}
    done = sorted_out(live(pool, report), known, settings, report)
    for name, members in ballots.items():
        done.setdefault(name, Done()).kept += members
    people = faces(pool.faces)
    for root_id, group in groups.items():
        maker = _Maker(pool, group, root_id, done, people, settings, report)
        yield maker.thread(parents, beside.get(root_id, []))


def _stubs(found: Iterable[Stub], posts: Mapping[str, object]) -> dict[str, Stub]:
    """Return one stub per id, whatever their order."""
    kept: dict[str, Stub] = {}
    for stub in found:
        other = kept.get(stub.id)
        if other is None or rank(other) < rank(stub):
            kept[stub.id] = stub
    return {name: stub for name, stub in kept.items() if name not in posts}


def _parent(post: Merged, posts: Mapping[str, object]) -> str | None:
    above = [iri(value) for value in each(post.members.get("inReplyTo"))]
    named = [name for name in above if name is not None]
    there = [name for name in named if name in posts]
    return next(iter([*there, *named]), None)


def _poll_ballots(
    posts: dict[str, Merged], report: Collector
) -> dict[str, list[dict[str, object]]]:
    """Take the ballots of polls out of *posts*: replies that only name an option."""
    options = {
        name: {
            text_of(plain(option), "name").text
            for kind in ("oneOf", "anyOf")
            for option in each(post.members.get(kind))
            if isinstance(option, dict)
        }
        for name, post in posts.items()
        if "Question" in types(post.members)
    }
    found: dict[str, list[dict[str, object]]] = {}
    if not any(options.values()):
        return found
    for name, post in list(posts.items()):
        poll = _parent(post, posts)
        if poll in options and not any(post.members.get(key) for key in _BODIES):
            chosen = text_of(post.members, "name").text
            if chosen is not None and chosen in options[poll]:
                del posts[name]
                found.setdefault(poll, []).append(post.members)
                report.tell(
                    "poll-ballot",
                    "a reply that only names an option of a poll: the extra of the "
                    "poll holds it",
                    str(post.where),
                )
    return found


class _Maker:
    """Makes one thread."""

    def __init__(
        self,
        pool: Pool,
        group: list[Merged],
        root_id: PostId,
        done: Mapping[PostId, Done],
        people: Mapping[UserId, User],
        settings: Settings,
        report: Collector,
    ) -> None:
        self._pool, self._group, self._root_id = pool, group, root_id
        self._done, self._faces = done, people
        self._settings, self._report = settings, report
        self._root = next((post for post in group if post.id == root_id), None)

    def thread(self, parents: Mapping[str, str | None], stubs: list[Stub]) -> Thread:
        """Return the thread."""
        wanted = [] if self._root is None else accepted_names(self._root.members)
        below = {p.id for p in self._group if parents.get(p.id) == self._root_id}
        below.discard(self._root_id)
        accepted = [name for name in wanted if name in below]
        answers = {
            *accepted,
            *(
                post.id
                for post in self._group
                if post.id in below and post.members.get(KIND) == "answer"
            ),
        }
        for name in wanted:
            if name not in below:
                self._report.tell(
                    "accepted-missing",
                    "an accepted answer that is not under its question here: extra "
                    "holds it",
                    f"{self._root_id}: {name}",
                )
        made = {
            post.id: make_post(
                post,
                None
                if post.id == self._root_id
                else parents.get(post.id) or self._root_id,
                is_answer=post.id in answers,
                accepted=len(accepted) == len(wanted),
                kept=self._kept(post.id),
                zone=self._settings.zone,
                report=self._report,
            )
            for post in self._group
        }
        voting = self._votes_here(made)
        pieces = [
            self._piece(self._marked(made[post.id]), post, voting)
            for post in self._group
        ]
        if self._root is None:
            self._report.tell(
                "root-missing",
                "a first post that was not delivered: a stub stands for it",
                self._root_id,
            )
        loose = [stub.id for stub in stubs if stub.id in self._done]
        if self._root is None:
            loose.append(self._root_id)
        if pieces:
            pieces[0] = self._with_loose(pieces[0], loose, voting)
        frame = Frame(
            thread_id=self._settings.thread_id or self._root_id,
            root_id=self._root_id,
            kind=ThreadKind.QA if answers else ThreadKind.DISCUSSION,
            status=self._status(made),
            accepted=tuple(accepted),
            people=self._people(made, loose),
            provenance=self._provenance(),
        )
        return build(frame, pieces, self._report, sorted(stubs, key=lambda s: s.id))

    def _of(self, post_id: PostId) -> Done:
        return self._done.get(post_id, _NOTHING)

    def _kept(self, post_id: PostId) -> list[dict[str, object]]:
        """Return activities that only the extra of a post can hold."""
        done = self._of(post_id)
        pin = done.pin_members
        if pin is None or post_id == self._root_id:
            return done.kept
        return [*done.kept, pin]  # only whole threads are pinned

    # -- votes and reactions -----------------------------------------------------

    def _votes_here(self, made: Mapping[PostId, Made]) -> bool:
        """Whether a like is a vote: on a Page, or where anything takes dislikes."""
        if self._settings.likes is not None:
            return self._settings.likes == "votes"
        if self._root is not None:
            kinds = (
                *types(self._root.members),
                self._root.members.get("formerType"),
            )
            if "Page" in kinds:
                return True
        return any(
            each_made.is_voting or self._of(name).dislikes
            for name, each_made in made.items()
        )

    def _piece(self, made: Made, post: Merged, voting: bool) -> Piece:
        done = self._of(post.id)
        votes = tuple(done.votes(post.id)) if voting else ()
        reactions = tuple(done.reactions(post.id, voting=voting))
        return Piece(
            post=made.post,
            author=self._face(made.author),
            where=str(post.where),
            tally=self._tally(post, votes, reactions, voting),
            reactions=reactions,
            votes=votes,
            revisions=made.revisions,
            flags=tuple(done.flags),
        )

    def _with_loose(self, piece: Piece, loose: list[PostId], voting: bool) -> Piece:
        """Add what was done to posts that are not here."""
        votes, reactions, flags = list(piece.votes), list(piece.reactions), []
        for name in loose:
            done = self._of(name)
            votes += done.votes(name) if voting else ()
            reactions += done.reactions(name, voting=voting)
            flags += done.flags
            if done.kept or done.deletes or done.lock or done.pin:
                self._report.tell(
                    "activity-elsewhere", "an activity about nothing that is here", name
                )
        return evolve(
            piece,
            votes=tuple(votes),
            reactions=tuple(reactions),
            flags=(*piece.flags, *flags),
        )

    def _tally(
        self,
        post: Merged,
        votes: Iterable[Vote],
        reactions: Iterable[Reaction],
        voting: bool,
    ) -> Tally | None:
        likes, dislikes = (total(post.members.get(n)) for n in ("likes", "dislikes"))
        if likes is dislikes is None:
            return None
        cast = [vote.direction is UP for vote in votes]
        if not voting:
            put = sum(reaction.kind == "like" for reaction in reactions)
            return (
                None
                if likes is None
                else Tally(
                    post_id=post.id,
                    reactions=(("like", self._covering(post, likes, put)),),
                )
            )
        ups, downs = sum(cast), len(cast) - sum(cast)
        return Tally(
            post_id=post.id,
            up=None if likes is None else self._covering(post, likes, ups),
            down=None if dislikes is None else self._covering(post, dislikes, downs),
        )

    def _covering(self, post: Merged, stated: int, known: int) -> int:
        if known > stated:
            self._report.tell(
                "count-differs",
                "a post with more likes by name than it counts: the former are counted",
                f"{post.where}: {stated}, here {known}",
            )
        return max(stated, known)

    # -- marks -------------------------------------------------------------------

    def _marked(self, made: Made) -> Made:
        """Return a post with the marks that activities put on it."""
        post, done = made.post, self._of(made.post.id)
        if done.deletes:
            mark, stone = done.deletes[-1], post.deleted
            if stone is not None:
                mark = evolve(mark, at=mark.at or stone.at)
            # A stone alone does not say whose post it was: then nobody took it from
            # anybody else.
            own = mark.by_id in (None, post.author_id) or not made.is_known
            post = evolve(
                post, deleted=mark if own else None, removed=None if own else mark
            )
        if done.lock is not None and not isinstance(post, Question):
            post = evolve(post, status=evolve(post.status, locked=done.lock))
        return made if post is made.post else evolve(made, post=post)

    def _status(self, made: Mapping[PostId, Made]) -> Status:
        root = made.get(self._root_id)
        if root is None:
            return Status()
        done = self._of(self._root_id)
        locked = done.lock
        if locked is None and root.locked:
            locked = Locked(level=LockLevel.REPLIES)
        pinned = done.pin
        if pinned is None and (root.pinned or self._root_id in self._pool.pinned):
            pinned = Mark()
        return Status(locked=locked, pinned=pinned)

    # -- people and origins ------------------------------------------------------

    def _face(self, author: User) -> User:
        return self._faces.get(author.id, author)

    def _people(
        self, made: Mapping[PostId, Made], loose: Iterable[PostId]
    ) -> tuple[User, ...]:
        wanted = dict.fromkeys(
            who for name in (*made, *loose) for who in self._of(name).people
        )
        return tuple(self._faces[who] for who in wanted if who in self._faces)

    def _provenance(self) -> Provenance:
        found = [
            context
            for post in self._group
            for context in self._pool.contexts.get(post.id, ())
        ]
        distinct = {id(context): context for context in found}.values()
        parts: dict[str, object] = {}
        for context in sorted(distinct, key=_text):
            for part in each(context):
                plain = isinstance(part, str) and part in ADDRESSES
                if not plain and part != OUR_TERMS:
                    parts.setdefault(_text(part), part)
        members = {"@context": list(parts.values())} if parts else None
        return Provenance(
            platform=PLATFORM, extra=None if members is None else extra_text(members)
        )


def _text(value: object) -> str:
    return extra_text({"": value})
