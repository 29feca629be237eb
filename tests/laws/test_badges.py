"""Laws of badges: once won, always won, and the same for everybody who counts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qathread import (
    Answer,
    PostKind,
    Question,
    Tally,
    Thread,
    User,
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
    Award,
    BadgeRule,
    First,
    Repeat,
    Trigger,
    Whose,
    award,
    start,
)
from qathread.events import replay
from qathread.feedback import DOWN, UP, Direction
from tests.laws._feeds import Log, feeds, in_line, logs

few = settings(max_examples=max(10, settings().max_examples // 4))
ALL = frozenset(PostKind)


def on_posts() -> Iterator[BadgeRule]:
    """Rules that look at one post, easy enough to be met in a few steps."""
    for count in (1, 2, 3):
        for kind in PostKind:
            for repeat in Repeat:
                yield BadgeRule(
                    name=f"{kind} {count} {repeat}",
                    level="bronze",  # type: ignore[arg-type]
                    trigger=Trigger.SCORE,
                    count=count,
                    kinds=frozenset({kind}),
                    repeat=repeat,
                )
    answer = {
        "level": "silver",
        "trigger": Trigger.SCORE,
        "kinds": frozenset({PostKind.ANSWER}),
        "repeat": Repeat.PER_POST,
    }
    yield BadgeRule(name="own", whose=Whose.OWN, **answer)  # type: ignore[arg-type]
    yield BadgeRule(name="for others", whose=Whose.OTHERS, **answer)  # type: ignore[arg-type]
    yield BadgeRule(name="accepted", accepted=True, **answer)  # type: ignore[arg-type]
    yield BadgeRule(name="first", first=First.POSTED, **answer)  # type: ignore[arg-type]
    yield BadgeRule(name="late", after_days=1, **answer)  # type: ignore[arg-type]
    for kinds in (frozenset[str](), frozenset({"like", "heart"})):
        yield BadgeRule(
            name=f"liked {sorted(kinds)}",
            level="gold",  # type: ignore[arg-type]
            trigger=Trigger.REACTIONS,
            count=2,
            kinds=ALL,
            reactions=kinds,
            repeat=Repeat.PER_POST,
        )
    yield BadgeRule(
        name="many answers",
        level="gold",  # type: ignore[arg-type]
        trigger=Trigger.ANSWERS,
        count=2,
        repeat=Repeat.PER_POST,
    )


def of_acts() -> Iterator[BadgeRule]:
    """Rules that count acts."""
    for trigger in list(Trigger)[5:]:
        for count in (1, 2):
            yield BadgeRule(
                name=f"{trigger} {count}",
                level="bronze",  # type: ignore[arg-type]
                trigger=trigger,
                count=count,
            )
    for direction in (UP, DOWN):
        yield BadgeRule(
            name=f"{direction} 3",
            level="bronze",  # type: ignore[arg-type]
            trigger=Trigger.VOTING,
            count=3,
            kinds=ALL,
            direction=direction,
        )


VERBS = (voting.cast, voting.retract, voting.react, voting.unreact)
POST_RULES = tuple(on_posts())
RULES = (*POST_RULES, *of_acts())


# -- the feed --------------------------------------------------------------------


@few
@given(given_logs=logs, data=st.data())
def test_awards_do_not_depend_on_how_threads_were_interleaved(
    given_logs: list[Log], data: st.DataObject
) -> None:
    """Who is first past the post must not be the work of the feed."""
    feed = data.draw(feeds(given_logs))
    assert award(feed, RULES) == award(in_line(given_logs), RULES)


@few
@given(given_logs=logs, data=st.data())
def test_a_feed_can_be_followed_piece_by_piece(
    given_logs: list[Log], data: st.DataObject
) -> None:
    """The board after each piece is that of all events so far, also late ones."""
    feed = data.draw(feeds(given_logs))
    board = start(RULES)
    told = list[tuple[str, str, str | None]]()
    for event in feed:
        board = board.extend([event])
        told += [_badge(one) for one in board.fresh]
    assert board.awards == award(feed, RULES)
    assert sorted(told, key=repr) == sorted(map(_badge, board.awards), key=repr)


def _badge(one: Award) -> tuple[str, str, str | None]:
    """Who won what; of a badge that is won once the post does not matter."""
    rule = next(rule for rule in RULES if rule.name == one.badge)
    place = f"{one.thread_id}/{one.post_id}"
    return one.user_id, one.badge, place if rule.repeat == "per_post" else None


@few
@given(given_logs=logs, data=st.data())
def test_a_repeat_changes_nothing(given_logs: list[Log], data: st.DataObject) -> None:
    """Feeds are read again after a crash."""
    feed = data.draw(feeds(given_logs))
    once = start(RULES).extend(feed)
    again = once.extend(feed)
    assert again.awards == once.awards
    assert again.fresh == ()
    assert again.extend(feed) is again
    assert award([event for event in feed for _ in range(2)], RULES) == once.awards


@few
@given(given_logs=logs)
def test_later_events_never_take_an_award_away(given_logs: list[Log]) -> None:
    """A badge is a memory: it stays when votes are taken back and posts deleted."""
    assume(not _merged(given_logs))
    line = in_line(given_logs)
    whole = award(line, RULES)
    for cut in range(len(line)):
        before = award(line[:cut], RULES)
        assert before == whole[: len(before)]


@few
@given(given_logs=logs, data=st.data())
def test_more_events_of_any_thread_never_take_a_badge_away(
    given_logs: list[Log], data: st.DataObject
) -> None:
    """What comes late may move the moment, not the badge."""
    assume(not _merged(given_logs))
    heads = [log[: data.draw(st.integers(0, len(log)))] for log in given_logs]
    some = {_badge(one) for one in award(in_line(heads), RULES)}
    assert some <= {_badge(one) for one in award(in_line(given_logs), RULES)}


def _merged(given_logs: list[Log]) -> bool:
    """Whether accounts were merged: then badges go with them."""
    return any(
        isinstance(event, events.UsersMerged) for log in given_logs for event in log
    )


# -- what is won -----------------------------------------------------------------


@few
@given(given_logs=logs)
def test_badges_of_posts_follow_from_the_threads_alone(given_logs: list[Log]) -> None:
    """Recounted from the thread at every version, without a look at events."""
    assume(not _merged(given_logs))
    for log in given_logs:
        found = [
            (one.user_id, one.badge, one.post_id, one.event.version)
            for one in award(log, POST_RULES)
        ]
        assert sorted(found) == sorted(_recounted(log))


def _recounted(log: Log) -> Iterator[tuple[str, str, str, int]]:
    won = set[tuple[str, str, str | None]]()
    thread: Thread | None = None
    for event in log:
        thread = replay([event], thread)
        for rule in POST_RULES:
            for post_id in sorted(post.id for post in thread.posts):
                if _has(rule, thread, post_id):
                    user_id = thread[post_id].author_id
                    per_post = rule.repeat is Repeat.PER_POST
                    mark = (user_id, rule.name, post_id if per_post else None)
                    if mark not in won:
                        won.add(mark)
                        yield user_id, rule.name, post_id, event.version


def _has(rule: BadgeRule, thread: Thread, post_id: str) -> bool:
    post = thread[post_id]
    if rule.trigger is Trigger.ANSWERS:
        return post_id == thread.root.id and len(thread.answers) >= rule.count
    if post.kind not in rule.kinds:
        return False
    if rule.trigger is Trigger.REACTIONS:
        likes = thread.reactions(post_id)
        return rule.count <= sum(
            count
            for kind, count in likes.items()
            if kind in rule.reactions or not rule.reactions
        )
    asker = thread.root
    score = thread.score(post_id)
    if score is None or score < rule.count:
        return False
    if rule.whose is not Whose.ANY:
        if not isinstance(asker, Question):
            return False
        if (asker.author_id == post.author_id) is not (rule.whose is Whose.OWN):
            return False
    if rule.accepted and post_id not in thread.content.accepted:
        return False
    if rule.first is First.POSTED and (
        not isinstance(asker, Question) or post_id != thread.answers[0].id
    ):
        return False
    if rule.after_days:
        if not isinstance(asker, Question) or not isinstance(post, Answer):
            return False
        if asker.created_at is None or post.created_at is None:
            return False
        return (post.created_at - asker.created_at).days >= rule.after_days
    return True


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(
                (voting.cast, voting.retract, voting.react, voting.unreact)
            ),
            st.sampled_from(("q.1", "q.2")),
            st.sampled_from("abc"),
            st.sampled_from((UP, UP, DOWN)),
            st.sampled_from(("like", "boo")),
        ),
        max_size=25,
    ),
    known=st.booleans(),
)
def test_badges_follow_every_turn_of_a_vote(
    steps: list[tuple[Any, str, str, Direction, str]], known: bool
) -> None:
    """Cast, turned over, taken back, cast again: the score is that of the thread."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    thread = posting.ask("q", title="?", body="?", by=User(id="x"), at=at)
    thread = posting.answer(thread, "!", by=User(id="y"), at=at)
    if not known:  # as read from a site that shows the score of one post alone
        tallies = [Tally(post_id="q.1", score=1)]
        parts = thread.content
        assert parts.question is not None
        thread = Thread.from_parts(
            id="q", question=parts.question, posts=parts.answers, tallies=tallies
        )
    for verb, post_id, voter, way, kind in steps:
        given: tuple[object, ...] = ()
        if verb is voting.cast:
            given = (way,)
        elif verb in (voting.react, voting.unreact):
            given = (kind,)
        thread = verb(thread, post_id, *given, by=User(id=voter), at=at)
    log = thread.pending
    found = [
        (one.user_id, one.badge, one.post_id, one.event.version)
        for one in award(log, POST_RULES)
    ]
    assert sorted(found) == sorted(_recounted(log))


@few
@given(given_logs=logs)
def test_voting_badges_count_posts_voted_on(given_logs: list[Log]) -> None:
    """Across threads, each post once, however often the vote changed."""
    assume(not _merged(given_logs))
    voted: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for event in in_line(given_logs):
        if isinstance(event, events.VoteCast | events.VoteChanged):
            post = (event.thread_id, event.post_id)
            voted.setdefault((event.by.id, event.direction), set()).add(post)
        if isinstance(event, events.Imported):
            for vote in event.content.votes:
                if vote.post_id in event.content.arrival:
                    post = (event.thread_id, vote.post_id)
                    key = (vote.voter_id, str(vote.direction))
                    voted.setdefault(key, set()).add(post)
    expected = {
        (user_id, f"{direction} 3")
        for (user_id, direction), posts in voted.items()
        if len(posts) >= 3
    }
    found = {
        (one.user_id, one.badge)
        for one in award(in_line(given_logs), RULES)
        if one.badge in ("up 3", "down 3")
    }
    assert found == expected


@few
@given(given_logs=logs)
def test_a_lower_count_is_won_no_later(given_logs: list[Log]) -> None:
    """Whoever has Good has had Nice."""
    line = in_line(given_logs)
    place = {(event.thread_id, event.version): n for n, event in enumerate(line)}
    when: dict[tuple[str, str, str], dict[int, int]] = {}
    for one in award(line, POST_RULES):
        kind, _, rest = one.badge.partition(" ")
        if rest.endswith("per_post"):
            mark = (one.user_id, kind, f"{one.thread_id}/{one.post_id}")
            moment = place[one.event.thread_id, one.event.version]
            when.setdefault(mark, {})[int(rest[0])] = moment
    for moments in when.values():
        for count in set(moments) - {1}:
            assert moments[count - 1] <= moments[count]


PRESETS = (COMMON, STACK_EXCHANGE, APACHE_ANSWER, ASKBOT, DISCOURSE)


@few
@given(given_logs=logs, preset=st.sampled_from(PRESETS), data=st.data())
def test_a_badge_is_won_whatever_else_there_is_to_win(
    given_logs: list[Log], preset: tuple[BadgeRule, ...], data: st.DataObject
) -> None:
    """Rules do not get in each other's way."""
    line = in_line(given_logs)
    together = award(line, preset)
    won = sorted({one.badge for one in together}) or [preset[0].name]
    name = data.draw(st.sampled_from(won))
    alone = award(line, [rule for rule in preset if rule.name == name])
    assert alone == tuple(one for one in together if one.badge == name)
