"""Odd cases of erasure: names in text, accounts that were merged, what is refused."""

import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from qathread import (
    DOWN,
    UP,
    Answer,
    Body,
    Comment,
    Flag,
    Link,
    LinkKind,
    Mark,
    Motion,
    MotionKind,
    Provenance,
    Question,
    Reaction,
    Revision,
    RevisionKind,
    Status,
    Tally,
    Thread,
    User,
    UserKind,
    Vote,
    erasure,
    events,
    posting,
    to_json,
    voting,
)
from qathread.errors import IntegrityError, ValidationError
from qathread.revisions import Suggestion
from qathread.thread import stored

AT = datetime(2026, 1, 1, tzinfo=UTC)
KEY = b"thirty-two bytes that are secret"
ANN = User(id="u7", name="Ann", handle="ann42", level=3)
BOB = User(id="bob", name="Bob")
PUT = erasure.pseudonym("u7", KEY, within="q")


def asked(text: str | Body = "What?", **more: Any) -> Thread:
    return posting.ask("q", title="T", body=text, by=BOB, at=AT, **more)


def said(text: str, media_type: str = "text/markdown", **options: Any) -> str:
    """What is left of a text of Bob's when Ann, who commented, is erased."""
    ann = options.pop("ann", ANN)
    others = options.pop("others", ())
    thread = asked(Body(source=text, media_type=media_type))
    for each in (ann, *others):
        thread = posting.comment(thread, "q.1", "+", by=each, at=AT)
    after = erasure.pseudonymise(thread, ann.id, KEY, **options)
    return after.question.body.source.replace(PUT, "***")


# -- names in text ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ann", "***"),
        ("Annika and Hann and Ann_ and Ann2", "Annika and Hann and Ann_ and Ann2"),
        ("Ann's, (Ann), Ann.\nAnn", "***'s, (***), ***.\n***"),
        ("Ann-Marie, Mary-Ann; Ann - she", "Ann-Marie, Mary-Ann; *** - she"),
        ("ann and ANN are words", "ann and ANN are words"),
        ("@ann @ANN @Ann42 @aNN42!", "@*** @*** @*** @***!"),
        ("@annika @ann-lee @ann.lee @ann@site", "@annika @ann-lee @ann.lee @ann@site"),
        ("write to x@ann.example", "write to x@ann.example"),
        ("@u7 has number u7", "@*** has number u7"),
        (
            "> Ann wrote:\r\n> hi\r\n\r\nann42 said",
            "> *** wrote:\r\n> hi\r\n\r\n*** said",
        ),
        ("A\u0301nn, Ann\u0301, Ańn", "A\u0301nn, Ann\u0301, Ańn"),
        ("\uff21nn", "***"),
        ("谢谢Ann的回答 @Ann的", "谢谢***的回答 @***的"),
        ("A&#110;n &amp; \\@Ann", "*** &amp; \\@***"),
        ("user-0123456789abcdef0123", "user-0123456789abcdef0123"),
        ("", ""),
    ],
)
def test_names_are_found_whole(text: str, left: str) -> None:
    assert said(text) == left


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("Zoë", "Zoe\u0308, Zoë, Zo\u00eb\u0301", "***, ***, Zo\u00eb\u0301"),
        ("Ann Lee", "Ann  Lee, Ann\nLee, @AnnLee, @ann lee, Ann", None),
        ("O'Brien", "O'Brien @obrien @O'Brien", "*** @*** @***"),
        ("ann_lee", "ann\\_lee @ann\\_lee ann_lee2", "*** @*** ann_lee2"),
        ("田中", "田中さんと田中角栄", "***さんと***角栄"),
        ("李", "李说 李,李", "李说 ***,***"),
        ("アン", "アンテナ アンさん", "アンテナ ***さん"),
        ("민수", "민수가 민숙 민수\u11a8", "***가 민숙 민수\u11a8"),
        ("deleted-3", "deleted-3 and deleted-30", "*** and deleted-30"),
        ("user", "user and user-0123456789abcdef0123", None),
        ("!!", "wow!! @!!", "wow!! @!!"),
        ("A.", "A. A.B", "*** ***B"),
        ("Ann❤", "Ann❤\ufe0f Ann❤x", "***\ufe0f ***x"),
        ("ﬁn", "fin ﬁn fine", "*** *** fine"),
    ],
)
def test_names_of_all_kinds(name: str, text: str, left: str | None) -> None:
    wanted = {
        "Ann Lee": "***, ***, @***, @***, Ann",
        "user": "*** and user-0123456789abcdef0123",
    }
    found = said(text, ann=User(id="u7", name=name))
    assert found == (wanted[name] if left is None else left)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("`Ann` Ann `` ` Ann`` Ann", "`Ann` *** `` ` Ann`` ***"),
        ("```\nAnn\n```\nAnn", "```\nAnn\n```\n***"),
        ("~~~ py\nAnn\n```\nAnn", "~~~ py\nAnn\n```\nAnn"),
        ("> ```\n> Ann\n\nAnn", "> ```\n> Ann\n\n***"),
        ("- ```\n  Ann\n  ```\n\n  Ann", "- ```\n  Ann\n  ```\n\n  ***"),
        ("a\n\n    Ann\n\tAnn\n\nAnn", "a\n\n    Ann\n\tAnn\n\n***"),
        ("a\n    Ann", "a\n    ***"),
        ("- a\n\n    Ann\n\n      Ann", "- a\n\n    ***\n\n      Ann"),
        ("\\`Ann` `Ann\n\nAnn`", "\\`***` `***\n\n***`"),
        ("`Ann\n> Ann` Ann", "`***\n> ***` ***"),
        ("`Ann\nAnn` Ann", "`Ann\nAnn` ***"),
        ("<code>Ann</code> <code>Ann", "<code>Ann</code> <code>***"),
        ("<pre>Ann <code>Ann</code></pre>Ann", "<pre>Ann <code>Ann</code></pre>***"),
    ],
)
def test_code_is_left_alone_unless_asked(text: str, left: str) -> None:
    assert said(text) == left
    assert said(text, in_code=True) == text.replace("Ann", "***")


def test_other_media_types_have_other_code() -> None:
    assert said("`Ann` <code>Ann</code>", "text/html") == "`***` <code>Ann</code>"
    assert said("<b>A&#x6e;n</b>", "text/html") == "<b>***</b>"
    assert said("`Ann` <code>Ann</code>", "text/plain") == "`***` <code>***</code>"
    assert said("A&#x6e;n Ann", "text/plain") == "A&#x6e;n ***"


def test_a_name_that_comes_to_stand_alone_goes_too() -> None:
    """Taking one of her names away uncovers the other; once must be enough."""
    two = (User(id="u7", name="李"), User(id="u7", name="明子"))
    assert said("李明子", ann=two[0], others=two[1:]) == "******"


def test_names_of_others_stay() -> None:
    lee = User(id="lee", name="Ann Lee", handle="ann_lee")
    text = "Ann Lee, Ann, @Ann Lee, @AnnLee, @ann, @ann_lee"
    left = "Ann Lee, ***, @Ann Lee, @AnnLee, @***, @ann_lee"
    assert said(text, others=[lee]) == left
    same = User(id="other", name="ANN")
    assert said("Ann and ann42", others=[same]) == "Ann and ***"
    assert said("Ann and ann42", others=[same], names=["Ann"]) == "*** and ***"


def test_shared_names_are_reported() -> None:
    thread = posting.comment(asked(), "q.1", "+", by=ANN, at=AT)
    assert erasure.shared_names(thread, "u7") == ()
    thread = posting.comment(thread, "q.1", "+", by=User(id="x", handle="@ANN"), at=AT)
    assert erasure.shared_names(thread, "u7") == ("Ann",)
    assert erasure.shared_names(thread.pending, "u7") == ("Ann",)


def test_ordinary_words_are_found_as_mentions_only() -> None:
    will = User(id="u7", name="Will", handle="will")
    assert said("Will will, @will", ann=will) == "*** ***, @***"
    assert (
        said("Will will, @will", ann=will, only_mentions=["will"]) == "Will will, @***"
    )


def test_somebody_who_only_is_spoken_of() -> None:
    thread = asked("Ann, @u7, @ann")
    after = erasure.pseudonymise(thread, "u7", KEY, names=["Ann"])
    assert after.question.body.source == f"{PUT}, @{PUT}, @{PUT}"
    after = erasure.redact(thread, "u7", names=["Ann"])
    assert after.question.body.source == "deleted-2, @deleted-2, @deleted-2"
    assert erasure.redact(after, "u7", names=["Ann"]) is after


def test_all_places_of_text() -> None:
    """Titles, tags, summaries, reasons, addresses and further members."""
    extra = '{"Ann":"Ann","by":"u7","list":[{"said":"\\"Ann\\" did"}],"views":7}'
    source = Provenance(platform="x", url="https://x.example/Ann/1", extra=extra)
    thread = Thread.from_parts(
        id="q",
        question=Question(
            id="1",
            author_id="bob",
            author_name="Ann's fan",
            title="Ask Ann",
            tags=("Ann", "annotations"),
            body=Body(source="b"),
            provenance=source,
            revision=2,
        ),
        posts=[Answer(id="2", question_id="1", author_id="u7", body=Body(source="c"))],
        revisions=[
            Revision(post_id="1", number=1, body=Body(source="Ann?"), summary="by Ann")
        ],
        flags=[Flag(id="f", post_id="1", reason="rude to Ann", by_id="bob")],
        status=Status(pinned=Mark(by_id="bob", reason="Ann asked")),
        users=[ANN],
        provenance=source,
    )
    after = erasure.pseudonymise(thread, "u7", KEY)
    question = after.question
    assert question.title == f"Ask {PUT}"
    assert question.tags == (PUT, "annotations")
    assert question.author_name == "Ann's fan"  # somebody else's name, as shown
    for found in (question.provenance, after.provenance):
        assert found is not None
        assert found.url == f"https://x.example/{PUT}/1"
        assert found.members() == {
            "Ann": PUT,
            "by": PUT,
            "list": [{"said": f'"{PUT}" did'}],
            "views": 7,
        }
    (revision,) = after.revisions
    assert (revision.body.source, revision.summary) == (f"{PUT}?", f"by {PUT}")
    assert after.flags[0].reason == f"rude to {PUT}"
    assert after.status.pinned == Mark(by_id="bob", reason=f"{PUT} asked")


# -- pseudonyms ------------------------------------------------------------------


def test_pseudonyms_are_alike_within_their_scope_only() -> None:
    def of(thread_id: str, **options: Any) -> str:
        thread = posting.ask(thread_id, title="T", body="b", by=ANN, at=AT)
        after = erasure.pseudonymise(thread, "u7", KEY, **options)
        assert after.users[after.question.author_id].kind is UserKind.ANONYMOUS
        return after.question.author_id

    assert of("q") == PUT == erasure.pseudonym("u7", KEY, within="q")
    assert of("q") != of("r")
    first = of("q", scope="corpus", corpus="one")
    assert first == of("r", scope=erasure.Scope.CORPUS, corpus="one")
    assert first != of("r", scope="corpus", corpus="two")
    assert of("q", scope="global") == of("r", scope="global")
    assert len({of("q"), first, of("q", scope="global")}) == 3
    assert erasure.pseudonym("u7", KEY + b"!", within="q") != PUT


def test_scopes_cannot_be_confused() -> None:
    """A thread and a corpus of one name, and ids that run into each other."""
    assert erasure.pseudonym("u", KEY, scope="corpus", within="q") != (
        erasure.pseudonym("u", KEY, scope="thread", within="q")
    )
    assert erasure.pseudonym("bc", KEY, within="a") != (
        erasure.pseudonym("c", KEY, within="ab")
    )


@pytest.mark.parametrize(
    ("scope", "within"), [("global", "q"), ("thread", ""), ("corpus", "")]
)
def test_a_scope_is_named_where_it_has_a_name(scope: str, within: str) -> None:
    with pytest.raises(ValidationError, match="within"):
        erasure.pseudonym("u7", KEY, scope=scope, within=within)


def test_an_account_that_was_erased_before_keeps_its_place() -> None:
    thread = posting.comment(asked(), "q.1", "secret", by=OLD, at=AT)
    thread = merged(thread, "old", ANN)
    first = erasure.pseudonymise(thread, "old", KEY)
    both = erasure.pseudonymise(thread, "u7", KEY)
    assert erasure.pseudonymise(first, "u7", KEY) == both
    gone = erasure.redact(thread, "old")
    assert erasure.redact(gone, "u7") == erasure.redact(thread, "u7")


def test_posts_lose_what_leads_to_whoever_wrote_them() -> None:
    source = Provenance(platform="x", id="9", url="https://x/9", extra='{"ip":"1"}')
    thread = Thread.from_parts(
        id="q",
        question=Question(
            id="1",
            author_id="u7",
            author_name="A. Nonymous",
            body=Body(source="b"),
            provenance=source,
        ),
        provenance=source,
    )
    after = erasure.pseudonymise(thread, "u7", KEY)
    assert after.question.author_name is None
    assert after.question.provenance == Provenance(platform="x", id="9")
    assert after.provenance == Provenance(platform="x", id="9")
    assert after.question.body == thread.question.body


def test_a_log_of_many_threads_and_accounts() -> None:
    one = posting.ask("q", title="T", body="b", by=ANN, at=AT)
    two = posting.ask("r", title="T", body="hi Ann", by=BOB, at=AT)
    account: list[events.Event | events.AccountEvent] = [
        events.UserRegistered(version=1, user_id="u7", user=ANN, at=AT),
        events.UserSuspended(version=2, user_id="u7", at=AT, reason="Ann was rude"),
    ]
    log = [*account, *one.pending, *two.pending]
    after = erasure.pseudonymise(log, "u7", KEY, scope="global")
    put = erasure.pseudonym("u7", KEY, scope="global")
    registered, suspended, first, second = after
    assert isinstance(registered, events.UserRegistered)
    assert registered.user == User(id=put, kind=UserKind.ANONYMOUS)
    assert isinstance(suspended, events.UserSuspended)
    assert (suspended.user_id, suspended.reason) == (put, f"{put} was rude")
    assert isinstance(first, events.QuestionAsked)
    assert first.question.author_id == put
    assert isinstance(second, events.QuestionAsked)
    assert second.question.body.source == f"hi {put}"
    with pytest.raises(ValidationError, match="no thread"):
        erasure.pseudonymise(log, "u7", KEY)
    gone = erasure.redact(log, "u7")
    assert [event.version for event in gone] == [1, 2, 1, 1]
    assert erasure.purge_votes(log, "u7") == tuple(log)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"key": b"short"}, "at least 16"),
        ({"key": "a text of many characters"}, "at least 16"),
        ({"scope": "site"}, "'corpus' or 'global'"),
        ({"scope": "corpus"}, "name the corpus"),
        ({"corpus": "one"}, "name the corpus"),
        ({"user_id": ""}, "empty"),
        ({"names": ["..."]}, "letter or digit"),
        ({"names": [7]}, "letter or digit"),
        ({"only_mentions": [""]}, "letter or digit"),
        ({"subject": [ANN]}, "Thread or from events"),
        ({"subject": 7}, "Thread or from events"),
    ],
)
def test_what_makes_no_sense_is_refused(options: Any, message: str) -> None:
    given: dict[str, Any] = {"subject": asked(), "user_id": "u7", "key": KEY}
    with pytest.raises(ValidationError, match=message):
        erasure.pseudonymise(**{**given, **options})


def test_one_person_twice_in_a_merged_copy_is_an_error() -> None:
    """Of two copies one was erased: nobody can say which of two votes stands."""
    votes = [
        Vote(post_id="1", voter_id=each, direction=way, cast_at=AT)
        for each, way in (("u7", UP), (PUT, DOWN))
    ]
    thread = Thread.from_parts(
        id="q",
        question=Question(id="1", author_id="bob", body=Body(source="b")),
        votes=votes,
    )
    with pytest.raises(IntegrityError):
        erasure.pseudonymise(thread, "u7", KEY)


# -- redaction -------------------------------------------------------------------


def test_a_proposal_that_was_imported_and_then_taken_leaves_no_text() -> None:
    def suggestion(id: str, at: datetime) -> Suggestion:
        body = Body(source="secret")
        return Suggestion(
            id=id, post_id="1", base_revision=1, body=body, editor_id="u7", at=at
        )

    thread = Thread.from_parts(
        id="q",
        question=Question(id="1", author_id="bob", body=Body(source="b")),
        suggestions=[suggestion("s", AT), suggestion("t", AT + timedelta(days=1))],
        users=[ANN],
    )
    thread = posting.approve_edit(thread, "s", by=BOB, at=AT)
    after = erasure.redact(thread, "u7")
    imported, approved = after.pending
    assert isinstance(imported, events.Imported)
    assert [each.id for each in imported.content.suggestions] == ["s"]
    assert (imported.at, imported.recorded_at) == (AT, AT)
    assert isinstance(approved, events.EditApproved)
    assert approved.suggestion.body.source == ""
    assert after.question.body.source == "secret"  # Bob's post now, by Bob's approval
    assert b"secret" not in to_json(imported)
    assert erasure.redact(thread.pending, "u7") == after.pending
    assert events.replay(after.pending) == after


def test_arrays_are_in_order_again() -> None:
    thread = asked()
    for name in ("a", "u7", "zoe"):
        thread = voting.cast(thread, "q.1", UP, by=User(id=name), at=AT)
        thread = voting.react(thread, "q.1", "like", by=User(id=name), at=AT)
    opened = Thread.from_parts(
        id="q",
        question=thread.question,
        votes=thread.votes,
        reactions=thread.content.reactions,
        users=thread.users,
    )
    for subject in (opened, stored(opened)):
        after = erasure.pseudonymise(subject, "a", KEY)
        put = erasure.pseudonym("a", KEY, within="q")
        wanted = ["u7", put, "zoe"]  # where "a" stood before them
        for event in after.pending:
            assert isinstance(event, events.Imported)
            assert [vote.voter_id for vote in event.content.votes] == wanted
        assert [vote.voter_id for vote in after.votes] == wanted
        assert [each.user_id for each in after.content.reactions] == wanted
        assert list(after.users) == ["bob", *wanted]


def test_placeholders_count_people_as_they_appear() -> None:
    taken = User(id="deleted-2", name="Taken")
    thread = posting.comment(asked(), "q.1", "a", by=ANN, at=AT)
    assert list(erasure.redact(thread, "u7").users) == ["bob", "deleted-2"]
    thread = posting.comment(thread, "q.1", "b", by=taken, at=AT)
    after = erasure.redact(thread, "u7")
    assert after.comments[0].author_id == "deleted-3"
    assert after.users["deleted-2"] == taken
    assert after.users["deleted-3"] == User(id="deleted-3", kind=UserKind.DELETED)


def test_tombstones_stand_from_the_beginning() -> None:
    thread = asked()
    for text in ("one", "two", "three"):
        thread = posting.comment(thread, "q.1", text, by=ANN, at=AT)
    thread = posting.delete(thread, "q.3", by=ANN, at=AT, reason="shame")
    thread = posting.delete(thread, "q.4", by=BOB, at=AT, reason="spam")
    thread = posting.restore(thread, "q.4", by=BOB, at=AT)
    after = erasure.redact(thread, "u7")
    assert [post.deleted for post in after.comments] == [
        Mark(by_id="deleted-2"),
        Mark(by_id="deleted-2", at=AT),
        Mark(by_id="deleted-2"),
    ]
    kinds = [type(event).__name__ for event in after.pending[4:]]
    assert kinds == ["PostDeleted", "VotesCounted", "VotesCounted"]
    assert [event.by for event in after.pending[5:]] == [BOB, BOB]
    assert events.replay(after.pending) == after


def test_wordings_of_others_stay_and_proposals_go() -> None:
    thread = asked("first")
    thread = posting.edit(thread, "q.1", body="second", summary="me", by=ANN, at=AT)
    for text in ("third", "fourth", "fifth"):
        thread = posting.suggest_edit(
            thread, "q.1", body=text, summary="mine", by=ANN, at=AT
        )
    thread = posting.reject_edit(thread, "q.3", reason="no", by=BOB, at=AT)
    thread = posting.approve_edit(thread, "q.4", by=BOB, at=AT)
    assert len(thread.suggestions) == 1
    after = erasure.redact(thread, "u7")
    assert after.suggestions == ()
    assert [each.body.source for each in after.revisions] == [
        "first",
        "second",
        "fourth",
    ]
    assert [each.summary for each in after.revisions] == [None] * 3
    assert after.revisions[1].editor_id == "deleted-2"
    assert after.question.body.source == "fourth"
    data = b"".join(map(to_json, after.pending))
    for word in ("third", "fifth", '"me"', "mine"):
        assert word.encode() not in data
    rejected = after.pending[5]
    assert isinstance(rejected, events.EditRejected)
    assert (rejected.by, rejected.reason) == (BOB, "no")
    assert events.replay(after.pending) == after


def test_what_others_made_of_a_redacted_post_goes() -> None:
    thread = posting.answer(asked(), "mine", by=ANN, at=AT)
    thread = posting.edit(
        thread, "q.2", body="mine, edited", summary="typo", by=BOB, at=AT
    )
    thread = posting.suggest_edit(thread, "q.2", body="mine, better", by=BOB, at=AT)
    after = erasure.redact(thread, "u7")
    assert b"mine" not in to_json(after)
    assert [each.summary for each in after.revisions] == [None, "typo"]
    assert [each.editor_id for each in after.suggestions] == ["bob"]


def test_all_that_a_person_said_in_an_imported_thread() -> None:
    source = Provenance(platform="x", id="2", url="https://x/my-title", extra='{"a":1}')
    words = Body(source="secret", language="de")
    thread = Thread.from_parts(
        id="q",
        question=Question(
            id="1",
            author_id="u7",
            author_name="Ann",
            title="secret",
            tags=("secret",),
            body=words,
            created_at=AT,
            provenance=source,
            revision=2,
            deleted=Mark(by_id="u7", at=AT + timedelta(days=9), reason="secret"),
        ),
        posts=[
            Answer(id="2", question_id="1", author_id="bob", body=Body(source="open")),
            Comment(id="3", parent_id="1", author_id="u7", body=words),
        ],
        votes=[Vote(post_id="2", voter_id="u7", direction=UP, cast_at=AT)],
        revisions=[
            Revision(
                post_id="1",
                number=number,
                body=words,
                title="secret",
                tags=("secret",),
                summary="secret",
                kind=RevisionKind.EDIT,
            )
            for number in (1, 2)
        ],
        suggestions=[
            Suggestion(
                id="s",
                post_id="2",
                base_revision=1,
                body=words,
                editor_id="u7",
                at=AT,
            )
        ],
        flags=[
            Flag(id="f", post_id="2", reason="secret", by_id="u7"),
            Flag(
                id="g",
                post_id="2",
                reason="open",
                by_id="bob",
                resolved=Mark(by_id="u7", reason="secret"),
            ),
        ],
        motions=[Motion(kind=MotionKind.CLOSE, by_id="u7", at=AT, reason="secret")],
        links=[
            Link(kind=LinkKind.LINKED, target="secret", post_id="3"),
            Link(kind=LinkKind.LINKED, target="open", post_id="2"),
        ],
        status=Status(pinned=Mark(by_id="u7", reason="secret")),
        users=[ANN],
        provenance=source,
    )
    for subject in (thread, stored(thread)):
        after = erasure.redact(subject, "u7")
        data = to_json(after)
        assert b"secret" not in data
        assert b"u7" not in data
        assert b"my-title" not in data
        assert after.question.body == Body(source="")
        assert after.question.deleted == Mark(
            by_id="deleted-1", at=AT + timedelta(days=9)
        )
        assert after["3"].deleted == Mark(by_id="deleted-1")
        assert [vote.voter_id for vote in after.votes] == ["deleted-1"]
        assert [link.target for link in after.links] == ["open"]
        assert [flag.reason for flag in after.flags] == ["", "open"]
        assert after.motions[0].reason is None
        assert after.suggestions == ()
        assert after.answers[0] == thread.answers[0]
        assert erasure.redact(after, "u7") is after


# -- votes -----------------------------------------------------------------------


def test_counts_go_down_where_they_are_known() -> None:
    def of(**known: Any) -> Tally:
        thread = Thread.from_parts(
            id="q",
            question=Question(id="1", author_id="bob", body=Body(source="b")),
            votes=[
                Vote(post_id="1", voter_id="u7", direction=UP, cast_at=AT, weight=3)
            ],
            reactions=[
                Reaction(post_id="1", user_id="u7", kind="like", at=AT + timedelta(1))
            ],
            tallies=[Tally(post_id="1", **known)],
            users=[ANN],
        )
        after = erasure.purge_votes(thread, "u7")
        assert "u7" not in after.users
        (imported,) = after.pending
        assert (imported.at, imported.recorded_at) == (None, None)
        assert erasure.purge_votes(stored(thread), "u7") == after
        return after.tally("1")

    assert of(up=5, down=1) == Tally(post_id="1", up=2, down=1)
    assert of(up=5) == Tally(post_id="1", up=2)
    assert of(score=4) == Tally(post_id="1", score=1)
    assert of(down=1) == Tally(post_id="1", down=1)
    assert of(reactions=(("heart", 2), ("like", 1))).reactions == (
        ("heart", 2),
        ("like", 0),
    )
    assert of(reactions=(("like", 1),), complete=True).reactions == ()


def test_the_face_stays_where_anything_else_was_done() -> None:
    thread = voting.cast(asked(), "q.1", UP, by=ANN, at=AT)
    assert list(erasure.purge_votes(thread, "u7").users) == ["bob"]
    held = stored(thread)
    assert list(erasure.purge_votes(held, "u7").users) == ["bob"]
    later = posting.accept(
        posting.answer(held, "a", by=BOB, at=AT), "q.3", by=ANN, at=AT
    )
    assert list(erasure.purge_votes(later, "u7").users) == ["bob", "u7"]
    assert erasure.purge_votes(later, "u7").score("q.1") == 0
    assert len(erasure.purge_votes(later, "u7").pending) == 2


def merged(thread: Thread, from_id: str, into: User, *dropped: Vote) -> Thread:
    event = events.UsersMerged(
        thread_id=thread.id,
        version=thread.version + 1,
        at=AT,
        recorded_at=AT,
        by=BOB,
        from_id=from_id,
        into=into,
        dropped=dropped,
    )
    return events.evolve(thread, event)


OLD = User(id="old", name="Annie")


def test_accounts_that_were_merged_are_one_person() -> None:
    thread = posting.comment(asked("Annie, Ann"), "q.1", "secret", by=OLD, at=AT)
    thread = voting.cast(thread, "q.1", UP, by=OLD, at=AT)
    thread = merged(thread, "old", ANN)
    after = erasure.pseudonymise(thread, "u7", KEY)
    assert erasure.traces(to_json(after), "old", "u7", "Annie", "Ann") == ()
    for event in after.pending:
        assert erasure.traces(to_json(event), "old", "u7", "Annie", "Ann") == ()
    assert after.comments[0].author_id == PUT
    gone = erasure.redact(thread, "u7")
    assert all(b"secret" not in to_json(event) for event in gone.pending)
    assert gone.comments[0].body.source == ""
    left = erasure.purge_votes(thread, "u7")
    assert (left.votes, left.score("q.1")) == ((), 0)
    for each in (after, gone, left):
        assert events.replay(each.pending) == each


def test_an_account_with_nothing_but_votes_is_not_merged_any_more() -> None:
    thread = voting.cast(asked(), "q.1", UP, by=OLD, at=AT)
    after = erasure.purge_votes(merged(thread, "old", ANN), "u7")
    assert [type(event).__name__ for event in after.pending] == [
        "QuestionAsked",
        "VotesCounted",
        "VotesCounted",
    ]
    assert list(after.users) == ["bob"]
    assert after.version == 3


def test_a_vote_lost_to_a_purged_one_comes_back() -> None:
    """Bob's second account lost its vote when it took Ann's in; Ann's vote goes."""
    cat = User(id="cat", name="Cat")
    thread = voting.cast(asked(), "q.1", UP, by=ANN, at=AT)
    thread = voting.cast(thread, "q.1", DOWN, by=cat, at=AT + timedelta(1))
    thread = posting.comment(thread, "q.1", "hi", by=ANN, at=AT)
    own = thread.vote("q.1", "cat")
    assert own is not None
    thread = merged(thread, "u7", cat, own)
    assert thread.vote("q.1", "cat") == attrs.evolve(own, direction=UP, cast_at=AT)
    before = thread
    after = erasure.purge_votes(thread, "u7")
    assert after.votes == (own,)
    assert after.score("q.1") == -1
    # What Cat does later is made to fit the vote that stands then.
    thread = voting.cast(thread, "q.1", DOWN, by=cat, at=AT + timedelta(2))
    thread = voting.retract(thread, "q.1", by=cat, at=AT + timedelta(3))
    thread = voting.cast(thread, "q.1", UP, by=cat, at=AT + timedelta(4))
    after = erasure.purge_votes(thread, "u7")
    changed, retracted, cast = after.pending[-3:]
    assert isinstance(changed, events.VoteChanged)
    assert changed.replaced == own
    assert isinstance(retracted, events.VoteRetracted)
    assert isinstance(cast, events.VoteCast)
    assert after.score("q.1") == 1
    assert erasure.purge_votes(after.pending, "u7") == after.pending
    # Without the rival, what Cat took back was never there.
    alone = voting.retract(before, "q.1", by=cat, at=AT + timedelta(2))
    assert erasure.purge_votes(alone, "u7").votes == ()


def test_what_an_heir_did_with_purged_feedback_is_undone() -> None:
    """Cat inherited Ann's vote and reaction, and changed or struck them later."""
    cat = User(id="cat", name="Cat")
    start = posting.comment(asked(), "q.1", "hi", by=ANN, at=AT)
    start = voting.cast(start, "q.1", UP, by=ANN, at=AT)
    start = voting.react(start, "q.1", "like", by=ANN, at=AT)
    start = merged(start, "u7", cat)
    changed = voting.cast(start, "q.1", DOWN, by=cat, at=AT)
    after = erasure.purge_votes(changed, "u7")
    assert isinstance(after.pending[-1], events.VoteCast)
    assert after.score("q.1") == -1
    gone = voting.unreact(
        voting.retract(start, "q.1", by=cat, at=AT), "q.1", "like", by=cat, at=AT
    )
    after = erasure.purge_votes(gone, "u7")
    for event in after.pending[-2:]:
        assert isinstance(event, events.VotesCounted)
        assert event.by == cat
    assert after.score("q.1") == 0
    vote = start.vote("q.1", "cat")
    assert vote is not None
    struck = events.VotesInvalidated(
        thread_id="q",
        version=start.version + 1,
        at=AT,
        recorded_at=AT,
        by=BOB,
        post_id="q.1",
        post_kind=start.question.kind,
        author_id="bob",
        replaced=(vote,),
    )
    after = erasure.purge_votes(events.evolve(start, struck), "u7")
    last = after.pending[-1]
    assert isinstance(last, events.VotesInvalidated)
    assert last.replaced == ()


def test_struck_out_votes_of_others_stay_struck_out() -> None:
    cat = User(id="cat")
    thread = voting.cast(asked(), "q.1", UP, by=ANN, at=AT)
    thread = voting.cast(thread, "q.1", UP, by=cat, at=AT)
    struck = events.VotesInvalidated(
        thread_id="q",
        version=4,
        at=AT,
        recorded_at=AT,
        by=BOB,
        post_id="q.1",
        post_kind=thread.question.kind,
        author_id="bob",
        replaced=thread.votes,
    )
    after = erasure.purge_votes(events.evolve(thread, struck), "u7")
    last = after.pending[-1]
    assert isinstance(last, events.VotesInvalidated)
    assert [vote.voter_id for vote in last.replaced] == ["cat"]
    assert after.votes == ()


# -- the subject and its state ---------------------------------------------------


def test_what_is_saved_and_what_is_not_stays() -> None:
    held = stored(posting.answer(asked("by Ann"), "x", by=ANN, at=AT))
    later = posting.comment(held, "q.1", "Ann?", by=BOB, at=AT)

    def pseudonymised(thread: Thread) -> Thread:
        return erasure.pseudonymise(thread, "u7", KEY)

    def redacted(thread: Thread) -> Thread:
        return erasure.redact(thread, "u7")

    for way in (pseudonymised, redacted):
        after = way(later)
        assert (after.version, after.base_version) == (3, 2)
        (event,) = after.pending
        assert isinstance(event, events.CommentPosted)
        assert event.comment.body == after.comments[0].body
        assert b"Ann" not in to_json(after)
        assert way(after) is after
        assert voting.cast(after, "q.1", UP, by=BOB, at=AT).version == 4
        assert pickle.loads(pickle.dumps(after)) == after
        assert way(held).pending == ()


def test_a_thread_without_the_person_is_the_same_object() -> None:
    thread = asked()
    assert erasure.pseudonymise(thread, "nobody", KEY) is thread
    assert erasure.redact(thread, "nobody") is thread
    assert erasure.purge_votes(thread, "nobody") is thread
    assert erasure.redact((), "nobody") == ()


def test_an_imported_thread_keeps_its_origin() -> None:
    thread = Thread.from_parts(
        id="q",
        question=Question(id="1", author_id="u7", body=Body(source="b")),
        users=[ANN],
        version=5,
    )
    thread = posting.answer(thread, "a", by=BOB, at=AT)
    after = erasure.redact(thread, "u7")
    imported, answered = after.pending
    assert isinstance(imported, events.Imported)
    assert imported.version == 5
    assert imported.content.users == (User(id="deleted-1", kind=UserKind.DELETED),)
    assert isinstance(answered, events.AnswerPosted)
    assert answered.asker_id == "deleted-1"


# -- traces ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "text", "form"),
    [
        (b"by Ann.", "Ann", "plain"),
        ("text by Ann.", "Ann", "plain"),
        (b"Annika ann", "Ann", None),
        (b"ANN42 left", "@ann42", "plain"),
        (b"Ann-Marie", "Ann", "plain"),
        ("Zoe\u0308".encode(), "Zoë", "plain"),
        (b'"Zo\\u00eb"', "Zoë", "json"),
        (b'"a\\nAnn"', "Ann", "json"),
        (b'"nAnn"', "Ann", None),
        (b'"\\ud83d\\ude00x"', "\U0001f600x", "json"),
        (b'"{\\"a\\":\\"\\\\nAnn\\"}"', "Ann", "json in json"),
        (b"/u/Zo%C3%AB", "Zoë", "percent"),
        (b"<b>Zo&euml;</b>", "Zoë", "html"),
        (b'"ann\\\\_lee"', "ann_lee", "markdown"),
        (b"\xff\xfeAnn\x00", "Ann", "plain"),
        (b"", "Ann", None),
    ],
)
def test_traces_are_found_in_any_form(
    data: bytes | str, text: str, form: str | None
) -> None:
    found = erasure.traces(data, text)
    assert [trace.form for trace in found] == ([] if form is None else [form])


def test_traces_count_and_quote() -> None:
    (trace,) = erasure.traces(b"x" * 50 + b" Ann, Ann and Annika", "Ann")
    assert trace.count == 2
    assert trace.excerpt == "x" * 19 + " Ann, Ann and Annika"
    (trace,) = erasure.traces("Ann \0 \ud800", "Ann")
    assert trace.excerpt == "Ann \ufffd ?"
    (trace,) = erasure.traces(b"idAnnAnnika", "Ann", whole=False)
    assert trace.count == 2


@pytest.mark.parametrize("texts", [(), ("",), ("@",), (" ",), (7,)])
def test_there_must_be_something_to_look_for(texts: Any) -> None:
    with pytest.raises(ValidationError):
        erasure.traces(b"", *texts)


def test_values_are_written_before_they_are_searched() -> None:
    value: Any = asked()
    with pytest.raises(ValidationError, match="bytes"):
        erasure.traces(value, "Ann")
