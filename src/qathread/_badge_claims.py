"""What each event of a thread adds to somebody's claim on a badge."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import attrs

from ._badge_case import Case, Claim, Key, PostFacts, RuleBook, fits, reached, worth
from ._badge_values import First, Trigger
from ._interleaving import Place
from .content import Content
from .events import (
    AnswerAccepted,
    AnswerPosted,
    AnswerUnaccepted,
    BountyAwarded,
    BountyOffered,
    CommentPosted,
    EditApproved,
    Event,
    FlagResolved,
    Imported,
    PostConverted,
    PostDeleted,
    PostEdited,
    PostFlagged,
    PostRolledBack,
    PostsMovedIn,
    QuestionAsked,
    ReactionAdded,
    ReactionRemoved,
    ThreadSplitOff,
    UsersMerged,
    VoteCast,
    VoteChanged,
    VoteRetracted,
    VotesCounted,
    VotesInvalidated,
)
from .feedback import Direction, Tally, Vote
from .ids import PostId, UserId
from .posts import Post, PostKind
from .revisions import RevisionKind
from .status import FlagState

__all__ = ["Turn"]


class Turn:
    """
    One event being read: :attr:`case` is the thread after it.

    Attributes:
        case: The thread, as far as badges need it.
        claims: What the event adds, in no order.
        origins: Where posts that came from another thread stood before.
    """

    __slots__ = ("_at", "_book", "_place", "case", "claims", "origins")

    def __init__(self, book: RuleBook, case: Case, place: Place) -> None:
        self.case = case
        self.claims: list[Claim] = []
        self.origins: dict[Key, Key] = {}
        self._at: datetime | None = None
        self._book = book
        self._place = place

    def read(self, event: Event) -> None:
        """Take in an event; those that count for nothing pass by."""
        self._at = event.at
        match event:
            case VoteCast() | VoteChanged() | VoteRetracted():
                self._vote(event)
            case VotesCounted():
                self._count(event)
            case ReactionAdded() | ReactionRemoved():
                self._react(event)
            case VotesInvalidated():
                self._strike(event.replaced)
            case QuestionAsked(question=question):
                self.case = attrs.evolve(
                    self.case,
                    asker_id=question.author_id,
                    asked_at=question.created_at or event.at,
                    root_id=question.id,
                )
                self._write(question, event.at)
            case AnswerPosted(answer=answer):
                self._write(answer, event.at)
                self._look_at_root()
            case CommentPosted(comment=comment):
                self._write(comment, event.at)
            case PostEdited() | PostRolledBack() | EditApproved():
                self._edit(event)
            case AnswerAccepted() | AnswerUnaccepted():
                self._accept(event)
            case PostDeleted():
                self._delete(event)
            case PostFlagged() | FlagResolved():
                self._flag(event)
            case PostConverted():
                self._convert(event)
            case BountyOffered() | BountyAwarded():
                self._bounty(event)
            case Imported():
                self._take_in(event.content, None)
            case ThreadSplitOff() | PostsMovedIn():
                self._take_in(event.content, event.from_id)
            case UsersMerged():
                self._merge(event)
            case _:
                pass

    # -- claims ------------------------------------------------------------------

    def _claim(self, rule: int, user_id: UserId, id: str, post_id: str | None) -> None:
        key = (self._place[1], id)
        self.claims.append(Claim(self._place, rule, key, user_id, post_id, self._at))

    def _act(
        self,
        trigger: Trigger,
        user_id: UserId | None,
        id: str,
        *,
        owner_id: UserId | None,
        kind: PostKind | None = None,
        direction: Direction | None = None,
        reaction: str | None = None,
        post_id: PostId | None = None,
    ) -> None:
        """Claim for one act on a post of *owner_id*, or on a question of theirs."""
        if user_id is None:
            return
        for place, rule in self._book.of(trigger):
            if (
                (kind is None or kind in rule.kinds)
                and rule.direction in (None, direction)
                and (not rule.reactions or reaction in rule.reactions)
                and fits(rule.whose, user_id, owner_id)
            ):
                self._claim(place, user_id, id, post_id)

    def _look(self, post_id: PostId) -> None:
        """Claim for what a post has reached now and had not before."""
        case = self.case
        post = case.posts[post_id]
        met = [
            place
            for place, rule in self._book.on(post.kind)
            if place not in post.met
            and place not in case.taken
            and reached(rule, post, case)
        ]
        if post.kind is PostKind.ANSWER and post.score is not None:
            taken = {
                place
                for place, rule in self._book.on(post.kind)
                if rule.first is First.SCORED and post.score >= rule.count
            }
            if not taken <= case.taken:
                self.case = attrs.evolve(case, taken=case.taken | taken)
        if met:
            for place in met:
                self._claim(place, post.author_id, post_id, post_id)
            self._put(post_id, attrs.evolve(post, met=post.met.union(met)))

    def _look_at_root(self) -> None:
        root_id = self.case.root_id
        if root_id is not None and root_id in self.case.posts:
            self._look(root_id)

    def _put(self, post_id: PostId, post: PostFacts) -> None:
        self.case = attrs.evolve(self.case, posts=self.case.posts.set(post_id, post))

    # -- posts -------------------------------------------------------------------

    def _write(
        self, post: Post, at: datetime | None, tally: Tally | None = None
    ) -> None:
        """Take in a post, new here unless a tally says what is known of it."""
        first = post.kind is PostKind.ANSWER and self.case.answers == 0
        known = self.case.posts.get(post.id)
        facts = PostFacts(
            kind=post.kind,
            author_id=post.author_id,
            created_at=post.created_at or at,
            first=first and self.case.root_id is not None,
        )
        if tally is not None:
            likes = dict(tally.reactions)
            facts = attrs.evolve(
                facts, score=tally.score, likes=likes, complete=tally.complete
            )
        if known is not None:  # it comes back
            facts = attrs.evolve(facts, met=known.met, first=known.first)
        if post.kind is PostKind.ANSWER:
            self.case = attrs.evolve(self.case, answers=self.case.answers + 1)
        self._put(post.id, facts)
        self._act(
            Trigger.POSTING,
            post.author_id,
            post.id,
            owner_id=post.author_id,
            kind=post.kind,
            post_id=post.id,
        )
        if tally is not None:
            self._look(post.id)

    def _edit(self, event: PostEdited | PostRolledBack | EditApproved) -> None:
        editor_id = event.revision.editor_id
        if editor_id is None and event.by is not None:
            editor_id = event.by.id
        if isinstance(event, EditApproved):
            editor_id = event.suggestion.editor_id
        trigger = Trigger.EDITING
        if isinstance(event, PostRolledBack):
            trigger = Trigger.ROLLING_BACK
        self._act(
            trigger,
            editor_id,
            event.post_id,
            owner_id=event.author_id,
            kind=event.post_kind,
            post_id=event.post_id,
        )

    def _accept(self, event: AnswerAccepted | AnswerUnaccepted) -> None:
        accepted = isinstance(event, AnswerAccepted)
        if isinstance(event, AnswerAccepted):
            for other in event.replaced:
                self._set_accepted(other.post_id, False)
            asker_id = event.asker_id or self.case.asker_id
            by_id = asker_id if event.by is None else event.by.id
            if by_id == asker_id:
                self._chosen(event.post_id, by_id, None)
            self._chosen(event.post_id, None, event.author_id)
        self._set_accepted(event.post_id, accepted)

    def _chosen(
        self, post_id: PostId, by_id: UserId | None, author_id: UserId | None
    ) -> None:
        for trigger, user_id, owner_id in (
            (Trigger.ACCEPTING, by_id, None),
            (Trigger.BEING_ACCEPTED, author_id, self.case.asker_id),
        ):
            self._act(trigger, user_id, post_id, owner_id=owner_id, post_id=post_id)

    def _set_accepted(self, post_id: PostId, accepted: bool) -> None:
        post = self.case.posts.get(post_id)
        if post is not None:
            self._put(post_id, attrs.evolve(post, accepted=accepted))
            self._look(post_id)

    def _delete(self, event: PostDeleted) -> None:
        post = self.case.posts.get(event.post_id)
        if post is None or post.score is None:
            return
        if event.by is not None and event.by.id != event.author_id:
            return
        for trigger, sign in (
            (Trigger.DELETED_LIKED, 1),
            (Trigger.DELETED_DISLIKED, -1),
        ):
            for place, rule in self._book.of(trigger):
                if sign * post.score >= rule.count and event.post_kind in rule.kinds:
                    self._claim(place, event.author_id, event.post_id, event.post_id)

    def _convert(self, event: PostConverted) -> None:
        post = self.case.posts.get(event.post_id)
        if post is None:
            return
        if event.to is PostKind.ANSWER:
            self.case = attrs.evolve(self.case, answers=self.case.answers + 1)
        self._put(event.post_id, attrs.evolve(post, kind=event.to))
        self._look(event.post_id)
        self._look_at_root()

    def _flag(self, event: PostFlagged | FlagResolved) -> None:
        trigger, user_id, id = Trigger.FLAGGING, event.flag.by_id, event.post_id
        if isinstance(event, PostFlagged):
            user_id = event.by.id
        elif event.outcome is FlagState.HELPFUL:
            trigger, id = Trigger.FLAGGING_WELL, event.flag.id
        else:
            return
        self._act(
            trigger,
            user_id,
            id,
            owner_id=event.author_id,
            kind=event.post_kind,
            post_id=event.post_id,
        )

    def _bounty(self, event: BountyOffered | BountyAwarded) -> None:
        asker_id, post_id = self.case.asker_id, None
        trigger = Trigger.OFFERING_BOUNTY
        user_id = event.bounty.by_id
        if isinstance(event, BountyOffered):
            user_id = event.by.id
            asker_id = event.asker_id or asker_id
        elif event.automatic:
            return
        else:
            trigger, post_id = Trigger.AWARDING_BOUNTY, event.post_id
            if user_id is None and event.by is not None:
                user_id = event.by.id
        self._act(trigger, user_id, event.bounty.id, owner_id=asker_id, post_id=post_id)

    # -- feedback ----------------------------------------------------------------

    def _vote(self, event: VoteCast | VoteChanged | VoteRetracted) -> None:
        change = 0
        if not isinstance(event, VoteCast):
            change -= worth(event.replaced)
        if not isinstance(event, VoteRetracted):
            up = event.direction is Direction.UP
            change += event.weight if up else -event.weight
            self._act(
                Trigger.VOTING,
                event.by.id,
                event.post_id,
                owner_id=event.author_id,
                kind=event.post_kind,
                direction=event.direction,
                post_id=event.post_id,
            )
        self._score(event.post_id, change)

    def _score(self, post_id: PostId, change: int) -> None:
        post = self.case.posts.get(post_id)
        if post is not None and post.score is not None and change:
            self._put(post_id, attrs.evolve(post, score=post.score + change))
            if change > 0:
                self._look(post_id)

    def _strike(self, votes: Iterable[Vote]) -> None:
        changes: dict[PostId, int] = {}
        for vote in votes:
            changes[vote.post_id] = changes.get(vote.post_id, 0) - worth(vote)
        for post_id, change in changes.items():
            self._score(post_id, change)

    def _count(self, event: VotesCounted) -> None:
        self._like(event.post_id, dict(event.reactions))
        self._score(event.post_id, event.up - event.down)

    def _react(self, event: ReactionAdded | ReactionRemoved) -> None:
        if isinstance(event, ReactionRemoved):
            self._like(event.post_id, {event.replaced.kind: -1})
            return
        self._act(
            Trigger.REACTING,
            event.by.id,
            event.post_id,
            owner_id=event.author_id,
            kind=event.post_kind,
            reaction=event.kind,
            post_id=event.post_id,
        )
        self._like(event.post_id, {event.kind: 1})

    def _like(self, post_id: PostId, changes: Mapping[str, int]) -> None:
        post = self.case.posts.get(post_id)
        if post is None or not changes:
            return
        likes = dict(post.likes)
        for kind, change in changes.items():
            if kind in likes or post.complete:  # else it stays unknown
                likes[kind] = likes.get(kind, 0) + change
        self._put(post_id, attrs.evolve(post, likes=likes))
        self._look(post_id)

    # -- whole contents ----------------------------------------------------------

    def _take_in(self, content: Content, from_id: str | None) -> None:
        """Take in posts that came at once; *from_id* is the thread they left."""
        posts: dict[PostId, Post] = {}
        question = content.question
        if question is not None:
            posts[question.id] = question
            self.case = attrs.evolve(
                self.case,
                asker_id=question.author_id,
                asked_at=question.created_at,
                root_id=question.id,
            )
        posts.update((post.id, post) for post in content.answers)
        posts.update((post.id, post) for post in content.comments)
        tallies = {tally.post_id: tally for tally in content.tallies}
        for post_id in content.arrival:
            post = posts[post_id]
            if from_id is not None and post_id not in self.case.posts:
                self.origins[self._place[1], post_id] = (from_id, post_id)
            tally = tallies.get(post_id) or Tally(post_id=post_id)
            self._write(post, post.created_at, tally)
        for answer_id in content.accepted:
            if from_id is None and answer_id in posts:
                self._chosen(answer_id, self.case.asker_id, posts[answer_id].author_id)
            self._set_accepted(answer_id, True)
        self._look_at_root()
        self._past_acts(content, posts, moved=from_id is not None)

    def _past_acts(
        self, content: Content, posts: Mapping[PostId, Post], *, moved: bool
    ) -> None:
        for vote in content.votes:
            if (post := posts.get(vote.post_id)) is not None:
                self._act(
                    Trigger.VOTING,
                    vote.voter_id,
                    post.id,
                    owner_id=post.author_id,
                    kind=post.kind,
                    direction=vote.direction,
                    post_id=post.id,
                )
        for reaction in content.reactions:
            if (post := posts.get(reaction.post_id)) is not None:
                self._act(
                    Trigger.REACTING,
                    reaction.user_id,
                    post.id,
                    owner_id=post.author_id,
                    kind=post.kind,
                    reaction=reaction.kind,
                    post_id=post.id,
                )
        for revision in content.revisions:
            post = posts.get(revision.post_id)
            if post is None or revision.kind is RevisionKind.INITIAL:
                continue
            rolled = revision.kind is RevisionKind.ROLLBACK
            self._act(
                Trigger.ROLLING_BACK if rolled else Trigger.EDITING,
                revision.editor_id,
                post.id,
                owner_id=post.author_id,
                kind=post.kind,
                post_id=post.id,
            )
        # Flags and bounties have ids of their own thread: those of posts that were
        # moved are known from there.
        for flag in () if moved else content.flags:
            post = posts.get(flag.post_id)
            if post is None:
                continue
            reports = [(Trigger.FLAGGING, flag.post_id)]
            if flag.state is FlagState.HELPFUL:
                reports.append((Trigger.FLAGGING_WELL, flag.id))
            for trigger, id in reports:
                self._act(
                    trigger,
                    flag.by_id,
                    id,
                    owner_id=post.author_id,
                    kind=post.kind,
                    post_id=post.id,
                )
        for bounty in () if moved else content.bounties:
            self._act(
                Trigger.OFFERING_BOUNTY,
                bounty.by_id,
                bounty.id,
                owner_id=self.case.asker_id,
            )

    def _merge(self, event: UsersMerged) -> None:
        into = event.into.id
        moved = {
            post_id: attrs.evolve(post, author_id=into)
            for post_id, post in self.case.posts.items()
            if post.author_id == event.from_id
        }
        asker_id = self.case.asker_id
        self.case = attrs.evolve(
            self.case,
            asker_id=into if asker_id == event.from_id else asker_id,
            posts=self.case.posts.update(moved),
        )
        for post_id in sorted(moved):
            self._look(post_id)  # an answer may have become one to an own question
        self._strike(event.dropped)
