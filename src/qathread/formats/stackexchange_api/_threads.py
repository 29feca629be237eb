"""Threads of the posts that the API delivered."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from attrs import frozen

from ..._checks import LATEST
from ...bodies import HTML, MARKDOWN, Body
from ...feedback import Tally
from ...ids import PostId
from ...posts import Answer, Comment, Post, PostKind, Question, Stub
from ...provenance import Provenance, TimePrecision, extra_text
from ...status import Bounty, Status
from ...thread import Thread
from ...users import User
from .._report import Collector
from ._fields import instant_of, number_of, take_instant, take_number
from ._groups import Group, grouped
from ._merge import Merged
from ._people import Author, Texts, author_of
from ._status import bounty_of, post_status_of, status_of

__all__ = ["PLATFORM", "threads_of"]

PLATFORM: Final = "stackexchange"
_DECLARED: Final = {
    "answer_count": "answers",
    "comment_count": "comments",
    "favorite_count": "favorites",
}


@frozen
class _Common:
    """What all kinds of posts have."""

    author: Author
    body: Body
    created_at: datetime | None
    edited_at: datetime | None
    provenance: Provenance


def threads_of(
    posts: Iterable[Merged], texts: Texts, report: Collector
) -> Iterator[Thread]:
    """
    Yield a thread for each question, and one for whatever is under missing posts.

    Args:
        posts: Each post once, in order of appearance.
        texts: Reads titles, names and Markdown.
        report: Hears of what does not fit.

    Yields:
        Threads in order of their first post's appearance.
    """
    groups = grouped(list(posts), report)
    while groups:
        root = next(iter(groups))
        yield _Builder(root, groups.pop(root), texts, report).thread()


class _Builder:
    """Makes the values of one thread."""

    def __init__(
        self, root: int, group: Group, texts: Texts, report: Collector
    ) -> None:
        self._root, self._group = root, group
        self._root_id = str(root)
        self._texts, self._report = texts, report
        self._ids: dict[int | None, PostId] = {}  # of answers
        self._below = Counter(id(above) for _, above in group.comments)
        self._people: list[tuple[tuple[datetime, int, int], User]] = []
        self._tallies: list[Tally] = []
        self._bounties: list[Bounty] = []
        self._accepted: list[PostId] = []
        self._status = Status()

    def thread(self) -> Thread:
        group = self._group
        delivered = group.answers + [post for post, _ in group.comments]
        delivered.sort(key=_place_of)
        parents = {id(post): above for post, above in group.comments}
        for answer in group.answers:
            self._ids[answer.number] = self._answer_id(answer)
        self._accepted = self._accept(group.question)
        question = None if group.question is None else self._question(group.question)
        posts: list[Post] = []
        for post in delivered:
            if post.kind is PostKind.ANSWER:
                posts.append(self._answer(post))
            else:
                posts.append(self._comment(post, parents[id(post)]))
        if question is None:
            self._report.tell(
                "root-missing",
                "a question that was not delivered: a stub stands for it",
                self._root_id,
            )
        return Thread.from_parts(
            id=self._root_id,
            question=question,
            posts=posts,
            stubs=() if question is not None else (Stub(id=self._root_id),),
            tallies=self._tallies,
            users=self._faces(),
            accepted=self._accepted,
            status=self._status,
            bounties=self._bounties,
            provenance=Provenance(platform=PLATFORM),
        )

    # -- posts -------------------------------------------------------------------

    def _question(self, post: Merged) -> Question:
        known, extra = dict(post.fields.known), dict(post.fields.rest)
        views = take_number(known, "view_count")
        title = self._take_text(known, extra, "title")
        if number_of(known.get("accepted_answer_id")) in self._ids:
            del known["accepted_answer_id"]
        tags = known.pop("tags", ())
        self._status = status_of(post, known, self._report)
        offered = bounty_of(post, known, self._texts, self._report)
        if offered is not None:
            bounty, giver = offered
            self._bounties.append(bounty)
            if giver is not None:
                self._people.append((_place_of(post), giver))
        common = self._common(post, self._root_id, known, extra)
        return Question(
            id=self._root_id,
            author_id=common.author.user.id,
            author_name=common.author.name,
            body=common.body,
            created_at=common.created_at,
            edited_at=common.edited_at,
            provenance=common.provenance,
            title=title,
            tags=tuple(tags) if isinstance(tags, list) else (),
            views=views,
        )

    def _answer(self, post: Merged) -> Answer:
        known, extra = dict(post.fields.known), dict(post.fields.rest)
        post_id = self._ids[post.number]
        if known.get("is_accepted") is (post_id in self._accepted):
            del known["is_accepted"]
        status = post_status_of(known)
        common = self._common(post, post_id, known, extra)
        return Answer(
            id=post_id,
            question_id=self._root_id,
            author_id=common.author.user.id,
            author_name=common.author.name,
            body=common.body,
            created_at=common.created_at,
            edited_at=common.edited_at,
            status=status,
            provenance=common.provenance,
        )

    def _comment(self, post: Merged, above: Merged | None) -> Comment:
        known, extra = dict(post.fields.known), dict(post.fields.rest)
        parent_id = self._root_id
        if above is not None and above.kind is PostKind.ANSWER:
            parent_id = self._ids[above.number]
        if above is not None and known.get("post_type") == above.kind.value:
            del known["post_type"]
        elif above is None and post.parent_kind is not None:
            known.setdefault("post_type", post.parent_kind.value)
        post_id = f"c{post.number}"
        common = self._common(post, post_id, known, extra)
        return Comment(
            id=post_id,
            parent_id=parent_id,
            author_id=common.author.user.id,
            author_name=common.author.name,
            body=common.body,
            created_at=common.created_at,
            edited_at=common.edited_at,
            provenance=common.provenance,
        )

    def _answer_id(self, answer: Merged) -> PostId:
        if answer.number != self._root:
            return str(answer.number)
        self._report.damage(
            "duplicate-id",
            "an answer has the id of its question: an 'a' is put before it",
            f"{answer.place}: answer {answer.number}",
        )
        return f"a{answer.number}"

    def _common(
        self,
        post: Merged,
        post_id: PostId,
        known: dict[str, object],
        extra: dict[str, object],
    ) -> _Common:
        """Take what all posts have out of *known*; what is left goes to extra."""
        created_at = take_instant(known, "creation_date")
        edited_at = take_instant(known, "last_edit_date")
        body = self._body(post, known, extra)
        self._tally(post, post_id, known)
        author = self._author(post, post_id, known, extra)
        self._people.append((_place_of(post), author.user))
        declared = {}
        for name, short in _DECLARED.items():
            count = take_number(known, name)
            if count is not None:
                declared[short] = count
        self._compare(post, declared)
        url = known.pop("link") if known.get("link") else None
        license = known.pop("content_license", None)
        timed = created_at is not None or edited_at is not None
        members = {**known, **extra}
        return _Common(
            author,
            body,
            created_at,
            edited_at,
            Provenance(
                platform=PLATFORM,
                url=url if isinstance(url, str) else None,
                license=license if isinstance(license, str) else None,
                time_precision=TimePrecision.SECOND if timed else None,
                zone_stated=True if timed else None,
                declared=tuple(sorted(declared.items())),
                extra=extra_text(members) if members else None,
            ),
        )

    def _body(
        self, post: Merged, known: dict[str, object], extra: dict[str, object]
    ) -> Body:
        html = known.pop("body", None)
        if isinstance(html, str):  # Markdown beside it goes to extra as it is
            return Body(source=html, media_type=HTML)
        markdown = self._take_text(known, extra, "body_markdown")
        if markdown is not None:
            return Body(source=markdown, media_type=MARKDOWN)
        extra.setdefault("body", None)
        self._report.loss(
            "body-missing",
            "a post without its text, which the filter left out: its body is empty, "
            'and extra says "body": null',
            f"{post.place}: {post.kind} {post.number}",
            kind="noted",
        )
        return Body(source="", media_type=HTML)

    def _tally(self, post: Merged, post_id: PostId, known: dict[str, object]) -> None:
        score = number_of(known.get("score"))
        up = number_of(known.get("up_vote_count"))
        down = number_of(known.get("down_vote_count"))
        if None not in (score, up, down) and (up or 0) - (down or 0) != score:
            self._report.loss(
                "score-differs",
                "a score is not the upvotes less the downvotes: the score is kept, "
                "the counts go to extra",
                f"{post.place}: {up} - {down} is not {score}",
                kind="noted",
            )
            up = down = None
        if up is not None:
            del known["up_vote_count"]
        if down is not None:
            del known["down_vote_count"]
        known.pop("score", None)
        if not up is down is score is None:
            self._tallies.append(Tally(post_id=post_id, up=up, down=down, score=score))

    def _author(
        self,
        post: Merged,
        post_id: PostId,
        known: dict[str, object],
        extra: dict[str, object],
    ) -> Author:
        key = post_id if post.kind is PostKind.COMMENT else f"p{post_id}"
        owner = known.get("owner")
        where = post.place.down("owner")
        author = author_of(owner, key, self._texts, where, self._report)
        if author.is_whole:
            known.pop("owner", None)
        if owner is None:
            extra.setdefault("owner", None)
        return author

    def _take_text(
        self, known: dict[str, object], extra: dict[str, object], name: str
    ) -> str | None:
        """Return a text without its escapes; the source stays if it differs."""
        raw = known.pop(name, None)
        if not isinstance(raw, str):
            return None
        text = self._texts.read(raw)
        if not self._texts.is_exact(raw, text):
            extra.setdefault(name, raw)
        return text

    # -- the thread as a whole ---------------------------------------------------

    def _accept(self, question: Merged | None) -> list[PostId]:
        """Find the accepted answer: what the question says goes before answers."""
        claimed = sorted(
            (answer.newest, answer.number)
            for answer in self._group.answers
            if answer.fields.known.get("is_accepted") is True
        )
        number = claimed[-1][1] if claimed else None
        if question is not None:
            stated = number_of(question.fields.known.get("accepted_answer_id"))
            if stated is not None and stated not in self._ids:
                self._report.tell(
                    "accepted-missing",
                    "an accepted answer that was not delivered with its question: "
                    "extra holds its id",
                    f"{question.place.down('accepted_answer_id')}: {stated}",
                )
            number = number if stated is None else stated
        for _, other in claimed:
            if other != number:
                self._report.loss(
                    "accepted-differs",
                    "an answer says that it is accepted, its question or a newer "
                    "answer says otherwise: extra holds it",
                    f"{self._root_id}: answer {other}",
                    kind="noted",
                )
        return [self._ids[number]] if number in self._ids else []

    def _compare(self, post: Merged, declared: dict[str, int]) -> None:
        """Tell where the site counts other numbers than the API delivered."""
        answers = len(self._group.answers)
        counted = {"comments": self._below[id(post)], "answers": answers}
        for name, count in counted.items():
            if declared.get(name, count) != count:
                self._report.tell(
                    "count-differs",
                    "a post has more or fewer replies than were delivered; the "
                    "site's number is kept as declared",
                    f"{post.kind} {post.number}: {name} {declared[name]}, here {count}",
                )

    def _faces(self) -> dict[str, User]:
        """Return everyone as of their last post; a name is never lost."""
        faces: dict[str, User] = {}
        for _, user in sorted(self._people, key=lambda each: each[0]):
            before = faces.get(user.id)
            if user.name is None and before is not None:
                user = User(id=user.id, name=before.name, kind=user.kind)
            faces[user.id] = user
        return faces


def _place_of(post: Merged) -> tuple[datetime, int, int]:
    """Return where a post stands: by time, the unknown last, then by id."""
    at = instant_of(post.fields.known.get("creation_date"))
    return at or LATEST, int(post.kind is PostKind.COMMENT), post.number
