"""ActivityStreams: what single documents mean, and what becomes of bad ones."""

import io
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given

from qathread import Thread, posting
from qathread.bodies import HTML, MARKDOWN, Body
from qathread.errors import FormatError, ValidationError
from qathread.feedback import DOWN, UP, Reaction, Vote
from qathread.formats import Reading, read, sniff, write
from qathread.formats.activitystreams._shapes import held_id, written_id
from qathread.limits import Limits
from qathread.posts import Answer, Comment, Post, Question, Stub
from qathread.provenance import TimePrecision
from qathread.revisions import RevisionKind
from qathread.status import Flag, LockLevel, Mark
from qathread.testing.strategies import ids
from qathread.thread import imported
from qathread.users import User, UserKind

NAME = "activitystreams"
SITE = "https://example.org/"
ADA, GREG = f"{SITE}u/ada", f"{SITE}u/greg"
CONTEXT = "https://www.w3.org/ns/activitystreams"
NOON = "2026-01-01T12:00:00Z"
LATER = "2026-01-02T12:00:00Z"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def page(key: str = "1", /, **members: Any) -> dict[str, Any]:
    found = {
        "type": "Page",
        "id": SITE + key,
        "attributedTo": ADA,
        "name": "Why?",
        "content": "<p>It is so.</p>",
        "published": NOON,
        **members,
    }
    return {key: value for key, value in found.items() if value is not ...}


def note(key: str = "2", under: str | None = "1", /, **members: Any) -> dict[str, Any]:
    above = {} if under is None else {"inReplyTo": SITE + under}
    return page(key, **{"type": "Note", "name": ..., **above, **members})


def deed(kind: str, object: Any, **members: Any) -> dict[str, Any]:
    found = {"type": kind, "actor": GREG, "object": object, **members}
    return {key: value for key, value in found.items() if value is not ...}


def reading(*documents: Any, **options: Any) -> Reading:
    return read(json.dumps(list(documents)).encode(), NAME, **options)


def threads(*documents: Any, **options: Any) -> list[Thread]:
    return list(reading(*documents, **options))


def one(*documents: Any, **options: Any) -> Thread:
    (thread,) = threads(*documents, **options)
    return thread


def told(*documents: Any, **options: Any) -> dict[str, int]:
    found = reading(*documents, **options)
    list(found)
    return {loss.code: loss.count for loss in found.report}


def extra(post: Post) -> dict[str, Any]:
    assert post.provenance is not None
    return post.provenance.members()


# -- objects ---------------------------------------------------------------------


def test_a_page_and_its_replies_are_a_thread() -> None:
    thread = one(note("3", "2"), page(), note("2", "1"))
    assert thread.id == thread.question.id == f"{SITE}1"
    assert thread.kind == "discussion"
    assert thread.question.title == "Why?"
    assert thread.question.body.source == "<p>It is so.</p>"
    assert thread.question.body.media_type == HTML
    assert [post.parent_id for post in thread.comments] == [f"{SITE}1", f"{SITE}2"]
    assert thread.question.created_at == at(NOON)


def test_a_reply_to_nothing_that_is_here_stands_under_a_stub() -> None:
    thread = one(note("2", "gone"), note("3", "gone"))
    assert thread.id == f"{SITE}gone"
    assert isinstance(thread.root, Stub)
    assert len(thread.comments) == 2
    assert told(note("2", "gone"), strict=True) == {"root-missing": 1}


@pytest.mark.parametrize(
    ("above", "parent"),
    [
        (f"{SITE}1", "1"),
        ({"id": f"{SITE}1", "type": "Page"}, "1"),
        ({"@id": f"{SITE}1"}, "1"),
        ([f"{SITE}gone", f"{SITE}1"], "1"),
        ([f"{SITE}gone", f"{SITE}lost"], "gone"),
        ({"type": "Link", "href": f"{SITE}1"}, "1"),
    ],
)
def test_in_reply_to_is_the_first_that_is_here(above: Any, parent: str) -> None:
    reply = note("2", None, inReplyTo=above)
    found = [t for t in threads(page(), reply) if len(t.comments)]
    assert [post.parent_id for post in found[0].comments] == [SITE + parent]


def test_a_circle_of_replies_is_cut_at_the_smallest_id() -> None:
    circle = (note("b", "c"), note("c", "a"), note("a", "b"))
    thread = one(*circle)
    assert thread.question.id == f"{SITE}a"
    assert {post.id: post.parent_id for post in thread.comments} == {
        f"{SITE}b": f"{SITE}c",
        f"{SITE}c": f"{SITE}a",
    }
    assert told(*circle)["cycle"] == 1
    with pytest.raises(FormatError, match="circle"):
        threads(*circle, strict=True)


def test_names_of_json_ld_mean_the_same() -> None:
    plain = one(page())
    odd = {
        "@context": CONTEXT,
        "@id": f"{SITE}1",
        "@type": "as:Page",
        "as:attributedTo": {"@id": ADA},
        "as:name": "Why?",
        f"{CONTEXT}#content": {"@value": "<p>It is so.</p>", "@language": "en"},
        "published": NOON,
    }
    thread = one(odd)
    assert thread.question.title == plain.question.title
    assert thread.question.body.source == plain.question.body.source
    assert thread.question.body.language == "en"
    assert thread.question.author_id == ADA


def test_a_type_may_be_several() -> None:
    assert len(one(page(type=["https://example.org/Post", "as:Article"]))) == 1


def test_the_language_of_a_map_is_that_of_the_body() -> None:
    post = one(page(contentMap={"en": "<p>It is so.</p>"})).question
    assert post.body.language == "en"
    assert "contentMap" not in extra(post)


def test_of_a_map_alone_the_smallest_language_is_taken() -> None:
    texts = {"fr": "oui", "en": "yes", "und": "?"}
    post = one(page(content=..., contentMap=texts)).question
    assert (post.body.source, post.body.language) == ("yes", "en")
    assert extra(post)["contentMap"] == texts


def test_the_source_is_kept_beside_what_was_made_of_it() -> None:
    source = {"content": "It is *so*.", "mediaType": "text/markdown"}
    post = one(page(source=source)).question
    assert post.body.media_type == HTML
    assert extra(post)["source"] == source


def test_a_source_alone_is_the_body() -> None:
    source = {"content": "It is *so*.", "mediaType": "text/markdown"}
    post = one(page(content=..., source=source)).question
    assert (post.body.source, post.body.media_type) == ("It is *so*.", MARKDOWN)


def test_media_type_says_what_the_content_is() -> None:
    assert one(page(mediaType="text/markdown")).question.body.media_type == MARKDOWN


def test_of_several_authors_the_person_is_taken() -> None:
    people = [{"type": "Group", "id": f"{SITE}g"}, {"type": "Person", "id": ADA}]
    post = one(page(attributedTo=people)).question
    assert post.author_id == ADA
    assert extra(post)["attributedTo"] == people


def test_an_author_is_never_none() -> None:
    named = {"type": "Person", "name": "Ada"}
    thread = one(page(attributedTo=...), note(attributedTo=named))
    authors = [thread.author(post.id) for post in thread.posts]
    assert [author.name for author in authors] == [None, "Ada"]
    assert len({author.id for author in authors}) == 2


def test_people_have_the_faces_of_their_newest_records() -> None:
    old = {"type": "Person", "id": ADA, "name": "Ada L", "preferredUsername": "ada"}
    new = {"type": "Service", "id": ADA, "name": "Ada", "updated": NOON}
    for order in ((old, new), (new, old)):
        face = one(page(), *order).author(f"{SITE}1")
        assert (face.name, face.handle, face.kind) == ("Ada", "ada", UserKind.BOT)


def test_hashtags_of_the_first_post_are_its_tags() -> None:
    tags = [
        {"type": "Hashtag", "name": "#python", "href": f"{SITE}tags/python"},
        {"type": "Mention", "name": "@ada@example.org", "href": ADA},
    ]
    thread = one(page(tag=tags), note(tag=tags[0]))
    assert thread.question.tags == ("python",)
    assert extra(thread.question)["tag"] == tags
    assert extra(thread.comments[0])["tag"] == tags[0]


@pytest.mark.parametrize(
    ("text", "instant", "precision"),
    [
        ("2026-01-01T12:00:00Z", at(NOON), TimePrecision.SECOND),
        ("2026-01-01T12:00Z", at(NOON), TimePrecision.MINUTE),
        ("2026-01-01T12:00:00.000Z", at(NOON), TimePrecision.MILLISECOND),
        ("2026-01-01T13:00:00.000000+01:00", at(NOON), TimePrecision.MICROSECOND),
    ],
)
def test_times_are_read_in_all_their_forms(
    text: str, instant: datetime, precision: TimePrecision
) -> None:
    post = one(page(published=text)).question
    assert post.created_at == instant
    assert post.provenance is not None
    assert post.provenance.time_precision is precision
    assert post.provenance.zone_stated is True


def test_a_time_without_a_zone_is_taken_as_utc_and_told() -> None:
    bare = page(published="2026-01-01T12:00:00")
    assert one(bare).question.created_at == at(NOON)
    assert told(bare) == {"zone-not-stated": 1}
    east = timezone(timedelta(hours=2))
    moved = one(bare, assume_tz=east, strict=True).question
    assert moved.created_at == datetime(2026, 1, 1, 10, tzinfo=UTC)
    with pytest.raises(FormatError, match="zone"):
        threads(bare, strict=True)


def test_an_object_without_an_id_is_named_by_what_it_says() -> None:
    first, again = one(page(id=...)), one(page(id=...))
    other = one(page(id=..., content="else"))
    assert first.id == again.id != other.id
    assert first.id.startswith("urn:qathread:object:")


def test_totals_are_declared_and_tallied() -> None:
    likes = {"type": "Collection", "totalItems": 7}
    shares = {"type": "Collection", "totalItems": 3}
    thread = one(page(likes=likes, shares=shares))
    assert thread.tally(f"{SITE}1").up == 7
    assert thread.score(f"{SITE}1") is None
    assert thread.question.provenance is not None
    assert thread.question.provenance.declared == (("likes", 7), ("shares", 3))
    quiet = one(note("1", None, likes=likes))
    assert dict(quiet.reactions(f"{SITE}1")) == {"like": 7}
    assert quiet.tally(f"{SITE}1").up is None


# -- collections -----------------------------------------------------------------


def test_replies_that_are_elsewhere_are_a_stub() -> None:
    elsewhere = f"{SITE}1/replies"
    thread = one(page(replies=elsewhere))
    assert thread.stubs == (Stub(id=elsewhere, parent_id=f"{SITE}1", cursor=elsewhere),)
    first = {"type": "CollectionPage", "next": f"{SITE}more", "items": [note()]}
    held = {"id": elsewhere, "type": "Collection", "totalItems": 5, "first": first}
    thread = one(page(replies=held))
    assert len(thread.comments) == 1
    assert thread.stubs == (
        Stub(id=elsewhere, parent_id=f"{SITE}1", count=4, cursor=f"{SITE}more"),
    )


def test_a_reply_that_is_only_named_is_a_stub_and_can_be_a_parent() -> None:
    held = {"type": "Collection", "items": [f"{SITE}2", f"{SITE}9"]}
    thread = one(page(replies=held), note("3", "2"))
    assert [stub.id for stub in thread.stubs] == [f"{SITE}2", f"{SITE}9"]
    assert thread.comments[0].parent_id == f"{SITE}2"


def test_partial_views_of_two_servers_are_one_thread() -> None:
    here = page(replies={"type": "Collection", "items": [note("2")]})
    there = page(replies={"type": "Collection", "items": [note("3"), note("4", "3")]})
    thread = one(here, there)
    assert [post.id for post in thread.posts] == [SITE + n for n in "1234"]
    assert thread == one(there, here)
    assert "duplicate-id" not in told(here, there)


def test_pages_of_one_collection_go_together() -> None:
    pages = [
        {"type": "CollectionPage", "items": [page()], "next": f"{SITE}?page=2"},
        {"type": "CollectionPage", "items": [note()]},
    ]
    assert len(one(*pages)) == 2
    assert told(*pages) == {"has-more": 1}


def test_a_collection_of_featured_posts_pins_them() -> None:
    held = {
        "type": "OrderedCollection",
        "id": f"{SITE}featured",
        "orderedItems": [page()],
    }
    assert one(held).status.pinned is not None


# -- activities ------------------------------------------------------------------


def test_an_announced_activity_is_unwrapped() -> None:
    create = deed("Create", page(attributedTo=...), actor=ADA)
    thread = one(deed("Announce", create))
    assert thread.question.author_id == ADA


def test_an_update_is_a_newer_revision() -> None:
    new = page(content="new", name="How?", updated=LATER)
    both = (deed("Create", page()), deed("Update", new))
    thread = one(*both)
    assert thread == one(*reversed(both))
    assert thread.question.body.source == "new"
    assert thread.question.revision == 2
    assert thread.question.edited_at == at(LATER)
    first, second = thread.revisions
    assert (first.title, first.body.source) == ("Why?", "<p>It is so.</p>")
    assert (first.kind, second.kind) == (RevisionKind.INITIAL, RevisionKind.EDIT)
    assert second.at == at(LATER)
    assert "duplicate-id" not in told(*both)


def test_copies_of_one_time_that_differ_are_reported() -> None:
    assert told(page(), page(content="else"))["duplicate-id"] == 1
    assert one(page(), page(content="else")) == one(page(content="else"), page())


@pytest.mark.parametrize("stone", [True, False])
def test_what_was_deleted_keeps_its_text_and_is_marked(stone: bool) -> None:
    tomb = {"type": "Tombstone", "id": f"{SITE}1", "deleted": LATER}
    gone = tomb if stone else deed("Delete", f"{SITE}1", actor=ADA, published=LATER)
    question = one(page(), gone).question
    assert question.deleted is not None
    assert question.deleted.at == at(LATER)
    assert question.body.source == "<p>It is so.</p>"


def test_a_tombstone_alone_says_that_something_stood_there() -> None:
    tomb = {"type": "Tombstone", "id": f"{SITE}1", "deleted": LATER}
    thread = one(tomb, note())
    assert thread.question.deleted is not None
    assert thread.question.body.source == ""
    assert thread.author(f"{SITE}1").kind is UserKind.DELETED


def test_a_delete_by_somebody_else_is_a_removal() -> None:
    question = one(page(), deed("Delete", f"{SITE}1", summary="spam")).question
    assert question.deleted is None
    assert question.removed is not None
    assert (question.removed.by_id, question.removed.reason) == (GREG, "spam")


def test_a_like_is_a_vote_on_a_page_and_a_reaction_on_a_note() -> None:
    like = deed("Like", f"{SITE}1", published=NOON)
    thread = one(page(), like)
    vote = thread.vote(f"{SITE}1", GREG)
    assert vote is not None
    assert (vote.direction, vote.cast_at) == (UP, at(NOON))
    quiet = one(note("1", None), like)
    assert quiet.vote(f"{SITE}1", GREG) is None
    assert quiet.reaction(f"{SITE}1", GREG, "like") is not None


def test_the_option_says_what_a_like_is() -> None:
    like = deed("Like", f"{SITE}1", published=NOON)
    assert not one(page(), like, likes="reactions").votes
    assert one(note("1", None), like, likes="votes").votes
    with pytest.raises(ValidationError, match="likes"):
        threads(page(), likes="hearts")


def test_a_dislike_anywhere_makes_likes_votes() -> None:
    thread = one(
        note("1", None),
        note("2"),
        deed("Like", f"{SITE}1", published=NOON),
        deed("Dislike", f"{SITE}2", published=NOON),
    )
    assert [(v.post_id, v.direction) for v in thread.votes] == [
        (f"{SITE}1", UP),
        (f"{SITE}2", DOWN),
    ]


def test_of_two_votes_of_one_person_the_later_counts() -> None:
    up = deed("Like", f"{SITE}1", published=NOON)
    down = deed("Dislike", f"{SITE}1", published=LATER)
    for order in ((up, down), (down, up)):
        (vote,) = one(page(), *order).votes
        assert vote.direction is DOWN


def test_a_like_that_does_not_say_when_is_kept_in_extra() -> None:
    like = deed("Like", f"{SITE}1")
    thread = one(page(), like)
    assert not thread.votes
    assert extra(thread.question)["qathreadActivities"] == [like]
    assert told(page(), like)["untimed"] == 1
    (vote,) = one(page(), like, assume_at=at(LATER)).votes
    assert vote.cast_at == at(LATER)


@pytest.mark.parametrize("kind", ["EmojiReact", "Like"])
def test_an_emoji_is_a_reaction(kind: str) -> None:
    react = deed(kind, f"{SITE}1", content="🎉", published=NOON)
    thread = one(page(), react)
    assert thread.reaction(f"{SITE}1", GREG, "🎉") is not None
    assert not thread.votes


@pytest.mark.parametrize("by_id", [True, False])
def test_undo_takes_away_what_was_done(by_id: bool) -> None:
    like = deed("Like", f"{SITE}1", id=f"{SITE}like/1", published=NOON)
    undone = like["id"] if by_id else {**like, "id": f"{SITE}like/2"}
    undo = {"type": "Undo", "actor": GREG, "object": undone}
    for order in ((like, undo), (undo, like)):
        assert not one(page(), *order).votes
    assert told(page(), undo)["undo-elsewhere"] == 1


def test_a_lock_takes_no_replies() -> None:
    lock = deed("Lock", f"{SITE}1", summary="heat")
    locked = one(page(), lock).status.locked
    assert locked is not None
    assert (locked.level, locked.reason) == (LockLevel.REPLIES, "heat")
    below = deed("Lock", f"{SITE}2")
    assert one(page(), note(), below).comments[0].status.locked is not None
    undo = {"type": "Undo", "actor": GREG, "object": lock}
    assert one(page(), lock, undo).status.locked is None
    assert one(page(commentsEnabled=False)).status.locked is not None


def test_adding_to_the_featured_pins() -> None:
    target = {"target": f"{SITE}c/featured"}
    add = deed("Add", f"{SITE}1", **target)
    assert one(page(), add).status.pinned is not None
    assert one(page(), add, deed("Remove", f"{SITE}1", **target)).status.pinned is None
    other = deed("Add", f"{SITE}1", target=f"{SITE}c/moderators")
    assert one(page(), other).status.pinned is None
    below = deed("Add", f"{SITE}2", **target)  # no thread of its own
    thread = one(page(), note(), below)
    assert thread.status.pinned is None
    assert extra(thread.comments[0])["qathreadActivities"] == [below]


def test_a_flag_is_one_for_each_post() -> None:
    flag = deed("Flag", [f"{SITE}1", f"{SITE}2", ADA], id=f"{SITE}f", content="spam")
    flags = one(page(), note(), flag).flags
    assert [(f.post_id, f.reason, f.by_id) for f in flags] == [
        (f"{SITE}1", "spam", GREG),
        (f"{SITE}2", "spam", GREG),
    ]


def test_what_is_about_no_post_is_told() -> None:
    follow = deed("Follow", f"{SITE}c")
    assert told(page(), follow) == {"activity-elsewhere": 1}
    assert told(follow) == {"activity-elsewhere": 1, "no-thread": 1}


def test_an_accepted_follow_is_no_accepted_answer() -> None:
    follow = deed("Follow", f"{SITE}c", id=f"{SITE}f")
    thread = one(page(), note(), deed("Accept", follow))
    assert not thread.accepted


@pytest.mark.parametrize(
    "name", ["schema:acceptedAnswer", "https://schema.org/acceptedAnswer"]
)
def test_the_accepted_answer_of_schema_org_is_one(name: str) -> None:
    thread = one(page(**{name: f"{SITE}2"}), note("2"), note("3"))
    assert thread.kind == "qa"
    assert thread.accepted == (f"{SITE}2",)
    assert isinstance(thread[f"{SITE}2"], Answer)
    assert isinstance(thread[f"{SITE}3"], Comment)
    missing = (page(**{name: f"{SITE}9"}), note("2"))
    assert one(*missing).accepted == ()
    assert told(*missing)["accepted-missing"] == 1


def test_ballots_of_a_poll_are_no_replies() -> None:
    poll = page(type="Question", oneOf=[{"name": "yes"}, {"name": "no"}])
    ballot = note("2", content=..., attributedTo=GREG, name="yes")
    thread = one(poll, ballot, note("3"))
    assert [post.id for post in thread.posts] == [f"{SITE}1", f"{SITE}3"]
    assert extra(thread.question)["qathreadActivities"] == [ballot]


def test_of_several_marks_the_latest_counts() -> None:
    early = deed("Lock", f"{SITE}1", id=f"{SITE}z", summary="a", published=NOON)
    late = deed("Lock", f"{SITE}1", id=f"{SITE}a", summary="b", published=LATER)
    target = {"target": f"{SITE}c/featured"}
    put = deed("Add", f"{SITE}1", published=LATER, **target)
    taken = deed("Remove", f"{SITE}1", published=NOON, **target)
    for order in ((early, late, put, taken), (taken, put, late, early)):
        status = one(page(), *order).status
        assert status.locked is not None
        assert status.locked.reason == "b"
        assert status.pinned is not None


# -- what is written -------------------------------------------------------------


def items(thread: Thread) -> list[dict[str, Any]]:
    out = io.BytesIO()
    assert not write(thread, out, NAME)
    found: list[dict[str, Any]] = json.loads(out.getvalue())["orderedItems"]
    return found


def test_an_edited_post_is_written_as_it_is_now() -> None:
    """Members of the source must not outlive what they said."""
    source = page(
        content=...,
        contentMap={"en": "old", "fr": "vieux"},
        published="2026-01-01T12:00:00+00:00",
        updated="2026-01-01T12:00:00+00:00",
        tag=[{"type": "Hashtag", "name": "#old", "href": f"{SITE}old"}],
    )
    thread = one(source)
    ada = thread.author(f"{SITE}1")
    changed = posting.edit(
        thread,
        f"{SITE}1",
        body=Body(source="new", media_type=MARKDOWN),
        title="How?",
        tags=("new",),
        by=ada,
        at=at(LATER),
    )
    content = evolve(changed.content, revisions=())
    (found,) = items(imported(changed.id, 1, content))
    assert found["content"] == "new"
    assert found["mediaType"] == MARKDOWN
    assert found["name"] == "How?"
    assert found["updated"] == LATER
    assert found["published"] == source["published"]
    assert found["tag"] == [{"type": "Hashtag", "name": "#new"}]


def test_what_was_done_is_written_in_words() -> None:
    question = Question(id="q 1", author_id="ada", body=Body(source="Why?"), title="T")
    answer = Answer(
        id="a",
        question_id="q 1",
        author_id="greg",
        body=Body(source="So."),
        removed=Mark(by_id="ada", at=at(NOON), reason="no"),
    )
    accepted = evolve(answer, id="b", removed=None)
    thread = Thread.from_parts(
        id="t",
        question=question,
        posts=(answer, accepted),
        accepted=("b",),
        users=(User(id="ada", name="Ada", kind=UserKind.BOT),),
        votes=(Vote(post_id="b", voter_id="li", direction=DOWN, cast_at=at(NOON)),),
        reactions=(Reaction(post_id="b", user_id="li", kind="🎉", at=at(NOON)),),
        flags=(Flag(id="f", post_id="b", reason="spam", by_id="li", at=at(NOON)),),
    )
    out = io.BytesIO()
    write(thread, out, NAME)
    own = "urn:qathread:id:"
    found = json.loads(out.getvalue())["orderedItems"]
    wanted: list[dict[str, Any]] = [
        {"type": "Service", "id": f"{own}ada", "name": "Ada"},
        {
            "id": f"{own}q%201",
            "type": "Page",
            "attributedTo": f"{own}ada",
            "name": "T",
            "content": "Why?",
            "mediaType": "text/markdown",
            "schema:acceptedAnswer": [f"{own}b"],
        },
        {
            "id": f"{own}a",
            "type": "Tombstone",
            "formerType": "Note",
            "attributedTo": f"{own}greg",
            "inReplyTo": f"{own}q%201",
            "deleted": NOON,
            "qathreadKind": "answer",
        },
        {
            "id": f"{own}b",
            "type": "Note",
            "attributedTo": f"{own}greg",
            "inReplyTo": f"{own}q%201",
            "content": "So.",
            "mediaType": "text/markdown",
            "qathreadKind": "answer",
        },
        {"type": "Dislike", "actor": f"{own}li", "object": f"{own}b"},
        {"type": "EmojiReact", "actor": f"{own}li", "object": f"{own}b"},
        {"type": "Delete", "actor": f"{own}ada", "object": f"{own}a"},
        {"type": "Flag", "actor": f"{own}li", "object": f"{own}b", "id": f"{own}f"},
    ]
    wanted[4] |= {"published": NOON}
    wanted[5] |= {"published": NOON, "content": "🎉"}
    wanted[6] |= {"published": NOON, "summary": "no"}
    wanted[7] |= {"published": NOON, "summary": "spam"}
    assert found == wanted


def test_nothing_to_write_is_refused() -> None:
    with pytest.raises(ValidationError, match="no thread"):
        write([], io.BytesIO(), NAME)


@given(name=ids())
def test_an_id_comes_back_from_its_iri(name: str) -> None:
    """Ids are any text, IRIs are not."""
    assert held_id(written_id(name)) == name
    assert held_id(written_id(f"urn:qathread:id:{name}")) == f"urn:qathread:id:{name}"


# -- bad input -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("[]", "an empty list"),
        ("42", "42"),
        ('"x"', "'x'"),
        ("null", "null"),
        ("{}", "no type"),
        ('{"@context": "https://schema.org", "@type": "Person"}', "another vocab"),
        ("<html></html>", "HTML"),
        ("", "empty"),
    ],
)
def test_what_is_no_activitystreams_is_refused(document: str, said: str) -> None:
    with pytest.raises(FormatError, match=said) as caught:
        list(read(document.encode(), NAME))
    assert caught.value.code == "not-this-format"


def test_one_foreign_document_does_not_spoil_the_others() -> None:
    assert len(one({"hello": 1}, page(), 5)) == 1
    assert told({"hello": 1}, page(), 5) == {"not-this-format": 2}


def test_a_document_that_was_cut_is_read_up_to_there() -> None:
    data = json.dumps([page(), note()]).encode()
    (thread,) = read(data[:-20], NAME)
    assert len(thread) == 1


def test_a_raw_line_end_in_a_text_stays_one() -> None:
    data = json.dumps(page(content="one@two")).replace("@", "\n").encode()
    (thread,) = read(data, NAME)
    assert thread.question.body.source == "one\ntwo"
    with pytest.raises(FormatError) as caught:
        list(read(data, NAME, strict=True))
    assert caught.value.code == "forbidden-character"


def test_a_collection_of_ours_that_was_changed_is_read_as_it_is() -> None:
    thread = one(page(), note(), deed("Like", f"{SITE}1", published=NOON))
    foreign = Thread.from_parts(id="t", kind="qa", posts=thread.posts)
    out = io.BytesIO()
    write(foreign, out, NAME)
    changed = out.getvalue().replace(b"It is so.", b"It was so.")
    with read(changed, NAME) as found:
        (again,) = found
    assert again.id == "t"
    assert again.question.body.source == "<p>It was so.</p>"
    assert [loss.code for loss in found.report if loss.damage] == ["field"]


def test_a_document_that_names_activitystreams_is_known() -> None:
    data = json.dumps({"@context": CONTEXT, **page()}).encode()
    assert sniff(data) == NAME


def test_documents_of_a_folder_are_one_reading(tmp_path: Any) -> None:
    for number, document in enumerate([page(), note()]):
        held = {"@context": CONTEXT, **document}
        (tmp_path / f"{number}.json").write_text(json.dumps(held))
    with read(tmp_path) as found:
        (thread,) = found
    assert len(thread) == 2
    assert found.format == NAME


# -- what must not be lost or made up ----------------------------------------------


def test_a_delete_of_a_post_by_somebody_unknown_is_no_removal() -> None:
    stone = {"type": "Tombstone", "id": f"{SITE}2"}
    thread = one(page(), deed("Delete", {**stone, "inReplyTo": f"{SITE}1"}))
    gone = thread[f"{SITE}2"]
    assert gone.removed is None, "nothing says who wrote it"
    assert gone.deleted == Mark(by_id=GREG)
    alone = one(deed("Delete", stone)).question
    assert alone.deleted == Mark(by_id=GREG)


def test_an_update_alone_is_the_post() -> None:
    thread = one(deed("Update", page(updated=LATER), actor=ADA))
    assert thread.question.edited_at == at(LATER)
    assert thread.question.revision == 1, "how often it was changed is not known"
    assert thread.revisions == ()
    assert thread.author(f"{SITE}1").id == ADA


def test_an_update_after_a_delete_does_not_bring_a_post_back() -> None:
    changed = deed("Update", page(content="<p>New.</p>", updated=LATER), actor=ADA)
    deleted = deed("Delete", f"{SITE}1", actor=ADA, published=NOON)
    for documents in ((deleted, changed), (changed, deleted)):
        question = one(*documents).question
        assert question.deleted == Mark(by_id=ADA, at=at(NOON))
        assert question.body.source == "<p>New.</p>"


def test_a_delete_that_was_undone_leaves_no_mark() -> None:
    deleted = deed("Delete", f"{SITE}1", id=f"{SITE}d", actor=ADA)
    undone = deed("Undo", deleted, actor=ADA)
    for documents in ((page(), deleted, undone), (undone, deleted, page())):
        question = one(*documents).question
        assert question.deleted is question.removed is None


def test_a_tombstone_in_a_collection_of_replies_is_a_reply() -> None:
    stone = {"type": "Tombstone", "id": f"{SITE}2", "deleted": LATER}
    held = {"type": "Collection", "totalItems": 2, "items": [stone, note("3", None)]}
    thread = one(page(replies=held))
    assert thread[f"{SITE}2"].deleted == Mark(at=at(LATER))
    assert [post.parent_id for post in thread.comments] == [f"{SITE}1"] * 2
    assert thread.author(f"{SITE}2").kind == "deleted"


def test_circles_across_servers_are_cut_whatever_comes_first() -> None:
    there = "https://b.example/n/1"
    far = {**note("2"), "id": there, "inReplyTo": [f"{SITE}3", f"{SITE}gone"]}
    near = {**note("3"), "inReplyTo": {"id": there, "type": "Link"}}
    below = note("4", "3")
    some, others = one(far, near, below), one(below, near, far)
    assert some == others
    assert some.id == there
    assert told(far, near, below)["cycle"] == 1
    with pytest.raises(FormatError, match="circle"):
        threads(far, near, strict=True)


def test_two_activities_under_one_id_are_told() -> None:
    same = f"{SITE}a/1"
    like = deed("Like", f"{SITE}1", id=same, published=NOON)
    other = deed("Dislike", f"{SITE}1", id=same, published=NOON)
    found = told(page(), like, other)
    assert found["duplicate-id"] == 1
    assert "duplicate-id" not in told(page(), like, like)
    assert one(page(), like, other) == one(page(), other, like)


def test_all_languages_of_a_map_are_kept() -> None:
    texts = {"fr": "Oui", "en": "Yes", "de": "Ja"}
    found = page(content=..., contentMap=texts)
    question = one(found).question
    assert (question.body.source, question.body.language) == ("Ja", "de")
    assert extra(question)["contentMap"] == texts
    assert (
        question == one({**found, "contentMap": dict(reversed(texts.items()))}).question
    )


def test_a_poll_keeps_its_options_and_is_not_closed_as_a_thread() -> None:
    option = {"type": "Note", "name": "A", "replies": {"totalItems": 3}}
    poll = note("1", None, type="Question", oneOf=[option], votersCount=3, closed=NOON)
    thread = one(poll)
    assert thread.status.closed is None
    assert thread.kind == "discussion"
    kept = extra(thread.question)
    assert kept["oneOf"] == [option]
    assert (kept["votersCount"], kept["closed"]) == (3, NOON)
    assert len(thread) == 1


def test_what_a_collection_says_of_itself_is_told() -> None:
    held = {"type": "Collection", "summary": "Mine", "zz": 1, "items": [page()]}
    assert told(held)["collection"] == 1
    assert "collection" not in told({"type": "Collection", "items": [page()]})


def test_changes_that_are_nested_deep_do_no_harm() -> None:
    inner: Any = []
    for _ in range(900):
        inner = [inner]
    ours = {"id": "t", "root": f"{SITE}1", "changes": {"is": inner}, "digest": ""}
    thread = {"is": {"thread": inner}}
    held = {"type": "Collection", "qathreadThread": ours, "items": [page()]}
    for change in ({"is": inner}, thread, {"of": {"title": {"is": inner}}}):
        ours["changes"] = change
        source = json.dumps({"@context": CONTEXT, **held}).encode()
        (found,) = read(source, NAME, limits=Limits(json_depth=2_000))
        assert found.id == "t"


def test_a_reaction_without_an_emoji_is_kept_in_extra() -> None:
    done = deed("EmojiReact", f"{SITE}1", published=NOON)
    thread = one(page(), done)
    assert thread.content.reactions == ()
    assert extra(thread.question)["qathreadActivities"] == [done]


def test_a_graph_is_what_it_holds() -> None:
    thread = one({"@context": CONTEXT, "@graph": [page(), note("2", "1")]})
    assert len(thread) == 2


def test_replies_may_be_a_plain_list() -> None:
    thread = one(page(replies=[note("2", None), f"{SITE}3", 5]))
    assert thread[f"{SITE}2"].parent_id == f"{SITE}1"
    assert [stub.id for stub in thread.content.stubs] == [f"{SITE}3"]
    assert extra(thread.question)["replies"] == [f"{SITE}2", f"{SITE}3", 5]
    assert told(page(replies=[5])) == {"field": 1}


def test_more_objects_than_the_limit_are_refused() -> None:
    with pytest.raises(FormatError, match="records"):
        threads(page(), note(), note("3"), limits=Limits(records=2))


@pytest.mark.parametrize(
    "changes",
    [
        5,
        {"at": {}},
        {"of": {"answers": {"at": {"x": {}}}}},
        {"of": {"users": {"at": {}, "list": 5}}},
        {"of": {"users": {"at": {}, "list": [5]}}},
        {"of": {"nothing": {"is": 1}}},
    ],
)
@pytest.mark.parametrize("names", [{"id": "t", "root": f"{SITE}1"}, {"id": 5}])
def test_changes_that_fit_nothing_are_told(changes: Any, names: Any) -> None:
    held = {"type": "Collection", "items": [page()]}
    found = {**held, "qathreadThread": {**names, "changes": changes}}
    assert told(found) == {"field": 1}
    thread = one(found)
    assert thread.id == ("t" if "root" in names else f"{SITE}1")
    assert thread.question.title == "Why?"


def test_a_name_of_ours_that_cannot_be_decoded_stays_as_it_is() -> None:
    assert held_id("urn:qathread:id:%ff") == "urn:qathread:id:%ff"
    assert held_id("urn:qathread:id:%00") == "urn:qathread:id:%00"


def test_a_context_may_rename_the_vocabulary() -> None:
    context = {"as": {"@id": f"{CONTEXT}#"}, "x": "https://x.example/"}
    thread = one({**page(), "@context": [context]})
    assert thread.question.title == "Why?"


def test_a_text_may_be_a_value_or_a_map_of_nothing() -> None:
    said = {"@value": "Ja", "@language": "de"}
    assert one(page(content=said)).question.body.source == "Ja"
    assert one(page(content=["Ja", "Yes"])).question.body.source == "Ja"
    found = one(page(content=..., contentMap="Ja")).question
    assert found.body.source == "Ja"
    empty = one(page(content=..., contentMap={"de": None})).question
    assert empty.body.source == ""
    assert extra(empty)["contentMap"] == {"de": None}


def test_an_object_of_no_type_is_read_and_written_without_one() -> None:
    found = {"@context": CONTEXT, **page(type=...)}
    thread = one(found)
    assert extra(thread.question)["type"] is None
    assert "type" not in items(thread)[0]


def test_an_unknown_type_with_an_actor_is_no_post() -> None:
    odd = {"type": "Xyz", "object": f"{SITE}1", "content": "x"}
    assert told({"@context": CONTEXT, **odd}) == {"no-post": 1, "no-thread": 1}


def test_the_activities_in_a_collection_of_likes_count() -> None:
    like = deed("Like", f"{SITE}1", published=NOON)
    held = {"type": "Collection", "totalItems": 0, "items": [like, f"{SITE}a"]}
    thread = one(page(likes=held))
    assert thread.tally(f"{SITE}1").up == 1
    assert told(page(likes=held))["count-differs"] == 1


def test_odd_members_of_activities_are_told() -> None:
    assert told(page(), deed("Undo", 5))["field"] == 1
    wrong = deed("Like", f"{SITE}1", published="noon")
    assert told(page(), wrong)["instant"] == 1
    naive = deed("Like", f"{SITE}1", published="2026-01-01T12:00:00")
    assert told(page(), naive)["zone-not-stated"] == 1
    assert told(page(contentMap={"de": 5}))["field"] == 1


def test_a_dislike_that_is_no_vote_is_written_as_one_all_the_same() -> None:
    done = deed("Dislike", f"{SITE}1", published=NOON)
    thread = one(note("1", None), done, likes="reactions")
    assert [each.kind for each in thread.content.reactions] == ["dislike"]
    out = io.BytesIO()
    write(thread, out, NAME)
    assert list(read(out.getvalue(), NAME)) == [thread]


def test_a_folder_or_a_text_of_something_else_is_not_taken_for_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.json").write_bytes(b'{"zz": 1}')
    with pytest.raises(FormatError):
        read(tmp_path)
    assert sniff(b'"id": 1, "type": "story", "acct": 1, "time": 1') is None
