"""Rows of Posts and Comments, and of all that hangs on them."""

from collections.abc import Container, Mapping
from itertools import pairwise
from typing import Final, TypeAlias

from ...bodies import HTML, MARKDOWN
from ...ids import PostId
from ...posts import Answer, Comment, Post, Question
from ...provenance import Provenance
from ...revisions import Revision
from ...thread import Thread
from ._link_rows import put_links
from ._mark_rows import MarkRows
from ._placing import Placing
from ._sheet import Desk, Sheet, is_column, is_from_dump, listed, members_of
from ._tables import COLUMNS, Table
from ._values import time_text
from ._vote_rows import VoteRows
from ._wording_rows import put_wordings, wordings_of
from ._writing_losses import lose_rowless

__all__ = ["rows_of"]

_DECLARED: Final = {
    "answers": "AnswerCount",
    "comments": "CommentCount",
    "favorites": "FavoriteCount",
}
#: Columns that a reader keeps of answers, to which they say nothing.
_OF_ANSWERS: Final = ("AcceptedAnswerId", "ViewCount", "Title", "Tags")
_LEFTOVERS: Final = frozenset(
    {"AcceptedAnswerId", "history", "links", "votes", "wordings"}
)
Made: TypeAlias = dict[str, str | bytes | None]


def rows_of(
    desk: Desk, thread: Thread, taken: Mapping[Table, set[int]] | None = None
) -> Sheet:
    """
    Return the rows of one thread.

    Args:
        desk: What all threads share.
        thread: The thread.
        taken: Numbers that rows of other threads have already; then its losses have
            been told before.
    """
    sheet = Sheet(desk, thread, taken or {})
    work = _Work(sheet)
    if not work.placing.is_empty:
        work.put()
    lose_rowless(sheet, work.placing.is_empty)
    return sheet


class _Work:
    """One thread on its way to rows."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.placing = Placing(sheet)
        self._sound: Provenance | None = None
        self.tallies = {tally.post_id: tally for tally in sheet.content.tallies}
        self.wordings: dict[PostId, list[Revision]] = {}
        for revision in sheet.content.revisions:
            self.wordings.setdefault(revision.post_id, []).append(revision)
        noted = sheet.members.get("wordings")
        self.noted = noted if isinstance(noted, Mapping) else {}
        self.marks, self.votes = MarkRows(sheet), VoteRows(sheet)

    def put(self) -> None:
        """Put all rows of the thread on its sheet."""
        placing = self.placing
        counts = placing.counts()
        if placing.question is not None:
            self._put_question(placing.question, counts[placing.question.id])
        else:
            there = [each.id for each in placing.answers]
            accepted = sum(each in there for each in self.sheet.content.accepted)
            if accepted:
                self.sheet.lose("accepted", count=accepted)
        for answer in placing.answers:
            self._put_answer(answer, counts[answer.id])
        for comment, post_id in placing.comments:
            self._put_comment(comment, post_id)
        self.votes.put_bounties()
        self.votes.put_kept()
        self.marks.put_kept()
        put_links(self.sheet, self.marks.kept)
        self._look_at_origin(self.sheet.thread, self.sheet.members, ())
        self._look_at_order()

    # -- posts -----------------------------------------------------------------------

    def _put_question(self, question: Question, comments: int) -> None:
        sheet, own = self.sheet, members_of(question.provenance)
        seen, kept = question.views, own.get("Tags")
        tags: str | None = None
        if isinstance(kept, str) and sheet.desk.values.tags(kept) == question.tags:
            tags = kept
        elif question.tags:
            bars = sheet.desk.encoders["Posts"].style.bars
            tags = sheet.tags(question.tags, "|" if bars else "<")
        cells = self._common(question, own)
        cells |= {
            "PostTypeId": "1",
            "AcceptedAnswerId": self._accepted(),
            "ViewCount": _text(own, "ViewCount") if seen is None else str(seen),
            "Title": question.title,
            "Tags": tags,
        }
        cells |= self._counts(question, own, len(self.placing.answers), comments)
        cells |= self.marks.on_question(question, own)
        self._place(question, own, cells)

    def _put_answer(self, answer: Answer, comments: int) -> None:
        own = members_of(answer.provenance)
        cells = self._common(answer, own)
        cells |= {name: _text(own, name) for name in _OF_ANSWERS}
        cells |= {"PostTypeId": "2", "ParentId": self.placing.root}
        cells |= self._counts(answer, own, None, comments)
        cells |= self.marks.on_answer(answer, own)
        self._place(answer, own, cells)

    def _common(self, post: Question | Answer, own: Mapping[str, object]) -> Made:
        """Return the columns that questions and answers share."""
        sheet = self.sheet
        user, name = self._author(post, "p")
        tally = self.tallies.get(post.id)
        cells: Made = {
            "CreationDate": sheet.time(post.created_at, own.get("CreationDate")),
            "Score": None if tally is None else _number(tally.score),
            "Body": _source(post, own, "Body"),
            "OwnerUserId": user,
            "OwnerDisplayName": name,
            "LastEditorUserId": _text(own, "LastEditorUserId"),
            "LastEditorDisplayName": _text(own, "LastEditorDisplayName"),
            "LastEditDate": sheet.time(post.edited_at, own.get("LastEditDate")),
            "LastActivityDate": self._activity(post, own),
            "ContentLicense": _license(post),
        }
        wordings = self.wordings.get(post.id, ())
        last = wordings[-1] if wordings else None
        if last is not None and 1 < last.number == post.revision and last.editor_id:
            noted = listed(self.noted.get(post.id))
            if last.number > len(tuple(noted)):
                user, name = sheet.person(last.editor_id, None)
                cells["LastEditorUserId"] = user
                cells["LastEditorDisplayName"] = None if user else name
        return cells

    def _place(
        self, post: Question | Answer, own: Mapping[str, object], cells: Made
    ) -> None:
        """Put a row of Posts on the sheet, and what hangs on the post."""
        sheet = self.sheet
        if post.body.media_type != HTML:
            sheet.lose("body-media-type", f"post {post.id}")
        columns = COLUMNS["Posts"]
        ordered: Made = {"Id": self.placing.given[post.id][2]}
        ordered |= {name: cells.get(name) for name in columns if name != "Id"}
        self._finish(post, "Posts", own, ordered)
        self._look_at_origin(post, own, _DECLARED)
        wordings = wordings_of(sheet, post, self.wordings.get(post.id, ()))
        noted = tuple(listed(self.noted.get(post.id)))
        put_wordings(sheet, post, wordings, noted)
        self.votes.on_post(post.id, self.tallies.get(post.id))

    def _put_comment(self, comment: Comment, post_id: PostId) -> None:
        sheet, own = self.sheet, members_of(comment.provenance)
        where = f"post {comment.id}"
        user, name = self._author(comment, "c")
        tally = self.tallies.get(comment.id)
        cells: Made = {
            "Id": self.placing.given[comment.id][2],
            "PostId": sheet.posts[post_id],
            "Score": None if tally is None else _number(tally.score),
            "Text": _source(comment, own, "Text"),
            "CreationDate": sheet.time(comment.created_at, own.get("CreationDate")),
            "UserDisplayName": name,
            "UserId": user,
            "ContentLicense": _license(comment),
        }
        if comment.body.media_type != MARKDOWN:
            sheet.lose("body-media-type", where)
        if comment.edited_at or comment.revision > 1 or comment.id in self.wordings:
            sheet.lose("comment-edits", where)
        if tally is not None:
            sheet.lose_details(tally)
            if tally.up is not None or tally.down is not None:
                sheet.lose("up-and-down", where)
        self._finish(comment, "Comments", own, cells)
        self._look_at_origin(comment, own, ())

    def _finish(
        self, post: Post, table: Table, own: Mapping[str, object], cells: Made
    ) -> None:
        """Put a row on the sheet, with the columns that a reader kept."""
        sheet = self.sheet
        for name in sorted(own):
            value = own[name]
            if name not in COLUMNS[table]:
                if isinstance(value, str) and is_column(name):
                    cells[name] = value
                else:
                    sheet.lose("provenance", f"post {post.id}")
            elif value != cells.get(name):
                sheet.lose("columns", f"post {post.id}")
        if post.body.language is not None:
            sheet.lose("language", f"post {post.id}")
        if cells["CreationDate"] is None:
            sheet.lose("untimed", f"post {post.id}")
        sheet.place(table, self.placing.given[post.id], cells)

    # -- columns ---------------------------------------------------------------------

    def _author(self, post: Post, letter: str) -> tuple[str | bytes | None, str | None]:
        sheet = self.sheet
        user, name = sheet.person(post.author_id, post.author_name)
        if user is None:
            expected = f"gone:{letter}{self.placing.given[post.id][0]}"
            sheet.meet_nobody(post.author_id, expected, post.author_name)
        return user, name

    def _accepted(self) -> str | bytes | None:
        """Return which answer is accepted; a dump has one."""
        sheet = self.sheet
        accepted = sheet.content.accepted
        there = [sheet.posts[each] for each in accepted if each in sheet.posts]
        more = len(there) - 1
        if more > 0:
            sheet.lose("accepted", count=more)
        if there:
            return there[0]
        kept = _text(sheet.members, "AcceptedAnswerId")
        return kept if kept is not None and kept not in sheet.posts else None

    def _counts(
        self,
        post: Question | Answer,
        own: Mapping[str, object],
        answers: int | None,
        comments: int,
    ) -> Made:
        """Return how much hangs on a post: as its source said, or counted here."""
        origin = post.provenance
        if not is_from_dump(origin) or origin is None:
            return {"AnswerCount": _number(answers), "CommentCount": _number(comments)}
        declared = dict(origin.declared)
        cells: Made = {}
        for name, column in _DECLARED.items():
            value = declared.get(name)
            counted = {"answers": answers, "comments": comments}.get(name)
            if value is not None and self.sheet.is_changed and (counted or 0) > value:
                value = counted
                self.sheet.lose("columns", f"post {post.id}")
            cells[column] = _text(own, column) if value is None else str(value)
        return cells

    def _activity(
        self, post: Question | Answer, own: Mapping[str, object]
    ) -> str | None:
        """Return when something last happened to a post or, of a question, below it."""
        sheet = self.sheet
        kept = _text(own, "LastActivityDate")
        if is_from_dump(post.provenance) and not sheet.is_changed:
            return kept
        posts: list[Question | Answer] = [post]
        if isinstance(post, Question):
            posts += self.placing.answers
        times = [at for each in posts for at in (each.created_at, each.edited_at) if at]
        before = None if kept is None else sheet.desk.values.instant(kept, "")
        if not times or (before is not None and before >= max(times)):
            return kept
        return time_text(max(times))

    # -- losses ----------------------------------------------------------------------

    def _look_at_origin(
        self, part: Post | Thread, own: Mapping[str, object], declared: Container[str]
    ) -> None:
        """Report what of an origin is read in another way."""
        sheet = self.sheet
        is_thread = isinstance(part, Thread)
        origin = part.provenance
        if origin is not None and origin is self._sound:
            return  # comments share theirs
        where = f"thread {part.id}" if is_thread else f"post {part.id}"
        if origin is None:
            sheet.lose("origin", where)
        elif (
            not is_from_dump(origin)
            or origin.id is not None
            or origin.url is not None
            or not all(name in declared for name, _ in origin.declared)
            or (is_thread and origin.license is not None)
        ):
            sheet.lose("provenance", where)
        elif not origin.declared:
            self._sound = None if is_thread else origin
        if is_thread and not own.keys() <= _LEFTOVERS:
            sheet.lose("provenance", where)

    def _look_at_order(self) -> None:
        """Report if posts are not in the order in which a reader finds them."""
        sheet, given = self.sheet, self.placing.given
        if not sheet.is_changed:
            return
        question = self.placing.question
        posts = [each for each in sheet.thread.posts if each.id in given]
        if question is not None and posts[0] is not question:
            sheet.lose("order")
            return
        keys = [
            _arrival(post, *given[post.id][:2])
            for post in posts
            if post is not question
        ]
        if not all(_surely_before(one, other) for one, other in pairwise(keys)):
            sheet.lose("order")


_Arrival = tuple[bool, str, bool, int | None, int]


def _arrival(post: Post, number: int | None, count: int) -> _Arrival:
    """Return what a reader orders posts by, as far as it is known."""
    text = "" if post.created_at is None else time_text(post.created_at)
    return text == "", text, isinstance(post, Comment), number, count


def _surely_before(one: _Arrival, other: _Arrival) -> bool:
    if one[:2] != other[:2]:
        return one[:2] < other[:2]
    if one[3] is not None and other[3] is not None:
        return one[3] <= other[3]
    if one[2] != other[2]:  # numbers of two tables, one of which is not yet known
        return False
    return other[3] is None and (one[3] is not None or one[4] < other[4])


def _text(own: Mapping[str, object], name: str) -> str | None:
    value = own.get(name)
    return value if isinstance(value, str) else None


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)


def _source(post: Post, own: Mapping[str, object], name: str) -> str | None:
    """Return the text of a post; None if its row had none."""
    absent = name in own and own[name] is None and not post.body.source
    return None if absent else post.body.source


def _license(post: Post) -> str | None:
    return None if post.provenance is None else post.provenance.license
