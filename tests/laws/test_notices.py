"""Laws of notices: who hears of what, whatever the order of the feed."""

from collections.abc import Iterator
from datetime import datetime

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qathread import Body, Question, Thread, User, events, posting
from qathread._mentions import called, name_key
from qathread.events import replay
from qathread.notices import (
    Follow,
    Notice,
    NoticeKind,
    NoticeReason,
    notices,
    start,
)
from qathread.testing.strategies import faces, instants, open_threads, texts
from tests.laws._feeds import Log, feeds, in_line, logs

few = settings(max_examples=max(10, settings().max_examples // 4))
people = st.sampled_from(("ada", "greg", "li", "zoë", "reader"))
follows = st.lists(
    st.one_of(
        st.builds(Follow, user_id=people, thread_id=st.sampled_from(("t0", "t1"))),
        st.builds(Follow, user_id=people, tag=st.sampled_from(("python", "c++"))),
        st.builds(Follow, user_id=people, author_id=people),
    ),
    max_size=4,
)


# -- the feed --------------------------------------------------------------------


@few
@given(given_logs=logs, following=follows, data=st.data())
def test_notices_do_not_depend_on_how_threads_were_interleaved(
    given_logs: list[Log], following: list[Follow], data: st.DataObject
) -> None:
    """A store gives its feed in the order of saving, another one in another."""
    feed = data.draw(feeds(given_logs))
    whole = notices(feed, following)
    assert whole == notices(in_line(given_logs), following)
    apart = [one for log in given_logs for one in notices(log, following)]
    assert sorted(whole, key=repr) == sorted(apart, key=repr)


@few
@given(given_logs=logs, following=follows, data=st.data())
def test_a_feed_can_be_followed_piece_by_piece(
    given_logs: list[Log], following: list[Follow], data: st.DataObject
) -> None:
    """What comes later adds notices and changes none."""
    feed = data.draw(feeds(given_logs))
    cut = data.draw(st.integers(0, len(feed)))
    before = start(following).extend(feed[:cut])
    kept = before.notices
    after = before.extend(feed[cut:])
    assert after.notices == notices(feed, following)
    assert before.notices == kept
    fresh = before.fresh + after.fresh if cut else after.fresh
    assert sorted(fresh, key=repr) == sorted(after.notices, key=repr)


@few
@given(given_logs=logs, data=st.data())
def test_a_repeat_changes_nothing(given_logs: list[Log], data: st.DataObject) -> None:
    """Feeds are read again after a crash."""
    feed = data.draw(feeds(given_logs))
    once = start().extend(feed)
    again = once.extend(feed)
    assert again.notices == once.notices
    assert again.fresh == ()
    assert again.extend(feed) is again
    doubled = [event for event in feed for _ in range(2)]
    assert notices(doubled) == once.notices


@few
@given(given_logs=logs)
def test_notices_are_in_order_of_time_then_version(given_logs: list[Log]) -> None:
    """A list of news is read from one end to the other."""
    line = [(event.thread_id, event.version) for event in in_line(given_logs)]
    found = [
        (line.index((one.event.thread_id, one.event.version)), one.user_id)
        for one in notices(in_line(given_logs))
    ]
    assert found == sorted(found)


# -- who hears -------------------------------------------------------------------


@few
@given(given_logs=logs, following=follows)
def test_nobody_hears_of_their_own_act(
    given_logs: list[Log], following: list[Follow]
) -> None:
    """Nobody needs to be told what they just did."""
    for log in given_logs:
        by_version = {event.version: event for event in log}
        for one in notices(log, following):
            by = by_version[one.event.version].by
            assert one.by_id == (None if by is None else by.id)
            assert one.user_id != one.by_id


@few
@given(given_logs=logs, following=follows)
def test_one_event_gives_one_person_one_notice(
    given_logs: list[Log], following: list[Follow]
) -> None:
    """Who is asker, follower and mentioned at once is told once."""
    found = notices(in_line(given_logs), following)
    assert len({(one.event, one.user_id) for one in found}) == len(found)


@few
@given(given_logs=logs, following=follows)
def test_following_only_adds(given_logs: list[Log], following: list[Follow]) -> None:
    """A follow must not hide what concerns somebody anyway."""
    line = in_line(given_logs)
    plain, more = notices(line), notices(line, following)
    assert [one for one in more if one.reason is not NoticeReason.FOLLOW] == [*plain]
    followers = {follow.user_id for follow in following}
    assert {
        one.user_id for one in more if one.reason is NoticeReason.FOLLOW
    } <= followers


@few
@given(given_logs=logs)
def test_votes_and_reactions_are_no_news(given_logs: list[Log]) -> None:
    """They come by the hundred."""
    quiet = (
        events.VoteCast
        | events.VoteChanged
        | events.VoteRetracted
        | events.VotesCounted
        | events.ReactionAdded
        | events.ReactionRemoved
        | events.Imported
    )
    for log in given_logs:
        silent = {event.version for event in log if isinstance(event, quiet)}
        assert not silent & {one.event.version for one in notices(log)}


_STATES = {
    NoticeKind.ANSWERED,
    NoticeKind.COMMENTED,
    NoticeKind.REPLIED,
    NoticeKind.EDITED,
    NoticeKind.ACCEPTED,
    NoticeKind.UNACCEPTED,
    NoticeKind.DELETED,
    NoticeKind.RESTORED,
}


@few
@given(given_logs=logs)
def test_authors_hear_of_what_became_of_their_posts(given_logs: list[Log]) -> None:
    """Seen from the threads before and after, without a look at events."""
    for log in given_logs:
        # Two versions of a post in one thread: what changed is what happened.
        expected = set[tuple[int, str, NoticeKind]]()
        thread: Thread | None = None
        gone = set[str]()
        for event in log:
            after = replay([event], thread)
            if thread is not None:
                by_id = None if event.by is None else event.by.id
                for user_id, kind in _became(thread, after, by_id):
                    if user_id != by_id:
                        expected.add((event.version, user_id, kind))
            thread = after
            gone |= {user.id for user in after.users.values() if user.kind == "deleted"}
        assume(not gone)
        found = {
            (one.event.version, one.user_id, one.kind)
            for one in notices(log)
            if one.kind in _STATES and one.reason is NoticeReason.AUTHOR
        }
        assert found == expected


def _became(
    before: Thread, after: Thread, by_id: str | None
) -> Iterator[tuple[str, NoticeKind]]:
    asker_id = after.root.author_id if isinstance(after.root, Question) else None
    for post in after.posts:
        if post.id not in before:
            parent = post.parent_id
            if post.kind == "answer":
                if asker_id is not None:
                    yield asker_id, NoticeKind.ANSWERED
            elif parent is not None and parent in after:
                to_comment = after[parent].kind == "comment"
                kind = NoticeKind.REPLIED if to_comment else NoticeKind.COMMENTED
                yield after[parent].author_id, kind
            continue
        old = before[post.id]
        if post.revision != old.revision:
            yield post.author_id, NoticeKind.EDITED
        if post.deleted is not None and old.deleted is None:
            yield post.author_id, NoticeKind.DELETED
        if post.deleted is None and old.deleted is not None:
            yield post.author_id, NoticeKind.RESTORED
    new = set(after.content.accepted) - set(before.content.accepted)
    old_ones = set(before.content.accepted) - set(after.content.accepted)
    winners = {after[each].author_id for each in new}
    if new and by_id is not None and asker_id is not None:
        winners.add(asker_id)
    for user_id in winners:
        yield user_id, NoticeKind.ACCEPTED
    for each in old_ones:
        if after[each].author_id not in winners:
            yield after[each].author_id, NoticeKind.UNACCEPTED


# -- mentions --------------------------------------------------------------------

names = st.text(min_size=1, max_size=12).filter(lambda name: name_key(name) != "")


@given(name=names, before=texts(max_size=5), after=texts(max_size=5))
def test_a_name_is_called_in_any_case(name: str, before: str, after: str) -> None:
    """People write names as they like."""
    key = name_key(name)
    for written in (key, key.upper(), key.title()):
        assume(name_key(written) == key)  # some letters have no way back
        source = f"{before.replace('@', '')} (@{written}) {after}"
        assert key in called(Body(source=source, media_type="text/plain"))


@given(name=names, more=st.sampled_from("aé7_李"))
def test_a_part_of_a_name_calls_nobody(name: str, more: str) -> None:
    """Ann is not Annika."""
    key = name_key(name)
    found = called(Body(source=f"@{key}{more}", media_type="text/plain"))
    assert key not in found or more == "_"


@given(name=names, words=st.sampled_from(("", "a b", "x\n")))
def test_code_calls_nobody(name: str, words: str) -> None:
    """Decorators and addresses are full of @."""
    key = name_key(name)
    for source in (
        f"`@{key}`",
        f"`` {words}`@{key} ``",
        f"```\n{words}\n@{key}\n```",
        f"~~~~ python\n~~~\n@{key}",
        f"{words.strip()}\n\n    @{key}\n\n    @{key}",
        f"> ```\n> @{key}\n> ```",
        f"<pre>{words}<code>@{key}</code> @{key}</pre>",
        f'<a href="@{key}">{words}</a>',
        f"<!-- @{key} -->",
    ):
        assert called(Body(source=source)) == frozenset(), source
    html = f"<p>{words}<code>@{key}</code></p>"
    assert called(Body(source=html, media_type="text/html")) == frozenset()


@few
@given(thread=open_threads(), ada=faces(), greg=faces(), at=instants())
def test_who_took_part_can_be_called_by_name(
    thread: Thread, ada: User, greg: User, at: datetime
) -> None:
    """Also somebody who only commented before."""
    assume(ada.id != greg.id and ada.name is not None and ada.kind != "deleted")
    assert ada.name is not None
    key = name_key(ada.name)
    assume(key != "" and any(post.stands for post in thread.posts))
    on = next(post.id for post in thread.posts if post.stands)
    named = posting.comment(thread, on, "Here I am.", by=ada, at=at)
    last = named.posts[-1].id
    body = Body(source=f"@{key}", media_type="text/plain")
    called_on = posting.comment(named, last, body, by=greg, at=at)
    found = [
        one
        for one in notices(called_on.pending)
        if one.event.version == called_on.version and one.user_id == ada.id
    ]
    # They wrote the comment that this one replies to: the better reason is told.
    assert [one.kind for one in found] == [NoticeKind.REPLIED]
    elsewhere = posting.comment(named, on, body, by=greg, at=at)
    heard = [one for one in _last(elsewhere) if one.user_id == ada.id]
    assert len(heard) == 1
    if named[on].author_id != ada.id:
        assert heard[0].kind is NoticeKind.MENTIONED


def _last(thread: Thread) -> list[Notice]:
    found = notices(thread.pending)
    return [one for one in found if one.event.version == thread.version]
