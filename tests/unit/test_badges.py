"""Each trigger of a badge, the presets, and what cannot be."""

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from qathread import (
    DOWN,
    UP,
    Body,
    Bounty,
    Flag,
    PostKind,
    Question,
    Revision,
    RevisionKind,
    Tally,
    Thread,
    User,
    Vote,
    events,
    posting,
    voting,
)
from qathread.badges import (
    APACHE_ANSWER,
    ASKBOT,
    COMMON,
    DISCOURSE,
    STACK_EXCHANGE,
    BadgeLevel,
    BadgeRule,
    First,
    Repeat,
    Trigger,
    Whose,
    award,
    start,
)
from qathread.errors import IntegrityError, SequenceError, ValidationError
from qathread.events import AccountsMerged, Event
from qathread.posts import Answer, Post
from qathread.status import FlagState

AT = datetime(2026, 1, 1, tzinfo=UTC)
ADA, GREG, LI = (User(id=name) for name in ("ada", "greg", "li"))
ALL = frozenset(PostKind)
ON_ANSWER: dict[str, Any] = {
    "post_id": "q.2",
    "post_kind": PostKind.ANSWER,
    "author_id": "greg",
}


def rule(trigger: Trigger, **options: Any) -> BadgeRule:
    return BadgeRule(name="B", level=BadgeLevel.BRONZE, trigger=trigger, **options)


def answered(thread_id: str = "q", days: int = 0) -> Thread:
    """The question q.1 of ada, and an answer q.2 of greg some days later."""
    thread = posting.ask(thread_id, title="Why?", body="Why?", by=ADA, at=AT)
    return posting.answer(thread, "So.", by=GREG, at=AT + timedelta(days=days))


def voted(thread: Thread, post_id: str, *names: str) -> Thread:
    for name in names:
        thread = voting.cast(thread, post_id, UP, by=User(id=name), at=AT)
    return thread


def won(log: Thread | tuple[Event, ...], *rules: BadgeRule) -> list[tuple[str, int]]:
    """Who won, and at which version."""
    events = log.pending if isinstance(log, Thread) else log
    return [(one.user_id, one.event.version) for one in award(events, rules)]


def after(log: Thread, cls: type[Any], **facts: Any) -> tuple[Event, ...]:
    """A log with one more event, done by li."""
    common = {"thread_id": log.id, "version": log.version + 1, "by": LI, "at": AT}
    return (*log.pending, cls(**{**common, **facts}))


# -- posts -----------------------------------------------------------------------


def test_a_score_is_won_when_it_is_reached_and_kept_when_it_is_lost() -> None:
    two = rule(Trigger.SCORE, count=2, repeat=Repeat.PER_POST)
    thread = voted(answered(), "q.2", "a", "b", "c")
    assert won(thread, two) == [("greg", 4)]
    down = voting.cast(thread, "q.2", DOWN, by=User(id="a"), at=AT)
    back = voting.cast(down, "q.2", UP, by=User(id="a"), at=AT)
    assert won(posting.delete(back, "q.2", by=GREG, at=AT), two) == [("greg", 4)]
    both = voted(thread, "q.1", "a", "b")
    assert won(both, two) == [("greg", 4), ("ada", 7)]


def test_an_award_says_what_for() -> None:
    (one,) = award(voted(answered(), "q.2", "a").pending, [rule(Trigger.SCORE)])
    assert (one.user_id, one.badge, one.level, one.at) == ("greg", "B", "bronze", AT)
    assert (one.thread_id, one.post_id, one.event.version) == ("q", "q.2", 3)


def test_weights_invalidated_votes_and_counted_ones_are_in_the_score() -> None:
    ten = rule(Trigger.SCORE, count=10)
    heavy = voting.cast(answered(), "q.2", UP, weight=10, by=LI, at=AT)
    assert won(heavy, ten) == [("greg", 3)]
    counted = {"up": 12, "down": 2, **ON_ANSWER}
    assert won(after(answered(), events.VotesCounted, **counted), ten) == [("greg", 3)]
    down = voting.cast(answered(), "q.2", DOWN, weight=5, by=LI, at=AT)
    nine = voting.cast(down, "q.2", UP, weight=10, by=User(id="a"), at=AT)
    struck = (Vote(post_id="q.2", voter_id="li", direction=DOWN, cast_at=AT, weight=5),)
    log = after(nine, events.VotesInvalidated, replaced=struck, **ON_ANSWER)
    assert won(log, ten) == [("greg", 5)]


def test_once_is_once_for_each_person() -> None:
    thread = voted(voted(answered(), "q.2", "a"), "q.1", "a")
    thread = posting.answer(thread, "Or so.", by=GREG, at=AT)
    thread = voted(thread, f"q.{thread.version}", "a")
    assert won(thread, rule(Trigger.SCORE)) == [("greg", 3), ("ada", 4)]
    each = rule(Trigger.SCORE, repeat=Repeat.PER_POST)
    assert won(thread, each) == [("greg", 3), ("ada", 4), ("greg", 6)]


def test_whose_question_it_is() -> None:
    own, other = (
        rule(Trigger.SCORE, kinds=frozenset({PostKind.ANSWER}), whose=whose)
        for whose in (Whose.OWN, Whose.OTHERS)
    )
    thread = posting.answer(answered(), "I know.", by=ADA, at=AT)
    thread = voted(voted(thread, "q.2", "a"), "q.3", "a")
    assert won(thread, own) == [("ada", 5)]
    assert won(thread, other) == [("greg", 4)]


def test_accepted_with_a_score_in_either_order() -> None:
    both = rule(Trigger.SCORE, accepted=True)
    scored = voted(answered(), "q.2", "a")
    assert won(posting.accept(scored, "q.2", by=ADA, at=AT), both) == [("greg", 4)]
    accepted = posting.accept(answered(), "q.2", by=ADA, at=AT)
    assert won(voted(accepted, "q.2", "a"), both) == [("greg", 4)]
    given_up = posting.unaccept(accepted, "q.2", by=ADA, at=AT)
    assert won(voted(given_up, "q.2", "a"), both) == []
    other = posting.answer(accepted, "Better.", by=LI, at=AT)
    switched = posting.accept(other, "q.4", by=ADA, at=AT)
    assert won(voted(switched, "q.2", "a"), both) == []


def test_a_late_answer_comes_so_many_days_after_the_question() -> None:
    late = rule(Trigger.SCORE, after_days=60, kinds=frozenset({PostKind.ANSWER}))
    assert won(voted(answered(days=60), "q.2", "a"), late) == [("greg", 3)]
    assert won(voted(answered(days=59), "q.2", "a"), late) == []


def test_first_means_posted_first_or_scored_first() -> None:
    posted = rule(Trigger.SCORE, count=2, first=First.POSTED)
    scored = rule(Trigger.SCORE, count=2, first=First.SCORED)
    thread = posting.answer(answered(), "Or so.", by=LI, at=AT)
    thread = voted(voted(thread, "q.3", "a", "b"), "q.2", "a", "b")
    assert won(thread, posted) == [("greg", 7)]
    assert won(thread, scored) == [("li", 5)]
    # Also if the first one has the score no more.
    thread = posting.answer(answered(), "Or so.", by=LI, at=AT)
    thread = voting.retract(
        voted(thread, "q.3", "a", "b"), "q.3", by=User(id="a"), at=AT
    )
    assert won(voted(thread, "q.2", "a", "b"), scored) == [("li", 5)]


def test_reactions_of_the_kinds_that_count() -> None:
    two = rule(
        Trigger.REACTIONS, count=2, reactions=frozenset({"like", "e\u0301"}), kinds=ALL
    )
    thread = voting.react(answered(), "q.2", "like", by=LI, at=AT)
    thread = voting.react(thread, "q.2", "boo", by=LI, at=AT)
    thread = voting.react(thread, "q.2", "\u00e9", by=LI, at=AT)
    assert won(thread, two) == [("greg", 5)]
    assert won(thread, rule(Trigger.REACTIONS, count=2)) == [("greg", 4)]
    gone = voting.react(answered(), "q.2", "like", by=LI, at=AT)
    gone = voting.unreact(gone, "q.2", "like", by=LI, at=AT)
    assert won(voting.react(gone, "q.2", "like", by=ADA, at=AT), two) == []


def test_answers_and_deletions() -> None:
    thread = posting.answer(answered(), "Or so.", by=LI, at=AT)
    assert won(thread, rule(Trigger.ANSWERS, count=2)) == [("ada", 3)]
    liked = posting.delete(voted(answered(), "q.2", "a", "b"), "q.2", by=GREG, at=AT)
    assert won(liked, rule(Trigger.DELETED_LIKED, count=2)) == [("greg", 5)]
    assert won(liked, rule(Trigger.DELETED_LIKED, count=3)) == []
    down = voting.cast(answered(), "q.2", DOWN, weight=3, by=LI, at=AT)
    assert won(
        posting.delete(down, "q.2", by=GREG, at=AT),
        rule(Trigger.DELETED_DISLIKED, count=3),
    ) == [("greg", 4)]
    others = posting.delete(down, "q.2", by=LI, at=AT)
    assert won(others, rule(Trigger.DELETED_DISLIKED, count=3)) == []


def test_a_comment_that_becomes_an_answer_is_looked_at_again() -> None:
    one = rule(Trigger.SCORE, kinds=frozenset({PostKind.ANSWER}))
    thread = posting.comment(answered(), "q.1", "Just so.", by=LI, at=AT)
    log = after(
        voted(thread, "q.3", "a"),
        events.PostConverted,
        post_id="q.3",
        post_kind=PostKind.COMMENT,
        author_id="li",
        to=PostKind.ANSWER,
        parent_id="q.1",
        replaced_parent_id="q.1",
    )
    assert won(log, one) == [("li", 5)]


# -- acts ------------------------------------------------------------------------


def test_votes_count_once_a_post_and_stay_when_they_are_taken_back() -> None:
    two = rule(Trigger.VOTING, count=2)
    thread = voted(answered(), "q.2", "li")
    thread = voting.retract(thread, "q.2", by=LI, at=AT)
    assert won(voted(thread, "q.2", "li"), two) == []
    assert won(voted(thread, "q.1", "li"), two) == [("li", 5)]
    down = rule(Trigger.VOTING, direction=DOWN)
    turned = voting.cast(voted(answered(), "q.2", "li"), "q.2", DOWN, by=LI, at=AT)
    assert won(turned, down) == [("li", 4)]
    comments = rule(Trigger.VOTING, kinds=frozenset({PostKind.COMMENT}))
    assert won(turned, comments) == []


def test_votes_count_across_threads_in_order_of_time() -> None:
    later = voting.cast(
        answered("b"), "b.2", UP, by=LI, at=AT + timedelta(days=1)
    ).pending
    earlier = voting.cast(answered("c"), "c.2", UP, by=LI, at=AT).pending
    two = rule(Trigger.VOTING, count=2)
    for feed in ((*later, *earlier), (*earlier, *later)):
        (one,) = award(feed, [two])
        assert (one.thread_id, one.post_id) == ("b", "b.2")
    # One that comes late moves the moment.
    board = start([rule(Trigger.VOTING)]).extend(later)
    assert [one.thread_id for one in board.fresh] == ["b"]
    board = board.extend(earlier)
    assert [one.thread_id for one in board.awards] == ["c"]
    assert board.fresh == ()


def test_writing_and_editing() -> None:
    thread = posting.comment(answered(), "q.1", "Hm.", by=GREG, at=AT)
    two = rule(Trigger.POSTING, count=2, kinds=ALL)
    assert won(thread, two) == [("greg", 3)]
    assert won(thread, rule(Trigger.POSTING, count=2)) == []
    edited = posting.edit(thread, "q.2", body="So!", by=GREG, at=AT)
    edited = posting.edit(edited, "q.1", body="How?", by=GREG, at=AT)
    assert won(edited, rule(Trigger.EDITING)) == [("greg", 4)]
    assert won(edited, rule(Trigger.EDITING, whose=Whose.OTHERS)) == [("greg", 5)]
    proposed = posting.suggest_edit(thread, "q.2", body="So?", by=LI, at=AT, id="s")
    approved = posting.approve_edit(proposed, "s", by=ADA, at=AT)
    assert won(approved, rule(Trigger.EDITING)) == [("li", 5)]
    rolled = posting.rollback(approved, "q.2", 1, by=ADA, at=AT)
    assert won(rolled, rule(Trigger.ROLLING_BACK)) == [("ada", 6)]


def test_flags_count_by_post_and_helpful_ones_by_flag() -> None:
    flag = Flag(id="f", post_id="q.2", reason="spam", by_id="li")
    log = after(answered(), events.PostFlagged, flag=flag, **ON_ANSWER)
    assert won(log, rule(Trigger.FLAGGING)) == [("li", 3)]
    assert won(log, rule(Trigger.FLAGGING, whose=Whose.OWN)) == []
    for outcome, expected in (
        (FlagState.HELPFUL, [("li", 4)]),
        (FlagState.DECLINED, []),
    ):
        settled = events.FlagResolved(
            thread_id="q", version=4, at=AT, flag=flag, outcome=outcome, **ON_ANSWER
        )
        assert won((*log, settled), rule(Trigger.FLAGGING_WELL)) == expected


def test_accepting_is_for_the_asker_and_being_accepted_for_the_author() -> None:
    by_asker = posting.accept(answered(), "q.2", by=ADA, at=AT)
    assert won(by_asker, rule(Trigger.ACCEPTING)) == [("ada", 3)]
    assert won(by_asker, rule(Trigger.BEING_ACCEPTED)) == [("greg", 3)]
    by_other = posting.accept(answered(), "q.2", by=LI, at=AT)
    assert won(by_other, rule(Trigger.ACCEPTING)) == []
    assert won(by_other, rule(Trigger.BEING_ACCEPTED)) == [("greg", 3)]
    own = posting.accept(
        posting.answer(answered(), "I know.", by=ADA, at=AT), "q.3", by=ADA, at=AT
    )
    others = rule(Trigger.BEING_ACCEPTED, whose=Whose.OTHERS)
    assert won(own, others) == []


def test_bounties_on_own_questions_and_on_others() -> None:
    bounty = Bounty(id="b", amount=50, by_id="ada")
    own, other = (
        rule(Trigger.OFFERING_BOUNTY, whose=whose)
        for whose in (Whose.OWN, Whose.OTHERS)
    )
    log = after(answered(), events.BountyOffered, bounty=bounty, by=ADA)
    assert (won(log, own), won(log, other)) == ([("ada", 3)], [])
    paid = {"version": 4, "thread_id": "q", "at": AT, "bounty": bounty, "paid": 50}
    chosen = events.BountyAwarded(by=ADA, **paid, **ON_ANSWER)  # type: ignore[arg-type]
    awarded = rule(Trigger.AWARDING_BOUNTY, whose=Whose.OWN)
    assert won((*log, chosen), awarded) == [("ada", 4)]
    by_clock = attrs.evolve(chosen, automatic=True, by=None)
    assert won((*log, by_clock), awarded) == []


def test_reacting() -> None:
    thread = voting.react(answered(), "q.2", "like", by=LI, at=AT)
    assert won(thread, rule(Trigger.REACTING)) == [("li", 3)]
    hearts = rule(Trigger.REACTING, reactions=frozenset({"heart"}))
    assert won(thread, hearts) == []


# -- imports, moves and merges ---------------------------------------------------


def imported(tally: Tally, *posts: Post, **parts: Any) -> Thread:
    question = Question(id="r", author_id="ada", body=Body(source=""), revision=2)
    return Thread.from_parts(
        id="i", question=question, posts=posts, tallies=[tally], **parts
    )


def test_an_import_counts_for_what_it_brings() -> None:
    ballots = [Vote(post_id="r", voter_id="li", direction=UP, cast_at=AT)]
    edits = [
        Revision(
            post_id="r", number=1, body=Body(source=""), kind=RevisionKind.INITIAL
        ),
        Revision(post_id="r", number=2, body=Body(source=""), editor_id="greg"),
    ]
    flags = [
        Flag(id="f", post_id="r", reason="-", by_id="zoe", state=FlagState.HELPFUL)
    ]
    answer = Answer(id="a", question_id="r", author_id="mo", body=Body(source=""))
    thread = imported(
        Tally(post_id="r", up=3, down=1, reactions=(("like", 2),)),
        answer,
        votes=ballots,
        revisions=edits,
        flags=flags,
        accepted=["a"],
        bounties=[Bounty(id="b", amount=50, by_id="lou")],
    )
    for trigger, options, user_id in (
        (Trigger.SCORE, {"count": 2}, "ada"),
        (Trigger.REACTIONS, {"count": 2}, "ada"),
        (Trigger.ANSWERS, {}, "ada"),
        (Trigger.VOTING, {}, "li"),
        (Trigger.EDITING, {}, "greg"),
        (Trigger.FLAGGING, {}, "zoe"),
        (Trigger.FLAGGING_WELL, {}, "zoe"),
        (Trigger.ACCEPTING, {}, "ada"),
        (Trigger.BEING_ACCEPTED, {}, "mo"),
        (Trigger.OFFERING_BOUNTY, {}, "lou"),
    ):
        assert won(thread, rule(trigger, **options)) == [(user_id, 1)], trigger


def test_what_is_not_known_wins_nothing() -> None:
    hidden = voted(imported(Tally(post_id="r")), "r", "a", "b")
    assert won(hidden, rule(Trigger.SCORE)) == []
    liked = voting.react(hidden, "r", "like", by=LI, at=AT)
    assert won(liked, rule(Trigger.REACTIONS)) == []
    shown = voted(imported(Tally(post_id="r", score=4)), "r", "a")
    assert won(shown, rule(Trigger.SCORE, count=5)) == [("ada", 2)]
    # A log that begins after the question does not say what it had.
    tail = voted(answered(), "q.1", "a").pending[1:]
    assert won(tail, rule(Trigger.SCORE)) == []


def test_a_post_that_is_moved_does_not_win_again() -> None:
    first = voted(answered(), "q.2", "a")
    moved = Thread.from_parts(
        id="n",
        question=Question(id="q.2", author_id="greg", body=Body(source="")),
        tallies=[Tally(post_id="q.2", up=1, down=0)],
    )
    split = events.ThreadSplitOff(
        thread_id="n", version=1, by=LI, at=AT, from_id="q", content=moved.content
    )
    each = rule(Trigger.SCORE, repeat=Repeat.PER_POST)
    for feed in ((*first.pending, split), (split, *first.pending)):
        assert [one.thread_id for one in award(feed, [each])] == ["n"]
    board = start([each]).extend(first.pending)
    later = attrs.evolve(split, at=AT + timedelta(days=1))
    assert board.extend([later]).awards == board.awards
    assert board.extend([later]).fresh == ()


def test_merged_accounts_are_one_person() -> None:
    two = rule(Trigger.VOTING, count=2)
    thread = voted(voted(answered(), "q.1", "li"), "q.2", "old")
    assert won(thread, two) == []
    log = after(thread, events.UsersMerged, from_id="old", into=LI, dropped=())
    assert won(log, two) == [("li", 4)]
    merged = AccountsMerged(version=1, at=AT, user_id="old", into_id="li")
    assert won((*thread.pending, merged), two) == [("li", 4)]  # type: ignore[arg-type]
    once = rule(Trigger.VOTING)
    board = start([once]).extend(thread.pending)
    assert [one.user_id for one in board.awards] == ["li", "old"]
    assert [one.user_id for one in board.extend([merged]).awards] == ["li"]
    # Someone whose account is merged goes on under the new one.
    more = voting.cast(answered("s"), "s.2", UP, by=User(id="old"), at=AT).pending
    assert board.extend([merged]).extend(more).awards == award(
        (*thread.pending, merged, *more), [once]
    )


def test_merging_accounts_there_and_back_ends() -> None:
    there = AccountsMerged(version=1, at=AT, user_id="old", into_id="li")
    back = AccountsMerged(version=2, at=AT, user_id="li", into_id="old")
    log = (*voted(answered(), "q.2", "li").pending, there, back)
    assert [one.user_id for one in award(log, [rule(Trigger.VOTING)])] == ["old"]


def test_a_merge_makes_an_answer_an_own_one_and_drops_votes() -> None:
    own = rule(Trigger.SCORE, count=2, whose=Whose.OWN)
    thread = voting.cast(voted(answered(), "q.2", "a", "b"), "q.2", DOWN, by=ADA, at=AT)
    dropped = Vote(post_id="q.2", voter_id="ada", direction=DOWN, cast_at=AT)
    log = after(
        thread, events.UsersMerged, from_id="greg", into=ADA, dropped=(dropped,)
    )
    assert won(log, own) == [("ada", 6)]


# -- rules -----------------------------------------------------------------------

PRESETS = {
    "COMMON": COMMON,
    "STACK_EXCHANGE": STACK_EXCHANGE,
    "APACHE_ANSWER": APACHE_ANSWER,
    "ASKBOT": ASKBOT,
    "DISCOURSE": DISCOURSE,
}


@pytest.mark.parametrize("name", PRESETS)
def test_every_rule_of_a_preset_has_a_name_and_a_source(name: str) -> None:
    rules = PRESETS[name]
    assert len({each.name for each in rules}) == len(rules)
    assert all(each.source for each in rules)


@pytest.mark.parametrize(
    ("name", "question", "answer"),
    [
        ("STACK_EXCHANGE", (10, 25, 100), (10, 25, 100)),
        ("APACHE_ANSWER", (10, 25, 50), (10, 25, 50)),
        ("ASKBOT", (2, 3, 5), (2, 3, 5)),
    ],
)
def test_nice_good_and_great(
    name: str, question: tuple[int, ...], answer: tuple[int, ...]
) -> None:
    """Reached by exactly these scores, one short of them not."""
    for post_id, noun, counts in (
        ("q.1", "Question", question),
        ("q.2", "Answer", answer),
    ):
        thread = answered()
        kind, author_id = thread[post_id].kind, thread[post_id].author_id
        for score in {each - less for each in counts for less in (0, 1)}:
            log = after(
                thread,
                events.VotesCounted,
                post_id=post_id,
                post_kind=kind,
                author_id=author_id,
                up=score,
            )
            found = {one.badge for one in award(log, PRESETS[name])}
            for word, count in zip(("Nice", "Good", "Great"), counts, strict=True):
                assert (f"{word} {noun}" in found) is (score >= count)


def test_nice_good_and_great_of_discourse_take_likes() -> None:
    log = after(
        answered(),
        events.VotesCounted,
        reactions=(("heart", 20), ("like", 5)),
        **ON_ANSWER,
    )
    assert {one.badge for one in award(log, DISCOURSE)} == {
        "Welcome",
        "Nice Post",
        "Good Post",
    }


@pytest.mark.parametrize(
    ("trigger", "options", "message"),
    [
        (Trigger.SCORE, {"count": 0}, "at least 1"),
        (Trigger.SCORE, {"after_days": -1}, "at least 0"),
        (Trigger.SCORE, {"after_days": 10**9}, "too many"),
        (Trigger.SCORE, {"kinds": frozenset()}, "no kind of post"),
        (Trigger.SCORE, {"direction": UP}, "does not look at direction"),
        (Trigger.SCORE, {"reactions": frozenset({"like"})}, "look at reactions"),
        (Trigger.VOTING, {"repeat": Repeat.PER_POST}, "won once"),
        (Trigger.VOTING, {"accepted": True}, "look at accepted"),
        (Trigger.ANSWERS, {"kinds": ALL}, "look at kinds"),
        (Trigger.POSTING, {"whose": Whose.OWN}, "look at whose"),
        (Trigger.EDITING, {"first": First.POSTED}, "look at first"),
        (Trigger.EDITING, {"after_days": 1}, "look at after_days"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    trigger: Trigger, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        rule(trigger, **options)


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="two badges are called 'B'"):
        start([rule(Trigger.SCORE), rule(Trigger.VOTING)])


def test_what_is_out_of_turn_or_in_conflict_is_refused() -> None:
    log = answered().pending
    board = start().extend(log)
    pinned = events.ThreadPinned(thread_id="q", version=5, at=AT)
    with pytest.raises(SequenceError):
        board.extend([pinned])
    with pytest.raises(IntegrityError):
        board.extend([attrs.evolve(pinned, version=1)])
    assert repr(board) == "<Board of 0 awards, 0 fresh>"
