"""
What the events of a thread mean for its book.

A book is folded from the log of its thread. Orders of the time before the book
was begun are dropped, because there the events themselves stand in the streams.
"""

from datetime import datetime

from ._ledger_book import NO_NAMES, Book
from ._ledger_entries import Begun, Claim, Entry, Joined, Parcel, Renamed
from ._ledger_imports import ballots_of, marks_of, posts_of
from ._ledger_items import ACTS, AnyEvent
from ._ledger_rates import WRITTEN
from ._ledger_taking import accepter_of
from .facts import (
    AccountsMerged,
    AnswerAccepted,
    AnswerPosted,
    AnswerUnaccepted,
    BountyAwarded,
    BountyOffered,
    CommentPosted,
    EditApproved,
    FlagResolved,
    HidingImposed,
    HidingLifted,
    Imported,
    PostDeleted,
    PostFlagged,
    PostReinstated,
    PostRemoved,
    PostRestored,
    PostsMovedOut,
    QuestionAsked,
    ReputationAdjusted,
    UsersMerged,
    VoteCast,
    VoteChanged,
    VoteRetracted,
    VotesCounted,
    VotesInvalidated,
    WikiMade,
)
from .feedback import DOWN, UP
from .policy import PaidFor
from .posts import PostKind
from .status import FlagState


def add(book: Book, entry: Entry) -> None:
    """Let one entry of the log happen."""
    match entry:
        case Begun():
            book.raw = False
        case Renamed():
            book.names = entry.names
            _happen(book, entry.event)
            book.names = NO_NAMES
        case Joined():
            book.cause, book.turn = entry.cause, entry.turn
            book.join(entry.from_id, entry.into_id)
        case Parcel():
            book.unpack(entry)
        case _:
            _happen(book, entry)
    if book.raw:
        book.out.clear()


def _happen(book: Book, event: AnyEvent) -> None:
    if event.at is not None and event.at > book.effective:
        book.effective = event.at
    book.cause = event
    book.turn = (book.effective, book.thread_id, event.version)
    if event.by is not None and event.__class__ in ACTS:
        book.note(event.by.id)
    _post(book, event)


def _post(book: Book, event: AnyEvent) -> None:
    match event:
        case VoteCast():
            _vote(book, event)
        case VoteChanged():
            book.drop("vote", event.post_id, book.who(event.by.id))
            _vote(book, event)
        case VoteRetracted():
            book.drop("vote", event.post_id, book.who(event.by.id))
        case VotesInvalidated():
            for vote in event.replaced:
                book.note(vote.voter_id)
                book.drop("vote", event.post_id, book.who(vote.voter_id))
        case VotesCounted():
            _count(book, event)
        case QuestionAsked():
            _wrote(book, event.question.kind, event.question.id, event)
        case AnswerPosted():
            _wrote(book, event.answer.kind, event.answer.id, event)
        case CommentPosted():
            _wrote(book, event.comment.kind, event.comment.id, event)
        case EditApproved():
            _approve(book, event)
        case AnswerAccepted():
            for ref in event.replaced:
                book.drop("accept", ref.post_id, "")
            asker = accepter_of(event)
            asker = None if asker is None else book.who(asker)
            kind, author_id = event.post_kind, book.who(event.author_id)
            _accept(book, event.post_id, kind, author_id, asker, event.at, 0)
        case AnswerUnaccepted():
            book.drop("accept", event.post_id, "")
        case Imported():
            _import(book, event)
        case _:
            _moderate(book, event)


def _moderate(book: Book, event: AnyEvent) -> None:
    match event:
        case PostDeleted():
            book.mark(event.post_id, event.post_kind, "deleted")
        case PostRestored():
            book.unmark(event.post_id, "deleted")
        case PostRemoved():
            book.mark(event.post_id, event.post_kind, "removed")
            if event.cause is not None:
                rule, author = PaidFor.REMOVED_BY_FLAGS, event.author_id
                _penalty(book, "remove", event.post_id, "", rule, author)
        case PostReinstated():
            book.unmark(event.post_id, "removed")
            book.drop("remove", event.post_id, "")
        case HidingImposed() if event.cause is not None and event.post is not None:
            rule, author = PaidFor.HIDDEN_BY_FLAGS, event.post.author_id
            _penalty(book, "hide", event.post.post_id, "", rule, author)
        case HidingLifted() if event.post is not None:
            book.drop("hide", event.post.post_id, "")
        case PostFlagged():
            rule, author = PaidFor.POST_FLAGGED, event.author_id
            _penalty(book, "flag", event.post_id, event.flag.id, rule, author)
        case FlagResolved():
            if event.outcome in (FlagState.DECLINED, FlagState.WITHDRAWN):
                book.drop("flag", event.post_id, event.flag.id)
        case WikiMade():
            if event.post is None:
                book.wiki = True
            else:
                book.sheet(event.post.post_id).wiki = True
        case BountyOffered():
            rule, giver = PaidFor.BOUNTY_OFFERED, book.who(event.by.id)
            points = book.rates.at(event.at).pays[rule][1] * event.bounty.amount
            book.grant(giver, rule, points, "", event.at, 0, fixed=True)
        case BountyAwarded():
            rule, winner = PaidFor.BOUNTY_AWARDED, book.who(event.author_id)
            points = book.rates.at(event.at).pays[rule][0] * event.paid
            book.grant(winner, rule, points, event.post_id, event.at, 0)
        case ReputationAdjusted():
            rule, user_id = PaidFor.ADJUSTED, book.who(event.user_id)
            book.grant(user_id, rule, event.amount, "", event.at, 0, fixed=True)
        case PostsMovedOut():
            book.pack(event)
        case UsersMerged():
            for vote in event.dropped:
                book.drop("vote", vote.post_id, book.who(vote.voter_id))
            book.join(event.from_id, event.into.id)
        case AccountsMerged():
            book.join(event.user_id, event.into_id)
        case _:
            pass  # pays nothing, and changes nothing that is paid


# -- causes ------------------------------------------------------------------


def _vote(book: Book, event: VoteCast | VoteChanged) -> None:
    unpaid = book.unpaid(event.post_id, event.post_kind, event.at)
    book.ballot(
        event.post_id,
        (event.direction, event.post_kind, event.weight),
        book.who(event.author_id),
        event.by.id,
        event.at,
        0,
        unpaid=unpaid,
    )


def _count(book: Book, event: VotesCounted) -> None:
    if book.unpaid(event.post_id, event.post_kind, event.at):
        return
    author_id = book.who(event.author_id)
    votes = book.rates.at(event.at).votes
    for sub, (direction, units) in enumerate(((UP, event.up), (DOWN, event.down))):
        rule, points, *_ = votes[direction][event.post_kind]
        book.grant(author_id, rule, points, event.post_id, event.at, sub, units=units)


def _wrote(
    book: Book,
    kind: PostKind,
    post_id: str,
    event: QuestionAsked | AnswerPosted | CommentPosted,
) -> None:
    (post,) = posts_of(event)
    book.lay(post_id, kind, *marks_of(post))
    _pay_post(book, kind, post_id, book.who(post.author_id), event.at, 0)


def _pay_post(
    book: Book, kind: PostKind, post_id: str, author_id: str, when: datetime, sub: int
) -> None:
    if not book.unpaid(post_id, kind, when):
        rule = WRITTEN[kind]
        points, _, _ = book.rates.at(when).pays[rule]
        book.grant(author_id, rule, points, post_id, when, sub)


def _approve(book: Book, event: EditApproved) -> None:
    editor_id = book.who(event.suggestion.editor_id)
    if editor_id == book.who(event.author_id):
        return
    approver = None if event.by is None else book.who(event.by.id)
    rule = PaidFor.EDIT_APPROVED
    author, actor, own = book.rates.at(event.at).pays[rule]
    author = own if approver == editor_id else author
    book.grant(editor_id, rule, author, event.post_id, event.at, 0)
    if approver is not None and approver != editor_id:
        book.grant(approver, rule, actor, event.post_id, event.at, 1)


def _accept(
    book: Book,
    post_id: str,
    kind: PostKind,
    author_id: str,
    asker_id: str | None,
    when: datetime,
    sub: int,
) -> None:
    place = ("accept", post_id, "")
    if place in book.claims:
        return
    claim = book.claims[place] = Claim((*book.turn, sub), [])
    if book.unpaid(post_id, kind, when):
        return
    rule, key = PaidFor.ANSWER_ACCEPTED, (book.thread_id, post_id, None)
    author, actor, own = book.rates.at(when).pays[rule]
    author = own if author_id == asker_id else author
    claim.holds += book.grant(author_id, rule, author, post_id, when, sub, key=key)
    if asker_id is not None and asker_id != author_id:
        claim.holds += book.grant(
            asker_id, rule, actor, post_id, when, sub + 1, key=key
        )


def _penalty(
    book: Book, what: str, post_id: str, detail: str, rule: PaidFor, author: str
) -> None:
    place = (what, post_id, detail)
    if place in book.claims or book.cause.at is None:
        return
    points, _, _ = book.rates.at(book.cause.at).pays[rule]
    author_id, when = book.who(author), book.cause.at
    holds = book.grant(author_id, rule, points, post_id, when, 0, fixed=True)
    book.claims[place] = Claim((*book.turn, 0), holds)


def _import(book: Book, event: Imported) -> None:
    content = event.content
    for post in posts_of(event):
        book.lay(post.id, post.kind, marks_of(post)[0], wiki=False)
    kinds = {post.id: post for post in posts_of(event)}
    for sub, ballot in enumerate(ballots_of(event)):
        post, when = kinds[ballot.post_id], ballot.when
        author_id = book.who(post.author_id)
        if ballot.vote is not None:
            vote = ballot.vote
            book.ballot(
                post.id,
                (vote.direction, post.kind, vote.weight),
                author_id,
                vote.voter_id,
                when,
                3 * sub,
                unpaid=ballot.wiki and not book.rates.at(when).wiki_counts,
            )
        elif not ballot.wiki or book.rates.at(when).wiki_counts:
            _pay_post(book, post.kind, post.id, author_id, when, 3 * sub)
    for post in posts_of(event):
        book.lay(post.id, post.kind, set(), wiki=marks_of(post)[1])
    book.wiki = book.wiki or content.status.wiki is not None
    if event.at is None:
        return
    question = content.question
    asker = None if question is None else book.who(question.author_id)
    first = 3 * (len(kinds) + len(content.votes))
    for number, post_id in enumerate(content.accepted):
        if post_id in kinds:
            post = kinds[post_id]
            author_id, sub = book.who(post.author_id), first + 3 * number
            _accept(book, post_id, post.kind, author_id, asker, event.at, sub)
