"""Which posts of a thread are written, where comments stand, and their numbers."""

from collections import Counter

from ..._index import root_of
from ...ids import PostId
from ...posts import Answer, Comment, Question
from ._sheet import Given, Sheet
from ._spool import number_of
from ._tables import Table

__all__ = ["Placing"]


class Placing:
    """
    Chooses the posts of a thread that are written.

    Deleted posts are in no dump, nor what stands under them. A dump has comments
    on questions and answers only, so a reply to a comment becomes a comment on the
    same post.

    Attributes:
        question: The question, if it is written.
        answers: The answers that are written.
        comments: The comments that are written, each with the post it stands on.
        given: The numbers of all of them, and of the root.
        root: What is written for the question, whether or not it is there.
    """

    def __init__(self, sheet: Sheet) -> None:
        content = sheet.content
        sheet.gone.update(each.id for each in content.answers if not each.stands)
        self.question: Question | None = content.question
        self.answers: list[Answer] = []
        self.comments: list[tuple[Comment, PostId]] = []
        self.given: dict[PostId, Given] = {}
        self.root: str | bytes = ""
        self._sheet = sheet
        if self.question is not None and not self.question.stands:
            self.question = None
            sheet.lose("deleted", count=len(content.arrival))
            sheet.gone.update(content.arrival)
            return
        self.answers = [answer for answer in content.answers if answer.stands]
        root_id = root_of(content).id
        self._choose_comments(root_id)
        if self.question is not None or self.answers:
            self._number(root_id)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that a reader would find the thread by."""
        return self.question is None and not self.answers

    def counts(self) -> Counter[PostId]:
        """Return how many comments stand on each post."""
        return Counter(post_id for _, post_id in self.comments)

    def _choose_comments(self, root_id: PostId) -> None:
        content = self._sheet.content
        written = {answer.id for answer in self.answers}
        if self.question is not None:
            written.add(self.question.id)
        gone = len(content.answers) - len(self.answers)
        deeper = orphans = 0
        above: dict[PostId, PostId] = {}
        if not all(each.parent_id in written for each in content.comments):
            for stub in content.stubs:
                if stub.id != root_id:
                    above[stub.id] = stub.parent_id or root_id
            above.update((each.id, each.parent_id) for each in content.comments)
        for comment in content.comments:
            place = comment.parent_id
            if place in above:
                place = _climbed(place, above)
            if comment.stands and place in written:
                deeper += place != comment.parent_id
                self.comments.append((comment, place))
                continue
            self._sheet.gone.add(comment.id)
            if comment.stands and place == root_id:
                orphans += 1
            else:
                gone += 1
        for code, count in (
            ("deleted", gone),
            ("orphans", orphans),
            ("threaded-comments", deeper),
        ):
            if count:
                self._sheet.lose(code, count=count)

    def _number(self, root_id: PostId) -> None:
        sheet = self._sheet
        own = {answer.id for answer in self.answers}
        wanted = number_of(root_id)
        if wanted is None and sheet.thread.id not in own:
            wanted = number_of(sheet.thread.id)
        self._give(root_id, "Posts", wanted)
        self.root = self.given[root_id][2]
        for answer in self.answers:
            self._give(answer.id, "Posts", number_of(answer.id))
        for comment, _ in self.comments:
            wanted = None
            if comment.id.startswith("c"):
                wanted = number_of(comment.id[1:])
            self._give(comment.id, "Comments", wanted)
        sheet.root = self.root
        if self.root != sheet.thread.id != root_id:
            sheet.lose("thread-ids")
        if self.question is None and self.given[root_id][0] is not None:
            # Nobody else may take the number that the answers name.
            sheet.place("Posts", self.given[root_id], None)
        written = [answer.id for answer in self.answers]
        if self.question is not None:
            written.append(root_id)
        sheet.posts = {post_id: self.given[post_id][2] for post_id in written}

    def _give(self, post_id: PostId, table: Table, wanted: int | None) -> None:
        given = self.given[post_id] = self._sheet.number(table, wanted)
        if f"{'' if table == 'Posts' else 'c'}{given[0]}" != post_id:
            self._sheet.renumbered(table, wanted, f"post {post_id}")


def _climbed(place: PostId, above: dict[PostId, PostId]) -> PostId:
    """Return the first post on the way up that is no comment."""
    way = []
    while place in above:
        way.append(place)
        place = above[place]
    for each in way:  # the next one has a shorter way
        above[each] = place
    return place
