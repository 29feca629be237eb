"""Every rule is reached through the verbs, and says what it needs and what it has."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from qathread import (
    DOWN,
    UP,
    Answer,
    Body,
    Closed,
    Comment,
    Locked,
    LockLevel,
    Mark,
    PostKind,
    PostStatus,
    Question,
    Status,
    Stub,
    Thread,
    Usage,
    User,
    Vote,
    events,
    from_json,
    posting,
    to_json,
    voting,
)
from qathread.errors import (
    CycleError,
    DuplicateIdError,
    FormatError,
    IntegrityError,
    MissingParentError,
    NotFoundError,
    PolicyViolation,
    SequenceError,
    ValidationError,
)
from qathread.policies import OPEN, STACK_EXCHANGE
from qathread.policy import (
    Accepting,
    AcceptWho,
    Act,
    Deleting,
    KindVoting,
    Needs,
    OwnVotes,
    Policy,
    Quota,
    QuotaUse,
    Stops,
    Window,
    drawn,
)
from qathread.rules import Rule

AT = datetime(2026, 1, 1, tzinfo=UTC)
NOW: dict[str, Any] = {"at": AT}
ADA = User(id="ada", name="Ada", reputation=2000)
GREG = User(id="greg", name="Greg", reputation=2000)
LI = User(id="li", name="Li", reputation=2000)
NEW = User(id="new", reputation=1)
UNKNOWN = User(id="unknown")
LONG = "Long enough for a body, as it must be."
TITLE = "Is this a title that is long enough?"


def asked(kind: str = "qa") -> Thread:
    return posting.ask(
        "q", title=TITLE, body=LONG, tags=("a",), kind=kind, by=ADA, **NOW
    )


def answered() -> Thread:
    """The question q.1 of ada, an answer q.2 of greg and its comment q.3 of li."""
    thread = posting.answer(asked(), LONG, by=GREG, **NOW)
    return posting.comment(thread, "q.2", "Fifteen and more", by=LI, **NOW)


def archived() -> Thread:
    content = answered().content
    return Thread.from_parts(
        id="q",
        posts=(content.question, *content.answers, *content.comments),  # type: ignore[arg-type]
        status=Status(archived=Mark(at=AT)),
    )


def ask(policy: Policy, **changes: Any) -> Thread:
    given = {"title": TITLE, "body": LONG, "tags": ("a",), "by": ADA, **NOW, **changes}
    return posting.ask("q", policy=policy, **given)


def with_voting(policy: Policy, **changes: Any) -> Policy:
    return attrs.evolve(policy, voting=attrs.evolve(policy.voting, **changes))


def with_posting(policy: Policy, **changes: Any) -> Policy:
    return attrs.evolve(policy, posting=attrs.evolve(policy.posting, **changes))


SE, LATER = STACK_EXCHANGE, AT + timedelta(days=1)
NOT_OWN = with_posting(OPEN, accept=Accepting(own=False))
FOUR = attrs.evolve(
    OPEN, quotas=(Quota(name="votes", limit=4), Quota(name="other", limit=1))
)
USED = Usage(quotas=(QuotaUse(name="votes", used=4, resets_at=LATER),))
WRITERS = with_posting(
    OPEN,
    question=attrs.evolve(OPEN.posting.question, write=Needs(reputation=10)),
    answer=attrs.evolve(
        OPEN.posting.answer,
        write=Needs(reputation=20),
        edit=Needs(reputation=50, roles=frozenset({"editor"})),
    ),
    comment=attrs.evolve(OPEN.posting.comment, write=Needs(reputation=30)),
)


def gone(post_id: str) -> Thread:
    return posting.delete(answered(), post_id, by=ADA, **NOW)


def edited() -> Thread:
    return posting.edit(answered(), "q.2", body=LONG + "!", by=GREG, **NOW)


def suggested() -> Thread:
    """A suggestion q.4 for the answer, which then moved on."""
    thread = posting.suggest_edit(answered(), "q.2", body=LONG + "?", by=LI, **NOW)
    return posting.edit(thread, "q.2", body=LONG + "!", by=GREG, **NOW)


MOD = User(id="mod", roles=frozenset({"moderator"}))
MODERATORS = Needs(roles=frozenset({"moderator"}))
#: Five minutes for votes, comments and answers; an edit opens votes again.
HASTY = with_voting(
    with_posting(
        OPEN,
        answer=attrs.evolve(
            OPEN.posting.answer,
            edit=MODERATORS,
            edit_own=Window(seconds=300, while_last=True),
            edit_wiki=Needs(reputation=100),
        ),
        accept=Accepting(
            who=AcceptWho.ASKER,
            others=Needs(reputation=500),
            others_after=600,
            own_needs=Needs(reputation=20),
        ),
        depth=1,
    ),
    answer=KindVoting(change=Window(seconds=300, edits_reopen=True), open_for=3600),
)
#: Nobody takes down what others wrote, or what others relied on.
KEPT = with_posting(
    OPEN,
    question=attrs.evolve(
        OPEN.posting.question,
        delete=Deleting(own_answers=1, own_upvoted=False, others=MODERATORS),
    ),
    answer=attrs.evolve(
        OPEN.posting.answer, delete=Deleting(own_accepted=False, others=MODERATORS)
    ),
    comment=attrs.evolve(
        OPEN.posting.comment, delete=Deleting(own=False, others=MODERATORS)
    ),
)
STOPPED = attrs.evolve(
    OPEN,
    moderation=attrs.evolve(
        OPEN.moderation,
        lock=MODERATORS,
        protected=Needs(reputation=10),
        stops=Stops(
            hidden=frozenset({Act.VOTE}),
            pending=frozenset({Act.VOTE}),
            suspended=True,
        ),
    ),
)
MINUTES_6, MINUTES_61 = AT + timedelta(minutes=6), AT + timedelta(minutes=61)


def marked(status: Status | PostStatus) -> Thread:
    """The same thread with marks on itself, or on its answer."""
    content = answered().content
    assert content.question is not None
    (answer,) = content.answers
    on_thread = status if isinstance(status, Status) else Status()
    if isinstance(status, PostStatus):
        answer = attrs.evolve(answer, status=status)
    return Thread.from_parts(
        id="q",
        posts=(content.question, answer, *content.comments),
        tallies=content.tallies,
        status=on_thread,
        version=3,
    )


def voted() -> Thread:
    return voting.cast(answered(), "q.2", UP, by=LI, **NOW)


def accepted(by: User = ADA) -> Thread:
    return posting.accept(answered(), "q.2", by=by, **NOW)


#: When the same change would be allowed, where time helps.
RETRY = {
    "suspended": LATER,
    "locked": LATER,
    "accept: another one too early": AT + timedelta(minutes=10),
}
Refused = tuple[Callable[[], Thread], Rule, int | str | None, int | str | None]
REFUSED: dict[str, Refused] = {
    "accept: not the asker": (
        lambda: posting.accept(answered(), "q.2", by=LI, policy=SE, **NOW),
        Rule.ACCEPT_WHO, "ada", "li",
    ),
    "unaccept: not the asker": (
        lambda: posting.unaccept(
            posting.accept(answered(), "q.2", by=ADA, **NOW),
            "q.2", by=LI, policy=SE, **NOW,
        ),
        Rule.ACCEPT_WHO, "ada", "li",
    ),
    "accept: one's own": (
        lambda: posting.accept(answered(), "q.2", by=GREG, policy=NOT_OWN, **NOW),
        Rule.SELF_ACCEPT, "another author", "greg",
    ),
    "accept: a discussion": (
        lambda: posting.accept(
            posting.answer(asked("discussion"), LONG, by=GREG, **NOW),
            "q.2", by=ADA, **NOW,
        ),
        Rule.NOT_QA, None, None,
    ),
    "archived: vote": (
        lambda: voting.cast(archived(), "q.2", UP, by=ADA, **NOW),
        Rule.ARCHIVED, None, None,
    ),
    "archived: answer": (
        lambda: posting.answer(archived(), LONG, by=ADA, **NOW),
        Rule.ARCHIVED, None, None,
    ),
    "archived: react": (
        lambda: voting.react(archived(), "q.2", "like", by=ADA, **NOW),
        Rule.ARCHIVED, None, None,
    ),
    "deleted: vote": (
        lambda: voting.cast(gone("q.2"), "q.2", UP, by=LI, **NOW),
        Rule.DELETED, None, None,
    ),
    "deleted: comment": (
        lambda: posting.comment(gone("q.2"), "q.2", "So?", by=LI, **NOW),
        Rule.DELETED, None, None,
    ),
    "deleted: edit": (
        lambda: posting.edit(gone("q.2"), "q.2", body="So?", by=GREG, **NOW),
        Rule.DELETED, None, None,
    ),
    "deleted: accept": (
        lambda: posting.accept(gone("q.2"), "q.2", by=ADA, **NOW),
        Rule.DELETED, None, None,
    ),
    "deleted: answer to a deleted question": (
        lambda: posting.answer(gone("q.1"), LONG, by=GREG, **NOW),
        Rule.DELETED, None, None,
    ),
    "direction: a comment down": (
        lambda: voting.cast(answered(), "q.3", DOWN, by=ADA, policy=SE, **NOW),
        Rule.DIRECTION, "up", "down",
    ),
    "direction: no votes at all": (
        lambda: voting.cast(
            answered(), "q.3", UP, by=ADA, **NOW,
            policy=with_voting(
                SE, comment=attrs.evolve(SE.voting.comment, directions=frozenset())
            ),
        ),
        Rule.DIRECTION, "no vote", "up",
    ),
    "self-vote": (
        lambda: voting.cast(answered(), "q.2", UP, by=GREG, policy=SE, **NOW),
        Rule.SELF_VOTE, "another voter", "greg",
    ),
    "weight": (
        lambda: voting.cast(answered(), "q.2", UP, weight=2, by=LI, policy=SE, **NOW),
        Rule.WEIGHT, 1, 2,
    ),
    "reputation: up": (
        lambda: voting.cast(answered(), "q.2", UP, by=NEW, policy=SE, **NOW),
        Rule.REPUTATION, 15, 1,
    ),
    "reputation: down": (
        lambda: voting.cast(answered(), "q.2", DOWN, by=NEW, policy=SE, **NOW),
        Rule.REPUTATION, 125, 1,
    ),
    "reputation: not known": (
        lambda: voting.cast(answered(), "q.2", UP, by=UNKNOWN, policy=SE, **NOW),
        Rule.REPUTATION, 15, None,
    ),
    "reputation: ask": (
        lambda: ask(WRITERS, by=NEW), Rule.REPUTATION, 10, 1,
    ),
    "reputation: answer": (
        lambda: posting.answer(asked(), LONG, by=NEW, policy=WRITERS, **NOW),
        Rule.REPUTATION, 20, 1,
    ),
    "reputation: comment": (
        lambda: posting.comment(asked(), "q.1", "So?", by=NEW, policy=WRITERS, **NOW),
        Rule.REPUTATION, 30, 1,
    ),
    "reputation: edit": (
        lambda: posting.edit(
            answered(), "q.2", body="So?", by=NEW, policy=WRITERS, **NOW
        ),
        Rule.REPUTATION, 50, 1,
    ),
    "reputation: roll back": (
        lambda: posting.rollback(edited(), "q.2", 1, by=NEW, policy=WRITERS, **NOW),
        Rule.REPUTATION, 50, 1,
    ),
    "reputation: reject an edit": (
        lambda: posting.reject_edit(
            suggested(), "q.4", by=NEW, policy=WRITERS, **NOW
        ),
        Rule.REPUTATION, 50, 1,
    ),
    "suspended": (
        lambda: voting.cast(
            answered(), "q.2", UP, by=attrs.evolve(LI, suspended_until=LATER),
            policy=STOPPED, **NOW,
        ),
        Rule.SUSPENDED, None, None,
    ),
    "vote: too late to change": (
        lambda: voting.cast(voted(), "q.2", DOWN, by=LI, policy=HASTY, at=MINUTES_6),
        Rule.VOTE_LOCKED, 300, 360,
    ),
    "vote: too late to take back": (
        lambda: voting.retract(voted(), "q.2", by=LI, policy=HASTY, at=MINUTES_6),
        Rule.VOTE_LOCKED, 300, 360,
    ),
    "vote: an edit before it opens nothing": (
        lambda: voting.retract(
            voting.cast(edited(), "q.2", UP, by=LI, **NOW),
            "q.2", by=LI, policy=HASTY, at=MINUTES_6,
        ),
        Rule.VOTE_LOCKED, 300, 360,
    ),
    "vote: an old post": (
        lambda: voting.cast(answered(), "q.2", UP, by=LI, policy=HASTY, at=MINUTES_61),
        Rule.VOTE_CLOSED, 3600, 3660,
    ),
    "vote: an old post, taken back": (
        lambda: voting.retract(voted(), "q.2", by=LI, policy=HASTY, at=MINUTES_61),
        Rule.VOTE_CLOSED, 3600, 3660,
    ),
    "edit: one's own, too late": (
        lambda: posting.edit(
            posting.answer(answered(), LONG, by=LI, **NOW),
            "q.2", body="So?", by=GREG, policy=HASTY, at=MINUTES_6,
        ),
        Rule.EDIT_WINDOW, 300, 360,
    ),
    "edit: somebody else's": (
        lambda: posting.edit(
            answered(), "q.2", body="So?", by=LI, policy=HASTY, **NOW
        ),
        Rule.ROLE, "moderator", "none",
    ),
    "edit: everybody's": (
        lambda: posting.edit(
            marked(PostStatus(wiki=Mark())), "q.2", body="So?", by=NEW, policy=HASTY,
            **NOW,
        ),
        Rule.REPUTATION, 100, 1,
    ),
    "accept: another one too early": (
        lambda: posting.accept(answered(), "q.2", by=LI, policy=HASTY, **NOW),
        Rule.ACCEPT_WHO, "ada", "li",
    ),
    "accept: one's own with too little": (
        lambda: posting.accept(
            posting.answer(asked(), LONG, by=ADA, **NOW),
            "q.2", by=attrs.evolve(ADA, reputation=19), policy=HASTY, **NOW,
        ),
        Rule.REPUTATION, 20, 19,
    ),
    "nesting": (
        lambda: posting.comment(answered(), "q.3", "So?", by=ADA, policy=HASTY, **NOW),
        Rule.NESTING, 1, 2,
    ),
    "delete: somebody else's": (
        lambda: posting.delete(answered(), "q.2", by=LI, policy=KEPT, **NOW),
        Rule.ROLE, "moderator", "none",
    ),
    "delete: one's own accepted answer": (
        lambda: posting.delete(accepted(), "q.2", by=GREG, policy=KEPT, **NOW),
        Rule.DELETE_ACCEPTED, None, None,
    ),
    "delete: one's own comment": (
        lambda: posting.delete(answered(), "q.3", by=LI, policy=KEPT, **NOW),
        Rule.DELETE_OWN, None, None,
    ),
    "delete: a question with answers": (
        lambda: posting.delete(
            posting.answer(answered(), LONG, by=LI, **NOW),
            "q.1", by=ADA, policy=KEPT, **NOW,
        ),
        Rule.DELETE_ANSWERED, 1, 2,
    ),
    "delete: a question with a good answer": (
        lambda: posting.delete(voted(), "q.1", by=ADA, policy=KEPT, **NOW),
        Rule.DELETE_ANSWERED, 0, 1,
    ),
    "restore: what somebody else took down": (
        lambda: posting.restore(gone("q.2"), "q.2", by=GREG, policy=KEPT, **NOW),
        Rule.ROLE, "moderator", "none",
    ),
    "closed": (
        lambda: posting.answer(marked(Status(closed=Closed())), LONG, by=LI, **NOW),
        Rule.CLOSED, None, None,
    ),
    "protected": (
        lambda: posting.answer(
            marked(Status(protected=Mark())), LONG, by=NEW, policy=STOPPED, **NOW
        ),
        Rule.REPUTATION, 10, 1,
    ),
    "locked": (
        lambda: voting.cast(
            marked(PostStatus(locked=Locked(until=LATER))), "q.2", UP, by=LI, **NOW
        ),
        Rule.LOCKED, None, "all",
    ),
    "locked: the thread": (
        lambda: voting.react(
            marked(Status(locked=Locked())), "q.3", "like", by=LI, **NOW
        ),
        Rule.LOCKED, None, "all",
    ),
    "locked: no answers": (
        lambda: posting.answer(
            marked(Status(locked=Locked(level=LockLevel.REPLIES))), LONG, by=LI, **NOW
        ),
        Rule.LOCKED, None, "replies",
    ),
    "locked: no comments": (
        lambda: posting.comment(
            marked(PostStatus(locked=Locked(level=LockLevel.COMMENTS))),
            "q.2", "So?", by=LI, **NOW,
        ),
        Rule.LOCKED, None, "comments",
    ),
    "hidden": (
        lambda: voting.cast(
            marked(PostStatus(hidden=Mark())), "q.2", UP, by=LI, policy=STOPPED, **NOW
        ),
        Rule.HIDDEN, None, None,
    ),
    "hidden: the thread": (
        lambda: voting.cast(
            marked(Status(hidden=Mark())), "q.2", UP, by=LI, policy=STOPPED, **NOW
        ),
        Rule.HIDDEN, None, None,
    ),
    "pending": (
        lambda: voting.cast(
            marked(PostStatus(pending=Mark())), "q.2", UP, by=LI, policy=STOPPED, **NOW
        ),
        Rule.PENDING, None, None,
    ),
    "quota": (
        lambda: voting.cast(
            answered(), "q.2", UP, by=LI, policy=FOUR, usage=USED, **NOW
        ),
        Rule.QUOTA, 4, 4,
    ),
    "stale: edit": (
        lambda: posting.edit(
            edited(), "q.2", body="So?", base_revision=1, by=LI, **NOW
        ),
        Rule.STALE_REVISION, 2, 1,
    ),
    "stale: approve": (
        lambda: posting.approve_edit(suggested(), "q.4", by=GREG, **NOW),
        Rule.STALE_REVISION, 2, 1,
    ),
    "body: a long comment": (
        lambda: posting.comment(asked(), "q.1", "x" * 601, by=LI, policy=SE, **NOW),
        Rule.BODY_LENGTH, 600, 601,
    ),
    "body: a short comment": (
        lambda: posting.comment(asked(), "q.1", "Thanks!", by=LI, policy=SE, **NOW),
        Rule.BODY_LENGTH, 15, 7,
    ),
    "body: a short question": (lambda: ask(SE, body="?"), Rule.BODY_LENGTH, 30, 1),
    "body: a short answer": (
        lambda: posting.answer(asked(), "Yes.", by=LI, policy=SE, **NOW),
        Rule.BODY_LENGTH, 30, 4,
    ),
    "body: a short edit": (
        lambda: posting.edit(answered(), "q.2", body="Yes.", by=GREG, policy=SE, **NOW),
        Rule.BODY_LENGTH, 30, 4,
    ),
    "body: open, a long answer": (
        lambda: posting.answer(asked(), "x" * 262_145, by=LI, **NOW),
        Rule.BODY_LENGTH, 262_144, 262_145,
    ),
    "body: open, a long comment": (
        lambda: posting.comment(asked(), "q.1", "x" * 10_001, by=LI, **NOW),
        Rule.BODY_LENGTH, 10_000, 10_001,
    ),
    "body: open, an empty answer": (
        lambda: posting.answer(asked(), "", by=LI, **NOW), Rule.BODY_LENGTH, 1, 0,
    ),
    "name": (
        lambda: ask(OPEN, by=User(id="ada", name="x" * 65)), Rule.NAME_LENGTH, 64, 65,
    ),
    "name of an answerer": (
        lambda: posting.answer(
            asked(), LONG, by=User(id="li", name="x" * 65), policy=SE, **NOW
        ),
        Rule.NAME_LENGTH, 64, 65,
    ),
    "title: open, long": (
        lambda: ask(OPEN, title="x" * 301), Rule.TITLE_LENGTH, 300, 301,
    ),
    "title: long": (lambda: ask(SE, title="x" * 151), Rule.TITLE_LENGTH, 150, 151),
    "title: short": (lambda: ask(SE, title="Why?"), Rule.TITLE_LENGTH, 15, 4),
    "title: none": (lambda: ask(SE, title=None), Rule.TITLE_LENGTH, 15, 0),
    "title: an edit": (
        lambda: posting.edit(
            answered(), "q.1", title="Why?", by=ADA, policy=SE, **NOW
        ),
        Rule.TITLE_LENGTH, 15, 4,
    ),
    "tags: open, many": (
        lambda: ask(OPEN, tags=[f"t{n}" for n in range(65)]), Rule.TAG_COUNT, 64, 65,
    ),
    "tags: many": (lambda: ask(SE, tags=tuple("abcdef")), Rule.TAG_COUNT, 5, 6),
    "tags: none": (lambda: ask(SE, tags=()), Rule.TAG_COUNT, 1, 0),
    "tag: open, long": (
        lambda: ask(OPEN, tags=("x" * 65,)), Rule.TAG_LENGTH, 64, 65,
    ),
    "tag: long": (lambda: ask(SE, tags=("x" * 36,)), Rule.TAG_LENGTH, 35, 36),
    "tag: empty": (lambda: ask(OPEN, tags=("",)), Rule.TAG_LENGTH, 1, 0),
    "tag: long when normalised": (
        lambda: ask(SE, tags=("\ufdfa\ufdfa",)), Rule.TAG_LENGTH, 35, 36,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_rule_says_what_it_needs_and_what_it_has(case: str) -> None:
    wish, rule, need, have = REFUSED[case]
    with pytest.raises(PolicyViolation) as caught:
        wish()
    error = caught.value
    assert (error.rule, error.need, error.have) == (rule, need, have)
    assert error.retry_at == RETRY.get(case, LATER if rule is Rule.QUOTA else None)
    assert isinstance(error, PermissionError)
    assert error.to_dict()["rule"] == rule.value


#: Reached in the tests of moderation, which has a table like this one.
OF_MODERATION = {
    Rule.BOUNTY_AMOUNT,
    Rule.BOUNTY_OPEN,
    Rule.BOUNTY_OVER,
    Rule.BOUNTY_OWNER,
    Rule.BOUNTY_WAIT,
    Rule.CLOSE_REASON,
    Rule.FLAG_REASON,
    Rule.FLAG_REPEATED,
    Rule.NO_BOUNTIES,
    Rule.SELF_FLAG,
}


def test_every_rule_is_reached() -> None:
    here = {rule for _, rule, _, _ in REFUSED.values()}
    assert here | OF_MODERATION == set(Rule)


def test_what_is_refused_to_some_is_granted_to_those_who_may() -> None:
    moderator = User(id="mod", roles=frozenset({"moderator"}))
    enough = User(id="li", reputation=15)
    assert voting.cast(answered(), "q.2", UP, by=moderator, policy=SE, **NOW)
    assert voting.cast(answered(), "q.2", UP, by=enough, policy=SE, **NOW)
    editor = User(id="ed", roles=frozenset({"editor"}))
    after = posting.edit(
        answered(), "q.2", body="So?", by=editor, policy=WRITERS, **NOW
    )
    assert after["q.2"].body.source == "So?"
    own = posting.edit(
        answered(), "q.2", body="So?", by=User(id="greg"), policy=WRITERS, **NOW
    )
    assert own == after or own["q.2"] == after["q.2"]


def test_a_quota_counts_only_what_it_is_for_and_what_is_new() -> None:
    less = Usage(quotas=(QuotaUse(name="votes", used=3),))
    once = voting.cast(answered(), "q.2", UP, by=LI, policy=FOUR, usage=less, **NOW)
    assert once.score("q.2") == 1
    # A change of a vote that stands uses nothing up.
    turned = voting.cast(once, "q.2", DOWN, by=LI, policy=FOUR, usage=USED, **NOW)
    assert turned.score("q.2") == -1
    # Without usage nobody knows.
    assert voting.cast(answered(), "q.2", UP, by=LI, policy=FOUR, **NOW) == once
    (votes, _) = FOUR.quotas
    for_comments = attrs.evolve(votes, kinds=frozenset({PostKind.COMMENT}))
    narrow = attrs.evolve(OPEN, quotas=(for_comments,))
    same = voting.cast(answered(), "q.2", UP, by=LI, policy=narrow, usage=USED, **NOW)
    assert same == once
    with pytest.raises(PolicyViolation, match="quota"):
        voting.cast(answered(), "q.3", UP, by=ADA, policy=narrow, usage=USED, **NOW)


def test_what_marks_and_windows_stop_they_stop_no_further() -> None:
    """The neighbours of each refusal: other acts, other people, the time before."""
    no_comments = marked(Status(locked=Locked(level=LockLevel.COMMENTS)))
    assert posting.answer(no_comments, LONG, by=LI, **NOW)
    no_replies = marked(Status(locked=Locked(level=LockLevel.REPLIES)))
    assert voting.cast(no_replies, "q.2", UP, by=LI, **NOW).score("q.2") == 1
    over = marked(Status(locked=Locked(until=AT)))
    assert voting.cast(over, "q.2", UP, by=LI, **NOW).score("q.2") == 1
    locked = marked(Status(locked=Locked()))
    by_mod = voting.cast(locked, "q.2", UP, by=MOD, policy=STOPPED, **NOW)
    assert by_mod.score("q.2") == 1
    closed = marked(Status(closed=Closed()))
    assert posting.comment(closed, "q.2", "So?", by=LI, **NOW)
    free = attrs.evolve(LI, suspended_until=AT)
    cast = voting.cast(answered(), "q.2", UP, by=free, policy=STOPPED, **NOW)
    assert cast.score("q.2") == 1


def test_a_vote_can_be_changed_in_its_window_and_after_an_edit() -> None:
    in_time = AT + timedelta(seconds=300)
    turned = voting.cast(voted(), "q.2", DOWN, by=LI, policy=HASTY, at=in_time)
    assert turned.score("q.2") == -1
    # The change has a window of its own.
    more = in_time + timedelta(seconds=300)
    assert voting.retract(turned, "q.2", by=LI, policy=HASTY, at=more).score("q.2") == 0
    reworded = posting.edit(voted(), "q.2", body="So!", by=GREG, at=MINUTES_6)
    late = AT + timedelta(minutes=30)
    again = voting.retract(reworded, "q.2", by=LI, policy=HASTY, at=late)
    assert again.score("q.2") == 0


def test_who_may_edit_after_the_window() -> None:
    late: dict[str, Any] = {"policy": HASTY, "at": MINUTES_6}
    # Nothing was posted after it.
    assert posting.edit(answered(), "q.2", body="So!", by=GREG, **late)
    newer = posting.answer(answered(), LONG, by=LI, **NOW)
    assert posting.edit(newer, "q.2", body="So!", by=MOD, **late)
    wiki = marked(PostStatus(wiki=Mark()))
    assert posting.edit(wiki, "q.2", body="So!", by=LI, **late)


def test_others_accept_when_the_asker_did_not() -> None:
    after = AT + timedelta(minutes=10)
    done = posting.accept(answered(), "q.2", by=LI, policy=HASTY, at=after)
    assert done.accepted == ("q.2",)
    with pytest.raises(PolicyViolation, match="asker") as caught:
        posting.accept(answered(), "q.2", by=NEW, policy=HASTY, at=after)
    assert caught.value.retry_at is None


def test_authors_and_moderators_take_down_and_bring_back() -> None:
    assert posting.delete(answered(), "q.2", by=GREG, policy=KEPT, **NOW)
    assert posting.delete(answered(), "q.1", by=ADA, policy=KEPT, **NOW)
    down = posting.delete(accepted(), "q.2", by=MOD, policy=KEPT, **NOW)
    assert down.accepted == ()
    with pytest.raises(PolicyViolation, match="role"):
        posting.restore(down, "q.2", by=GREG, policy=KEPT, **NOW)
    back = posting.restore(down, "q.2", by=MOD, policy=KEPT, **NOW)
    assert back.accepted == ("q.2",)


def test_a_policy_can_cast_the_vote_of_whoever_writes() -> None:
    auto = KindVoting(own=OwnVotes.AUTO)
    policy = with_voting(OPEN, question=auto, answer=auto, comment=auto)
    thread = ask(policy)
    assert (thread.version, thread.score("q.1")) == (2, 1)
    assert events.replay(thread.pending) == thread
    thread = posting.answer(thread, LONG, by=GREG, policy=policy, **NOW)
    assert [each.voter_id for each in thread.votes] == ["ada", "greg"]
    thread = posting.comment(thread, "q.3", "So?", by=LI, policy=policy, **NOW)
    assert (thread.version, thread.score("q.5")) == (6, 1)
    cast = thread.pending[-1]
    assert isinstance(cast, events.VoteCast)
    assert cast.cause == events.EventId(thread_id="q", version=5)
    # It is a vote like any other: it can be turned, and taken back.
    assert voting.retract(thread, "q.5", by=LI, policy=policy, **NOW).score("q.5") == 0
    none = with_voting(OPEN, question=attrs.evolve(auto, directions=frozenset()))
    assert ask(none).version == 1


def test_edits_in_the_grace_period_become_one_revision() -> None:
    five = attrs.evolve(OPEN.posting.answer, grace=300)
    policy = with_posting(OPEN, answer=five)
    soon, later = AT + timedelta(minutes=5), AT + timedelta(minutes=6)
    first = posting.edit(answered(), "q.2", body="One", by=GREG, policy=policy, at=soon)
    assert (first["q.2"].revision, first["q.2"].body.source) == (1, "One")
    assert first["q.2"].edited_at == soon
    event = first.pending[-1]
    assert isinstance(event, events.PostEdited)
    assert event.replaced.body.source == LONG  # the log keeps every wording
    assert [each.body.source for each in first.revisions] == ["One"]
    assert events.replay(first.pending) == first
    assert from_json(to_json(first)) == first
    # The period runs from the first wording on, and is for its editor alone.
    second = posting.edit(first, "q.2", body="Two", by=GREG, policy=policy, at=later)
    assert second["q.2"].revision == 2
    third = posting.edit(second, "q.2", body="Three", by=LI, policy=policy, at=later)
    assert third["q.2"].revision == 3
    assert [each.body.source for each in third.revisions] == ["One", "Two", "Three"]


def test_nested_quotas_are_drawn_on_in_order() -> None:
    """Ten votes for questions alone, while more than five of thirty are left."""
    questions, both = frozenset({PostKind.QUESTION}), {PostKind.QUESTION}
    both.add(PostKind.ANSWER)
    quotas = (
        Quota(name="q", limit=10, kinds=questions, then="qa", spare=6),
        Quota(name="qa", limit=30, kinds=frozenset(both)),
    )
    cases = {
        (0, 0): ("q", False),
        (10, 0): ("qa", False),  # the first is used up
        (3, 24): ("q", False),  # six are left
        (3, 25): ("qa", False),  # five are left
        (3, 30): ("qa", True),
    }
    for (q, qa), (name, full) in cases.items():
        used = {"q": q, "qa": qa}
        found = drawn(quotas, Act.VOTE, PostKind.QUESTION, used.__getitem__)
        assert found[0] is not None
        assert (found[0].name, found[1]) == (name, full)
    unused = {"q": 0, "qa": 0}
    kind = PostKind.COMMENT
    assert drawn(quotas, Act.VOTE, kind, unused.__getitem__) == (None, False)


def test_quotas_are_for_more_than_votes() -> None:
    full = {act: Quota(name=act.value, limit=0, acts=frozenset({act})) for act in Act}
    wishes: dict[Act, Callable[[Policy], Thread]] = {
        Act.ASK: lambda p: ask(p, usage=Usage()),
        Act.ANSWER: lambda p: posting.answer(
            asked(), LONG, by=LI, policy=p, usage=Usage(), **NOW
        ),
        Act.COMMENT: lambda p: posting.comment(
            asked(), "q.1", "So?", by=LI, policy=p, usage=Usage(), **NOW
        ),
        Act.EDIT: lambda p: posting.edit(
            answered(), "q.2", body="So?", by=LI, policy=p, usage=Usage(), **NOW
        ),
        Act.ACCEPT: lambda p: posting.accept(
            answered(), "q.2", by=LI, policy=p, usage=Usage(), **NOW
        ),
        Act.DELETE: lambda p: posting.delete(
            answered(), "q.2", by=LI, policy=p, usage=Usage(), **NOW
        ),
        Act.REACT: lambda p: voting.react(
            answered(), "q.2", "like", by=LI, policy=p, usage=Usage(), **NOW
        ),
    }
    for act, wish in wishes.items():
        assert wish(OPEN)
        with pytest.raises(PolicyViolation, match=f"'{act}'") as caught:
            wish(attrs.evolve(OPEN, quotas=(full[act],)))
        assert caught.value.rule is Rule.QUOTA


def test_more_answers_than_are_accepted_replace_the_oldest_in_one_event() -> None:
    thread = answered()
    for _ in range(2):
        thread = posting.answer(thread, LONG, by=LI, **NOW)
    two = with_posting(OPEN, accept=Accepting(most=2))
    for answer_id in ("q.2", "q.4", "q.5"):
        thread = posting.accept(thread, answer_id, by=ADA, policy=two, **NOW)
    assert thread.accepted == ("q.4", "q.5")
    event = thread.pending[-1]
    assert isinstance(event, events.AnswerAccepted)
    assert [ref.post_id for ref in event.replaced] == ["q.2"]
    one = posting.accept(thread, "q.2", by=ADA, **NOW)
    assert one.accepted == ("q.2",)
    assert one.version == thread.version + 1


# -- the other errors ------------------------------------------------------------


def question(post_id: str = "q") -> Question:
    return Question(id=post_id, author_id="ada", body=Body(source="?"))


def comment(post_id: str, parent_id: str) -> Comment:
    body = Body(source="!")
    return Comment(id=post_id, parent_id=parent_id, author_id="li", body=body)


def parts(*posts: Question | Answer | Comment, **more: Any) -> Thread:
    return Thread.from_parts(id="t", posts=posts, **more)


STRANGER = Answer(id="a", question_id="x", author_id="li", body=Body(source="!"))
VOTE = Vote(post_id="x", voter_id="li", direction=UP, cast_at=AT)
Wrong = tuple[Callable[[], object], type[Exception], str]
WRONG: dict[str, Wrong] = {
    "no such post": (
        lambda: voting.cast(asked(), "x", UP, by=LI, **NOW), NotFoundError, "'x'",
    ),
    "a comment accepted": (
        lambda: posting.accept(answered(), "q.3", by=ADA, **NOW),
        NotFoundError, "'q.3'",
    ),
    "no such revision": (
        lambda: posting.rollback(answered(), "q.2", 7, by=GREG, **NOW),
        NotFoundError, "revision 7",
    ),
    "no such suggestion": (
        lambda: posting.approve_edit(answered(), "x", by=GREG, **NOW),
        NotFoundError, "'x'",
    ),
    "a stub": (
        lambda: voting.cast(
            parts(comment("c", "q"), stubs=[Stub(id="q")]), "q", UP, by=LI, **NOW
        ),
        NotFoundError, "stub",
    ),
    "no question": (
        lambda: parts(comment("c", "q"), stubs=[Stub(id="q")]).question,
        NotFoundError, "thread.root",
    ),
    "an id that is taken": (
        lambda: posting.answer(answered(), LONG, id="q.3", by=LI, **NOW),
        DuplicateIdError, "'q.3'",
    ),
    "two posts of one id": (
        lambda: parts(question(), comment("c", "q"), comment("c", "q")),
        DuplicateIdError, "'c'",
    ),
    "two questions": (lambda: parts(question(), question("r")), IntegrityError, "'r'"),
    "a circle": (
        lambda: parts(question(), comment("c", "d"), comment("d", "c")),
        CycleError, "'c'",
    ),
    "no parent": (
        lambda: parts(question(), comment("c", "x")), MissingParentError, "Stub",
    ),
    "no root": (lambda: parts(comment("c", "x")), MissingParentError, "question"),
    "another question's answer": (
        lambda: parts(question(), STRANGER), MissingParentError, "'a'",
    ),
    "a vote on nothing": (
        lambda: parts(question(), votes=[VOTE]), IntegrityError, "'x'",
    ),
    "an event out of turn": (
        lambda: events.evolve(asked(), answered().pending[2]), SequenceError, "event 3",
    ),
    "no time zone": (
        lambda: posting.answer(asked(), LONG, by=LI, at=datetime(2026, 1, 1)),
        ValidationError, "zone",
    ),
    "a title for an answer": (
        lambda: posting.edit(answered(), "q.2", title="x", by=LI, **NOW),
        ValidationError, "title",
    ),
    "one tag twice": (
        lambda: ask(OPEN, tags=("C", "c")), ValidationError, "the same",
    ),
    "a tag with blanks": (lambda: ask(OPEN, tags=(" c",)), ValidationError, "blanks"),
    "a tag that turns text around": (
        lambda: ask(OPEN, tags=("a\u202eb",)), ValidationError, r"U\+202E",
    ),
    "a tag with a tower of marks": (
        lambda: ask(OPEN, tags=("e" + "\u0301" * 5,)), ValidationError, r"U\+0301",
    ),
    "tags in one text": (lambda: ask(OPEN, tags="c"), ValidationError, "tuple"),
    "no such kind": (lambda: ask(OPEN, kind="poll"), ValidationError, "poll"),
    "no such direction": (
        lambda: voting.cast(answered(), "q.2", "left", by=LI, **NOW),  # type: ignore[arg-type]
        ValidationError, "UP or DOWN",
    ),
    "weight 0": (
        lambda: voting.cast(answered(), "q.2", UP, weight=0, by=LI, **NOW),
        ValidationError, "weight",
    ),
    "bytes that are no JSON": (lambda: from_json(b"{"), FormatError, "no JSON"),
    "a class without documents": (lambda: to_json(object()), ValidationError, "object"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_ids_and_a_remedy(case: str) -> None:
    wish, error, words = WRONG[case]
    with pytest.raises(error, match=words) as caught:
        wish()
    assert type(caught.value) is error
