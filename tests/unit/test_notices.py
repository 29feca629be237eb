"""Notices of each kind of event, and mentions in odd places."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from qathread import (
    UP,
    Body,
    Bounty,
    Closed,
    Comment,
    Flag,
    Locked,
    Mark,
    PostKind,
    Question,
    Thread,
    User,
    events,
    posting,
)
from qathread._mentions import called, name_key
from qathread.errors import IntegrityError, SequenceError, ValidationError
from qathread.events import Event, PostRef
from qathread.feedback import Vote
from qathread.notices import (
    Follow,
    Notice,
    NoticeKind,
    NoticeReason,
    notices,
    start,
)
from qathread.status import FlagState

AT = datetime(2026, 1, 1, tzinfo=UTC)
ADA = User(id="u1", name="Ada Lovelace", handle="ada")
GREG = User(id="u2", name="Greg")
LI = User(id="u3", name="李")
MOD = User(id="m", name="Mo")


def answered(kind: str = "qa") -> Thread:
    """The question q.1 of ada, an answer q.2 of greg and its comment q.3 of li."""
    thread = posting.ask(
        "q", title="Why?", body="Why?", tags=("bread",), kind=kind, by=ADA, at=AT
    )
    thread = posting.answer(thread, "So.", by=GREG, at=AT)
    return posting.comment(thread, "q.2", "Sure?", by=LI, at=AT)


def last(thread: Thread, follows: Iterable[Follow] = ()) -> list[tuple[str, str, str]]:
    """Who hears of the last event, of what and why."""
    return told(thread.pending, follows)


def told(
    log: Iterable[Event], follows: Iterable[Follow] = ()
) -> list[tuple[str, str, str]]:
    log = tuple(log)
    return [
        (one.user_id, one.kind.value, one.reason.value)
        for one in notices(log, follows)
        if one.event.version == log[-1].version
    ]


def after(cls: type[Any], **facts: Any) -> list[tuple[str, str, str]]:
    """Who hears of one more event, done by a moderator."""
    log = answered().pending
    common = {"thread_id": "q", "version": 4, "by": MOD, "at": AT}
    return told((*log, cls(**{**common, **facts})))


ON_ANSWER = {"post_id": "q.2", "post_kind": PostKind.ANSWER, "author_id": "u2"}
OF_ANSWER = PostRef(post_id="q.2", kind=PostKind.ANSWER, author_id="u2")


# -- each kind -------------------------------------------------------------------


def test_a_notice_says_who_hears_of_what_and_where() -> None:
    log = answered().pending
    assert notices(log)[0] == Notice(
        user_id="u1",
        kind=NoticeKind.ANSWERED,
        reason=NoticeReason.AUTHOR,
        at=AT,
        by_id="u2",
        thread_id="q",
        post_id="q.2",
        event=events.EventId(thread_id="q", version=2),
    )


def test_a_comment_is_told_to_the_author_of_its_post_alone() -> None:
    thread = answered()
    assert last(thread) == [("u2", "commented", "author")]
    thread = posting.comment(thread, "q.3", "Yes.", by=GREG, at=AT)
    assert last(thread) == [("u3", "replied", "author")]
    # Li wrote there before, but nobody calls li.
    thread = posting.comment(thread, "q.2", "Thanks.", by=ADA, at=AT)
    assert last(thread) == [("u2", "commented", "author")]


def test_acceptance_is_told_to_those_who_win_and_lose_it() -> None:
    thread = posting.answer(answered(), "No, so.", by=LI, at=AT)
    thread = posting.accept(thread, "q.2", by=ADA, at=AT)
    assert last(thread) == [("u2", "accepted", "author")]
    thread = posting.accept(thread, "q.4", by=MOD, at=AT)
    assert last(thread) == [
        ("u1", "accepted", "author"),
        ("u2", "unaccepted", "author"),
        ("u3", "accepted", "author"),
    ]
    thread = posting.unaccept(thread, "q.4", by=ADA, at=AT)
    assert last(thread) == [("u3", "unaccepted", "author")]


def test_who_wins_and_loses_acceptance_at_once_hears_that_they_won() -> None:
    thread = posting.answer(answered(), "Better so.", by=GREG, at=AT)
    thread = posting.accept(thread, "q.2", by=ADA, at=AT)
    thread = posting.accept(thread, "q.4", by=ADA, at=AT)
    assert last(thread) == [("u2", "accepted", "author")]


def test_edits_are_told_to_authors_and_proposers() -> None:
    thread = posting.edit(answered(), "q.2", body="So!", by=LI, at=AT)
    assert last(thread) == [("u2", "edited", "author")]
    thread = posting.rollback(thread, "q.2", 1, by=MOD, at=AT)
    assert last(thread) == [("u2", "edited", "author")]
    assert last(posting.edit(thread, "q.2", body="Mine.", by=GREG, at=AT)) == []
    thread = posting.suggest_edit(thread, "q.2", body="So?", by=LI, at=AT, id="s")
    assert last(thread) == [("u2", "edit_suggested", "author")]
    approved = posting.approve_edit(thread, "s", by=MOD, at=AT)
    assert last(approved) == [
        ("u2", "edited", "author"),
        ("u3", "edit_approved", "request"),
    ]
    rejected = posting.reject_edit(thread, "s", by=GREG, at=AT)
    assert last(rejected) == [("u3", "edit_rejected", "request")]


def test_taking_down_and_bringing_back_is_told_to_the_author() -> None:
    thread = posting.delete(answered(), "q.2", by=MOD, at=AT)
    assert last(thread) == [("u2", "deleted", "author")]
    assert last(posting.restore(thread, "q.2", by=MOD, at=AT)) == [
        ("u2", "restored", "author")
    ]
    assert last(posting.delete(answered(), "q.2", by=GREG, at=AT)) == []
    assert after(events.PostRemoved, **ON_ANSWER) == [("u2", "removed", "author")]
    back = {**ON_ANSWER, "replaced": Mark()}
    assert after(events.PostReinstated, **back) == [("u2", "reinstated", "author")]
    # Flags of several people, not one person, took it down.
    assert after(events.PostRemoved, by=None, **ON_ANSWER) == [
        ("u2", "removed", "author")
    ]


@pytest.mark.parametrize(
    ("cls", "more", "kind"),
    [
        (events.HidingImposed, {}, "hidden"),
        (events.HidingLifted, {"replaced": Mark()}, "shown"),
        (events.LockImposed, {}, "locked"),
        (events.LockLifted, {"replaced": Locked()}, "unlocked"),
        (events.WikiMade, {}, "wiki_made"),
    ],
)
def test_marks_are_told_to_the_author_or_the_asker(
    cls: type[Any], more: dict[str, Any], kind: str
) -> None:
    assert after(cls, post=OF_ANSWER, **more) == [("u2", kind, "author")]
    assert after(cls, **more) == [("u1", kind, "author")]


def test_closing_is_told_to_the_asker_but_not_to_those_who_asked_for_it() -> None:
    heard = [("u1", "closed", "author")]
    assert after(events.ThreadClosed, reason="off topic") == heard
    assert after(events.ThreadClosed, asker_id="u1", voter_ids=("u2", "u3")) == heard
    assert after(events.ThreadClosed, voter_ids=("u1", "u2", "u3")) == []
    heard = [("u1", "reopened", "author")]
    assert after(events.ThreadReopened, replaced=Closed()) == heard


def test_flags_and_bounties_are_told_to_who_gave_them() -> None:
    flag = Flag(id="f", post_id="q.2", reason="spam", by_id="u3")
    assert after(events.PostFlagged, flag=flag, **ON_ANSWER) == []
    settled = {"flag": flag, "outcome": FlagState.HELPFUL, **ON_ANSWER}
    heard = [("u3", "flag_resolved", "request")]
    assert after(events.FlagResolved, **settled) == heard
    bounty = Bounty(id="b", amount=50, by_id="u3")
    heard = [("u1", "bounty_offered", "author")]
    assert after(events.BountyOffered, bounty=bounty) == heard
    heard = [("u3", "bounty_expired", "request")]
    assert after(events.BountyExpired, bounty=bounty) == heard
    paid = {"bounty": bounty, "paid": 25, "automatic": True, **ON_ANSWER}
    assert after(events.BountyAwarded, by=None, **paid) == [
        ("u2", "bounty_awarded", "author"),
        ("u3", "bounty_awarded", "request"),
    ]


def test_moves_are_told_once_to_each_author() -> None:
    moved = {"parent_id": "q.1", "replaced_parent_id": "q.2"}
    on_comment = {"post_id": "q.3", "post_kind": "comment", "author_id": "u3"}
    heard = [("u3", "moved", "author")]
    assert after(events.PostMoved, **moved, **on_comment) == heard
    turned = {**moved, **ON_ANSWER, "to": PostKind.COMMENT}
    assert after(events.PostConverted, **turned) == [("u2", "converted", "author")]
    comment = PostRef(post_id="q.3", kind=PostKind.COMMENT, author_id="u2")
    out = {"to_id": "other", "posts": (OF_ANSWER, comment)}
    assert after(events.PostsMovedOut, **out) == [("u2", "moved", "author")]


def test_calls_for_votes_and_marks_on_threads_are_no_news() -> None:
    for cls in (
        events.CloseVoteCast,
        events.ReopenVoteCast,
        events.ThreadProtected,
        events.ThreadPinned,
        events.ThreadArchived,
    ):
        assert after(cls) == []
    vote = Vote(post_id="q.2", voter_id="u3", direction=UP, cast_at=AT)
    assert after(events.VotesInvalidated, replaced=(vote,), **ON_ANSWER) == []


# -- follows ---------------------------------------------------------------------


def test_followers_hear_of_what_they_follow() -> None:
    following = [
        Follow(user_id="t", thread_id="q"),
        Follow(user_id="b", tag="bread"),
        Follow(user_id="a", author_id="u2"),
        Follow(user_id="n", tag="Bread"),
    ]
    log = answered().pending
    heard = [
        (one.event.version, one.user_id, one.kind.value)
        for one in notices(log, following)
        if one.reason is NoticeReason.FOLLOW
    ]
    assert heard == [
        (1, "b", "asked"),
        (1, "t", "asked"),
        (2, "a", "answered"),
        (2, "t", "answered"),
    ]
    edited = posting.edit(answered(), "q.1", body="How?", by=GREG, at=AT)
    assert last(edited, following) == [
        ("t", "edited", "follow"),
        ("u1", "edited", "author"),
    ]
    accepted = posting.accept(answered(), "q.2", by=ADA, at=AT)
    assert ("t", "accepted", "follow") in last(accepted, following)
    comment = posting.edit(answered(), "q.3", body="Sure.", by=MOD, at=AT)
    assert last(comment, following) == [("u3", "edited", "author")]


def test_followers_of_a_discussion_hear_of_its_comments() -> None:
    following = [Follow(user_id="t", thread_id="q")]
    assert last(answered("discussion"), following) == [
        ("t", "commented", "follow"),
        ("u2", "commented", "author"),
    ]
    assert last(answered(), following) == [("u2", "commented", "author")]


def test_a_mention_is_a_better_reason_than_a_follow() -> None:
    thread = posting.answer(answered(), "As @李 said.", by=GREG, at=AT)
    following = [Follow(user_id="u3", thread_id="q")]
    assert ("u3", "mentioned", "mention") in last(thread, following)
    asker = posting.answer(answered(), "@ada: so.", by=LI, at=AT)
    assert last(asker) == [("u1", "answered", "author")]


@pytest.mark.parametrize(
    "given",
    [{}, {"tag": "a", "thread_id": "q"}, {"tag": ""}, {"author_id": ""}],
)
def test_a_follow_is_of_one_thing(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="u1"):
        Follow(user_id="u1", **given)


# -- mentions --------------------------------------------------------------------


def test_those_who_took_part_are_called_by_name_or_handle() -> None:
    thread = answered()
    for words in (
        "@ada",
        "so, @AdaLovelace!",
        "(@ADA)",
        "_@ada_",
        "@ada's",
        "x\n@Ada.",
    ):
        called_on = posting.comment(thread, "q.2", words, by=LI, at=AT)
        assert ("u1", "mentioned", "mention") in last(called_on), words
    for words in ("ada", "@adam", "@ad", "mail@ada", "/@ada", "`@ada`", "@Ada Love"):
        called_on = posting.comment(thread, "q.2", words, by=LI, at=AT)
        named = ("u1", "mentioned", "mention") in last(called_on)
        assert named is (words == "@Ada Love"), words


def test_people_beside_the_thread_can_be_called_if_they_are_given() -> None:
    thread = posting.comment(answered(), "q.2", "@zoë?", by=LI, at=AT)
    zoe = User(id="z", name="Zoë", reputation=5)
    assert [one.user_id for one in notices(thread.pending, people=[zoe])] == [
        "u1",
        "u2",
        "u2",
        "z",
    ]
    gone = User(id="z", name="Zoë", kind="deleted")  # type: ignore[arg-type]
    assert notices(thread.pending, people=[gone]) == notices(thread.pending)


def test_of_two_people_with_one_name_both_hear() -> None:
    thread = posting.comment(
        answered(), "q.1", "I too.", by=User(id="v", name="LI"), at=AT
    )
    thread = posting.comment(thread, "q.1", "I too.", by=User(id="w", name="li"), at=AT)
    thread = posting.comment(thread, "q.1", "@Li!", by=GREG, at=AT)
    assert [user_id for user_id, kind, _ in last(thread) if kind == "mentioned"] == [
        "v",
        "w",
    ]


def test_a_new_name_is_called_and_an_old_one_is_not() -> None:
    renamed = User(id="u3", name="Lily")
    thread = posting.comment(answered(), "q.1", "Hello.", by=renamed, at=AT)
    new = posting.comment(thread, "q.1", "@lily", by=GREG, at=AT)
    assert ("u3", "mentioned", "mention") in last(new)
    old = posting.comment(thread, "q.1", "@李", by=GREG, at=AT)
    assert ("u3", "mentioned", "mention") not in last(old)


def test_an_edit_calls_only_those_who_were_not_called_before() -> None:
    thread = posting.comment(answered(), "q.1", "@greg?", by=LI, at=AT)
    thread = posting.edit(thread, "q.4", body="@greg, @ada?", by=LI, at=AT)
    assert last(thread) == [("u1", "mentioned", "mention")]


def test_a_merged_account_hears_under_the_one_that_stays() -> None:
    log = answered().pending
    merged = events.UsersMerged(
        thread_id="q", version=4, by=MOD, at=AT, from_id="u2", into=User(id="u9")
    )
    comment = Comment(id="c", parent_id="q.2", author_id="u3", body=Body(source="?"))
    said = events.CommentPosted(
        thread_id="q", version=5, by=LI, at=AT, comment=comment, parent=OF_ANSWER
    )
    assert told((*log, merged, said)) == [("u9", "commented", "author")]
    by_old = events.CommentPosted(
        thread_id="q",
        version=5,
        by=User(id="u9"),
        at=AT,
        comment=comment,
        parent=OF_ANSWER,
    )
    assert told((*log, merged, by_old)) == []
    back = events.UsersMerged(
        thread_id="q", version=5, by=MOD, at=AT, from_id="u9", into=GREG
    )
    again = events.CommentPosted(
        thread_id="q", version=6, by=LI, at=AT, comment=comment, parent=OF_ANSWER
    )
    assert told((*log, merged, back, again)) == [("u2", "commented", "author")]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("@ada and @greg", {"ada", "greg"}),
        ("@ada.lovelace, @ada-l.", {"ada.lovelace", "ada-l"}),
        ("@ada@example.org", {"ada@example.org"}),
        ("ada@example.org <ada@example.org>", set()),
        ("a `b` @ada `c", {"ada"}),
        ("\\`@ada\\`", {"ada"}),
        ("`` ` @ada ` ``", set()),
        ("- item\n\n    @ada in the item", {"ada"}),
        ("- item\n\n        @ada", set()),
        ("text\n    @ada goes on", {"ada"}),
        ("> @ada wrote", {"ada"}),
        ("```\n@ada\n```\n@greg", {"greg"}),
        ("``` `x` @ada", {"ada"}),
        ("<code>@ada</code> <b>@greg</b>", {"greg"}),
        ("<code>@ada", set()),
        ("&#64;ada", {"ada"}),
        ("1 < 2 @ada > 0", {"ada"}),
        ("<!-- @ada --> @greg <!-- @li", {"greg", "li"}),
        ("@", set()),
        ("@@ada", set()),
        ("@-ada", set()),
        ("@ज्ञान", {"ज्ञान"}),
        ("@zoe\u0308", {"zoë"}),
    ],
)
def test_what_a_text_calls(source: str, names: set[str]) -> None:
    assert called(Body(source=source)) == names


def test_plain_text_has_no_code() -> None:
    body = Body(source="`@ada` <b>@greg</b>", media_type="text/plain")
    assert called(body) == {"ada", "greg"}


def test_hostile_texts_cost_no_more_than_their_length() -> None:
    for piece in ("@a", "`" * 3 + "`x", "`x\\", "<a ", "<code>", "&#64;", "<!--", "> "):
        assert len(called(Body(source=piece * 50_000))) <= 1
    assert (
        called(Body(source="".join("`" * n + " " for n in range(600)))) == frozenset()
    )


def test_names_that_nobody_can_write_call_nobody() -> None:
    thread = posting.comment(
        answered(), "q.1", "Hm.", by=User(id="e", name="🎉"), at=AT
    )
    thread = posting.comment(thread, "q.1", "@🎉", by=GREG, at=AT)
    assert name_key("🎉") == ""
    assert [user_id for user_id, _, _ in last(thread)] == ["u1"]


# -- order and identity ----------------------------------------------------------


def test_threads_are_merged_by_time_and_a_clock_that_goes_back_does_not_count() -> None:
    def log(thread_id: str, *minutes: int) -> tuple[Event, ...]:
        times = [AT + timedelta(minutes=each) for each in minutes]
        thread = posting.ask(thread_id, title="?", body="?", by=ADA, at=times[0])
        for at in times[1:]:
            thread = posting.answer(thread, "!", by=GREG, at=at)
        return thread.pending

    found = notices((*log("b", 0, 5, 1), *log("a", 0, 3, 6)))
    assert [(one.thread_id, one.event.version) for one in found] == [
        ("a", 2),
        ("b", 2),
        ("b", 3),
        ("a", 3),
    ]


def test_a_log_may_begin_in_the_middle() -> None:
    log = answered().pending
    assert [one.kind for one in notices(log[1:])] == [
        NoticeKind.ANSWERED,
        NoticeKind.COMMENTED,
    ]
    # Who asked stands in the question alone.
    hidden = events.HidingImposed(thread_id="q", version=4, by=MOD, at=AT)
    assert notices([hidden]) == ()


def test_what_is_out_of_turn_or_in_conflict_is_refused() -> None:
    log = answered().pending
    box = start().extend(log)
    with pytest.raises(SequenceError, match="event 5 of thread 'q'"):
        box.extend([events.ThreadPinned(thread_id="q", version=5, at=AT)])
    with pytest.raises(SequenceError, match="in order of version"):
        start().extend(reversed(log))
    other = events.ThreadPinned(thread_id="q", version=3, at=AT)
    with pytest.raises(IntegrityError, match="two different events"):
        box.extend([other])
    with pytest.raises(ValidationError, match="Thread is not an event"):
        box.extend([answered()])  # type: ignore[list-item]
    assert box.notices == notices(log)


def test_events_of_accounts_and_imports_give_no_notices() -> None:
    suspended = events.UserSuspended(version=1, user_id="u1", at=AT)
    question = Question(id="r", author_id="u1", body=Body(source="@greg"))
    thread = Thread.from_parts(id="i", question=question, users=[GREG, ADA])
    box = start().extend([suspended, *thread.pending])
    assert box.notices == ()
    # But they say who is there.
    thread = posting.comment(thread, "r", "@greg!", by=LI, at=AT)
    box = box.extend(thread.pending)
    assert {one.user_id for one in box.fresh} == {"u1", "u2"}
    assert repr(box) == "<Inbox of 2 notices, 2 fresh>"
