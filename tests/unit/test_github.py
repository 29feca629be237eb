"""GitHub Discussions: samples of three shapes, traps, merging, hostile input."""

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import Answer, Thread, from_json, to_json
from qathread.bodies import HTML, MARKDOWN, PLAIN
from qathread.content import ThreadKind
from qathread.errors import FormatError, QathreadError, ValidationError
from qathread.feedback import Reaction, Tally
from qathread.formats import Reading, read, write
from qathread.formats.github import FORMAT
from qathread.posts import Comment, Post, Stub
from qathread.revisions import RevisionKind
from qathread.status import LockLevel
from qathread.users import User, UserKind

ADA = {"login": "ada", "__typename": "User"}
URL = "https://github.com/o/r/discussions/4"
AT = "2024-01-02T03:04:05Z"


def comment(number: int = 50, **members: Any) -> dict[str, Any]:
    return {
        "id": f"DC_{number}",
        "databaseId": number,
        "author": ADA,
        "body": f"m{number}",
        "createdAt": AT,
        **members,
    }


def discussion(*comments: Any, **members: Any) -> dict[str, Any]:
    return {
        "id": "D_4",
        "number": 4,
        "url": URL,
        "title": "Why?",
        "body": "Because.",
        "author": ADA,
        "createdAt": AT,
        "comments": {"totalCount": len(comments), "nodes": list(comments)},
        **members,
    }


def result(*discussions: Any, **members: Any) -> dict[str, Any]:
    found = {"nodes": list(discussions)}
    return {"data": {"repository": {"discussions": found}}, **members}


def hook(action: str = "created", **members: Any) -> dict[str, Any]:
    return {
        "action": action,
        "discussion": {
            "id": 9004,
            "node_id": "D_4",
            "number": 4,
            "html_url": URL,
            "title": "Why?",
            "body": "Because.",
            "user": {"login": "ada", "id": 7, "type": "User"},
            "state": "open",
            "locked": False,
            "comments": 0,
            "created_at": AT,
            "updated_at": AT,
            "answer_html_url": None,
            "category": {"name": "General", "is_answerable": False},
        },
        "sender": {"login": "ada"},
        **members,
    }


def hook_comment(number: int = 50, **members: Any) -> dict[str, Any]:
    return {
        "id": number,
        "node_id": f"DC_{number}",
        "html_url": f"{URL}#discussioncomment-{number}",
        "parent_id": None,
        "child_comment_count": 0,
        "discussion_id": 9004,
        "user": {"login": "ada"},
        "created_at": AT,
        "updated_at": AT,
        "body": f"m{number}",
        **members,
    }


def reading(value: Any, **options: Any) -> Reading:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return read(data, "github", **options)


def threads(value: Any, **options: Any) -> list[Thread]:
    found = list(reading(value, **options))
    for thread in found:
        assert from_json(to_json(thread)) == thread
    return found


def one(value: Any, **options: Any) -> Thread:
    (thread,) = threads(value, **options)
    return thread


def told(value: Any) -> dict[tuple[str, str], int]:
    found = reading(value)
    list(found)
    return {(loss.kind, loss.code): loss.count for loss in found.report}


def extra(post: Post) -> dict[str, Any]:
    assert post.provenance is not None
    return post.provenance.members()


def declared(post: Post) -> dict[str, int]:
    assert post.provenance is not None
    return dict(post.provenance.declared)


# -- the samples -----------------------------------------------------------------


@pytest.fixture(scope="session")
def samples(shared: Path) -> Path:
    folder = shared / "data" / "formats" / "github_discussions"
    if not folder.is_dir():
        pytest.skip("no discussions in the folder of reference samples")
    return folder


def test_a_flattened_export_keeps_all_it_says(samples: Path) -> None:
    path = samples / "payload_discussions_a.json"
    raw = json.loads(path.read_bytes())
    with read(path, "github", strict=True) as opened:
        found = list(opened)
        assert not opened.report
    assert len(found) == len(raw) == 60
    assert sum(len(thread) for thread in found) == 251
    for thread, source in zip(found, raw, strict=True):
        root = thread.question
        assert thread.id == f"payloadcms/payload#{source['id']}"
        assert (root.title, root.body.source) == (source["title"], source["body"])
        assert root.body.media_type == HTML
        assert root.author_id == source["author"]["name"]
        assert thread.tally(root.id).up == source["upvotes"]
        assert thread.tally(root.id).down == 0
        assert declared(root) == {"comments": source["commentTotal"]}
        assert [each.body.source for each in thread.answers] == [
            each["body"]
            for each in sorted(source["comments"], key=lambda each: each["createdAt"])
        ]
        (accepted,) = thread.accepted
        assert thread[accepted].body.source == source["answer"]["body"]
        assert thread.kind is ThreadKind.QA
        replies = sorted(
            (reply["body"], each["body"])
            for each in source["comments"]
            for reply in each["replies"] or ()
        )
        assert replies == sorted(
            (each.body.source, thread[each.parent_id].body.source)
            for each in thread.comments
        )
        assert extra(root)["answerChosenBy"] == source["answer"]["chosenBy"]


def test_webhooks(samples: Path) -> None:
    answered = one((samples / "webhook_discussion.answered.json").read_bytes())
    assert answered.id == "Codertocat/Hello-World#4"
    assert answered.accepted == ("550561",)
    assert answered.kind is ThreadKind.QA
    assert answered["550561"].author_id == "dan2wik"
    assert answered["550561"].body.source == "Poggers"
    chosen = extra(answered.question)["answer_chosen_at"]
    assert chosen == "2021-03-30T19:17:18.000-04:00"
    assert answered.question.created_at == datetime(2021, 3, 30, 20, 9, 52, tzinfo=UTC)
    moved = one((samples / "webhook_discussion.category_changed.json").read_bytes())
    assert moved.status.locked is not None
    assert moved.status.locked.reason == "resolved"
    assert moved.status.locked.level is LockLevel.REPLIES
    said = one((samples / "webhook_discussion_comment.created.json").read_bytes())
    assert said.kind is ThreadKind.DISCUSSION
    tally = said.tally("550062")
    assert tally.complete
    assert tally.up is None
    assert declared(said["550062"]) == {"replies": 0}


def test_a_folder_of_all_samples_is_one_set(samples: Path) -> None:
    with read(samples) as opened:
        found = {thread.id: thread for thread in opened}
        report = {loss.code: loss.count for loss in opened.report}
    assert len(found) == 61
    merged = found["Codertocat/Hello-World#4"]
    assert {post.id for post in merged.posts} >= {"550561", "550062"}
    assert report == {"event": 4, "duplicate-id": 3}
    assert merged.accepted == ("550561",)  # the newest copy says so


# -- GraphQL ---------------------------------------------------------------------


def test_a_result_of_the_interface() -> None:
    reply = comment(51, replyTo={"id": "DC_50"}, body="But?")
    answer = comment(
        50,
        isAnswer=True,
        upvoteCount=3,
        replies={"totalCount": 1, "nodes": [reply]},
        reactionGroups=[
            {"content": "THUMBS_UP", "reactors": {"totalCount": 2}},
            {"content": "HEART", "users": {"totalCount": 0}},
        ],
    )
    node = discussion(
        answer,
        category={"name": "Q&A", "slug": "q-a", "isAnswerable": True},
        labels={"nodes": [{"name": "bug"}, {"name": "c++"}]},
        upvoteCount=1,
        answer={"id": "DC_50"},
        answerChosenAt=AT,
        lastEditedAt="2024-01-03T00:00:00Z",
        closed=True,
        closedAt="2024-01-04T00:00:00Z",
        stateReason="RESOLVED",
        locked=True,
        activeLockReason="TOO_HEATED",
        bodyHTML="<p>Because.</p>",
    )
    thread = one(result(node))
    assert (thread.id, thread.question.id) == ("o/r#4", "o/r#4")
    assert thread.question.tags == ("bug", "c++")
    assert thread.question.body.media_type == MARKDOWN
    assert extra(thread.question)["bodyHTML"] == "<p>Because.</p>"
    assert thread.question.edited_at == datetime(2024, 1, 3, tzinfo=UTC)
    assert thread.kind is ThreadKind.QA
    assert thread.accepted == ("50",)
    assert isinstance(thread["50"], Answer)
    assert isinstance(thread["51"], Comment)
    assert thread["51"].parent_id == "50"
    assert thread.tally("o/r#4") == Tally(post_id="o/r#4", up=1, down=0)
    assert thread.tally("50").score == 3
    assert thread.tally("50").reactions == (("+1", 2), ("heart", 0))
    assert not thread.tally("50").complete
    closed, locked = thread.status.closed, thread.status.locked
    assert closed is not None
    assert (closed.reason, closed.at) == ("resolved", datetime(2024, 1, 4, tzinfo=UTC))
    assert locked is not None
    assert (locked.reason, locked.level) == ("too_heated", LockLevel.REPLIES)
    assert thread.question.provenance is not None
    assert thread.question.provenance.url == URL
    assert thread.question.provenance.id == "D_4"
    edges = {"edges": [{"node": node, "cursor": "x"}]}
    other = {"data": {"repository": {"discussions": edges}}}
    assert one(other) == thread
    assert one({"data": {"repository": {"discussion": node}}}) == thread
    assert one({"data": {"node": node}}) == one([node]) == one(node) == thread
    assert one({"data": {"search": {"nodes": [node, None]}}}) == thread


def test_without_a_question_category_comments_are_comments() -> None:
    thread = one(discussion(comment(50), category={"isAnswerable": False}))
    assert isinstance(thread["50"], Comment)
    assert thread.kind is ThreadKind.DISCUSSION
    assert isinstance(one(discussion(comment(50)))["50"], Comment)
    marked = one(discussion(comment(50, isAnswer=True)))
    assert isinstance(marked["50"], Answer)
    assert marked.accepted == ("50",)


@pytest.mark.parametrize(
    ("author", "user", "name"),
    [
        (None, User(id="gone:50", kind=UserKind.DELETED), None),
        (
            {"login": "ghost"},
            User(id="gone:50", kind=UserKind.DELETED, name="ghost"),
            "ghost",
        ),
        (
            {"login": "b[bot]", "__typename": "Bot"},
            User(id="b[bot]", handle="b[bot]", kind=UserKind.BOT),
            "b[bot]",
        ),
        (
            {"login": "li", "name": "Li", "url": "https://github.com/li"},
            User(id="li", handle="li", name="Li"),
            "li",
        ),
    ],
)
def test_people(author: Any, user: User, name: str | None) -> None:
    thread = one(discussion(comment(50, author=author)))
    assert thread.author("50") == user
    assert thread["50"].author_name == name


def test_an_author_who_was_not_asked_for_is_unknown_not_gone() -> None:
    node = comment(50)
    del node["author"]
    assert one(discussion(node)).author("50").kind is UserKind.REGISTERED
    assert one(discussion(node)).author("50").id == "unknown:50"


def test_hidden_and_deleted_comments() -> None:
    thread = one(
        discussion(
            comment(50, isMinimized=True, minimizedReason="spam"),
            comment(51, deletedAt=AT),
        )
    )
    hidden, deleted = thread["50"].status.hidden, thread["51"].deleted
    assert hidden is not None
    assert hidden.reason == "spam"
    assert deleted is not None
    assert deleted.at is not None


def test_bodies_of_three_kinds() -> None:
    def body(**members: Any) -> Post:
        node = comment(50)
        del node["body"]
        return one(discussion({**node, **members}))["50"]

    assert body(bodyHTML="<p>x</p>").body.media_type == HTML
    assert body(bodyText="x").body.media_type == PLAIN
    assert body(body='<p dir="auto">').body.media_type == MARKDOWN
    missing = body()
    assert missing.body.source == ""
    assert extra(missing) == {"body": None}


def test_edits_are_wordings_if_they_can_be_had_whole() -> None:
    def edits(*texts: str, **members: Any) -> dict[str, Any]:
        nodes = [
            {"editedAt": f"2024-01-0{n}T00:00:00Z", "editor": ADA, "diff": text}
            for n, text in enumerate(texts, start=1)
        ]
        return {"totalCount": len(nodes), "nodes": list(reversed(nodes)), **members}

    whole = edits("a", "b", "m50")
    thread = one(discussion(comment(50, userContentEdits=whole)))
    assert thread["50"].revision == 3
    assert [each.body.source for each in thread.revisions] == ["a", "b", "m50"]
    assert [each.kind for each in thread.revisions] == [
        RevisionKind.INITIAL,
        RevisionKind.EDIT,
        RevisionKind.EDIT,
    ]
    assert thread.revisions[0].editor_id == "ada"
    for other in (
        edits("a", "@@ -1 +1 @@"),
        edits("m50", totalCount=2),
        edits("m50", pageInfo={"hasNextPage": True}),
        {"nodes": [{"diff": None, "editedAt": AT}]},
    ):
        found = one(discussion(comment(50, userContentEdits=other)))
        assert found.revisions == ()
        assert extra(found["50"])["userContentEdits"] == other


def test_reactions_by_name() -> None:
    nodes = [{"content": "HEART", "user": {"login": "li"}, "createdAt": AT}]
    groups = [{"content": "HEART", "reactors": {"totalCount": 1}}]
    one_of = {"reactions": {"nodes": nodes}, "reactionGroups": groups}
    thread = one(discussion(comment(50, **one_of)))
    reaction = thread.reaction("50", "li", "heart")
    assert isinstance(reaction, Reaction)
    assert thread.tally("50").reactions == (("heart", 1),)
    groups[0]["reactors"] = {"totalCount": 0}
    short = discussion(comment(50, **one_of))
    assert one(short).reaction("50", "li", "heart") is None
    assert told(short) == {("noted", "count-differs"): 1}


def test_pages_with_more_behind_them_have_a_stub() -> None:
    more = {"hasNextPage": True, "endCursor": "c1"}
    page = {"totalCount": 3, "pageInfo": more, "nodes": [comment(50)]}
    first = discussion(comments=page)
    assert told(result(first)) == {("noted", "has-more"): 1}
    (stub,) = one(first).stubs
    assert stub == Stub(id="o/r#4:more", parent_id="o/r#4", count=2, cursor="c1")
    assert declared(one(first).question) == {"comments": 3}
    last = {"totalCount": 3, "pageInfo": {"hasNextPage": False}}
    second = discussion(comments={**last, "nodes": [comment(51), comment(52)]})
    assert one([first, second]).stubs == ()
    assert one([second, first]).stubs == ()
    replies = {"totalCount": 9, "pageInfo": more, "nodes": []}
    (stub,) = one(discussion(comment(50, replies=replies))).stubs
    assert (stub.parent_id, stub.count) == ("50", 9)
    listed = {"nodes": [first], "pageInfo": {"hasNextPage": True}}
    found = {"data": {"repository": {"discussions": listed}}}
    assert told(found) == {("noted", "has-more"): 2}


def test_errors_beside_data_are_told_and_alone_are_refused() -> None:
    errors = [{"message": "timedout", "path": ["x"]}]
    assert told(result(discussion(), errors=errors)) == {("noted", "errors"): 1}
    for alone in (
        {"data": None, "errors": errors},
        {"message": "timedout", "documentation_url": "https://docs.github.com"},
    ):
        with pytest.raises(FormatError, match="timedout") as caught:
            threads(alone)
        assert caught.value.code == "not-this-format"
    assert threads(result()) == []


# -- webhooks --------------------------------------------------------------------


def test_replies_of_webhooks_find_their_parent() -> None:
    events = [
        hook(comment=hook_comment(51, parent_id=50)),
        hook(comment=hook_comment(50, child_comment_count=1)),
    ]
    thread = one(events)
    assert thread["51"].parent_id == "50"
    alone = one(events[0])
    assert [stub.id for stub in alone.stubs] == ["50"]


@pytest.mark.parametrize(("by", "name"), [("ada", "deleted"), ("mod", "removed")])
def test_a_deletion_is_the_authors_or_a_moderators(by: str, name: str) -> None:
    event = hook("deleted", comment=hook_comment(50), sender={"login": by})
    thread = one(event)
    mark = getattr(thread["50"], name)
    assert mark is not None
    assert mark.by_id == by
    assert thread.question.stands
    gone = one(hook("deleted", sender={"login": by})).question
    assert getattr(gone, name) is not None


def test_a_deletion_is_the_last_word() -> None:
    events = [
        hook(comment=hook_comment(50)),
        hook("deleted", comment=hook_comment(50)),
        hook("edited", comment=hook_comment(50)),
    ]
    for several in permutations(events):
        assert one(list(several))["50"].deleted is not None


def test_the_newest_copy_says_what_is_accepted() -> None:
    url = f"{URL}#discussioncomment-50"
    early = hook("answered", answer=hook_comment(50))
    early["discussion"].update(answer_html_url=url, category={"is_answerable": True})
    late = hook("unanswered")
    late["discussion"].update(
        updated_at="2024-02-02T03:04:05Z", category={"is_answerable": True}
    )
    for events in ([early, late], [late, early]):
        assert one(events).accepted == ()
    assert one(early).accepted == ("50",)


# -- what belongs together -------------------------------------------------------


def test_webhook_and_result_of_one_discussion_are_one_thread() -> None:
    several = [
        hook(comment=hook_comment(50)),
        result(discussion(comment(51), comment(50))),
        discussion(url=None, number=None),
    ]
    wanted = {(post.id, post.parent_id) for post in one(several).posts}
    assert wanted == {("o/r#4", None), ("50", "o/r#4"), ("51", "o/r#4")}
    for others in permutations(several):
        assert {(p.id, p.parent_id) for p in one(list(others)).posts} == wanted


@st.composite
def _documents(draw: st.DrawFn) -> list[Any]:
    """Return some comments of one discussion, in documents of several shapes."""
    found: list[Any] = []
    for number in draw(st.lists(st.integers(50, 54), min_size=1, max_size=6)):
        above = draw(st.one_of(st.none(), st.integers(50, 54)))
        at = f"2024-02-0{draw(st.integers(1, 3))}T00:00:00Z"
        reply = {"replyTo": {"id": f"DC_{above}"}} if above else {}
        shape = draw(st.integers(0, 3))
        if shape == 0:
            parent = {"parent_id": above, "updated_at": at}
            found.append(hook(comment=hook_comment(number, **parent)))
        elif shape == 1:
            node = comment(number, updatedAt=at, **reply)
            found.append(result(discussion(node, upvoteCount=number)))
        elif shape == 2:
            found.append(discussion(comment(number, **reply), url=None, number=None))
        else:
            node = comment(number, **reply, __typename="DiscussionComment")
            found.append({**node, "discussion": {"url": URL, "id": "D_4"}})
    return found


@given(_documents(), st.randoms(use_true_random=False))
def test_the_order_of_documents_does_not_matter(several: list[Any], dice: Any) -> None:
    """Pages and events come in any order, copies and circles among them."""
    wanted = threads(several)
    others = list(several)
    dice.shuffle(others)
    assert sorted(threads(others), key=lambda each: each.id) == sorted(
        wanted, key=lambda each: each.id
    )


def test_comments_by_themselves_find_their_discussion() -> None:
    node = {"__typename": "DiscussionComment", **comment(52, url=None)}
    node["discussion"] = {"id": "D_4"}
    thread = one([discussion(), node])
    assert thread["52"].parent_id == "o/r#4"
    lonely = one([node])
    assert isinstance(lonely.root, Stub)
    assert told([node]) == {("noted", "root-missing"): 1}
    addressed = comment(53, url=f"{URL}#discussioncomment-53")
    assert one([addressed]).id == "o/r#4"


def flat(**members: Any) -> dict[str, Any]:
    author = {"name": "ada", "url": "https://github.com/ada"}
    return {"author": author, "body": "x", "createdAt": AT, **members}


def test_posts_without_ids_have_stable_ones() -> None:
    page = flat(title="T", url=URL, comments=[flat(replies=None), flat(body="y")])
    first = [post.id for post in one([page]).posts]
    page["comments"].reverse()
    assert {post.id for post in one([page]).posts} == set(first)
    assert len(set(first)) == 3
    other = one([{**page, "comments": [flat(body="z")]}])
    assert not {post.id for post in other.comments} & set(first)


def test_a_repeated_answer_is_the_comment_that_it_repeats() -> None:
    answer = flat(body="y", replies=None)
    chosen = {**answer, "chosenAt": AT, "chosenBy": "ada"}
    thread = one([flat(title="T", url=URL, comments=[answer, flat()], answer=chosen)])
    assert len(thread.answers) == 2
    assert thread[thread.accepted[0]].body.source == "y"
    alone = one([flat(title="T", url=URL, comments=[], answer=chosen)])
    assert len(alone.answers) == len(alone.accepted) == 1


def test_a_comment_without_an_id_is_that_of_the_same_author_and_time() -> None:
    page = flat(title="T", url=URL, comments=[flat(body='<p dir="auto">m50</p>')])
    reply = flat(body="r", createdAt="2024-05-05T00:00:00Z")
    page["comments"][0]["replies"] = [reply]
    for several in ([page, discussion(comment(50))], [discussion(comment(50)), page]):
        thread = one(several)
        assert [post.id for post in thread.posts][1] == "50"
        assert thread.posts[2].parent_id == "50"
        assert len(thread.posts) == 3


def test_a_comment_with_the_name_of_its_discussion_has_another() -> None:
    node = {
        "title": "T",
        "id": "D_9",
        "body": "",
        "comments": [{"id": "D_9", "body": "x", "author": ADA}],
    }
    assert {post.id for post in one(node).posts} == {"D_9", "c:D_9"}


# -- damage ----------------------------------------------------------------------


def test_what_is_no_discussion_is_told_or_refused() -> None:
    assert told([discussion(), 5, {"x": 1}]) == {("skipped", "unknown-item"): 2}
    odds: tuple[Any, ...] = (None, 5, "x", {}, {"x": []})
    for odd in odds:
        with pytest.raises(FormatError) as caught:
            threads(odd)
        assert caught.value.code == "not-this-format"
    assert told([discussion(), {"title": "T", "body": "x"}]) == {
        ("skipped", "field"): 1
    }
    assert told([discussion(5, comment(50, replies=[7]))])["skipped", "unknown-item"]


ODDS: tuple[Any, ...] = (None, [], {}, "", "x", 0, -1, True, 1.5, [[]], {"a": None})


def _spoilt() -> Iterator[Any]:
    node = discussion(
        comment(
            50,
            replies={"nodes": [comment(51)]},
            reactionGroups=[{"content": "HEART", "reactors": {"totalCount": 1}}],
            userContentEdits={"nodes": []},
            isMinimized=True,
            replyTo={"id": "x"},
        ),
        labels={"nodes": []},
        answer=comment(50),
        category={},
        closed=True,
        stateReason="X",
    )
    for odd in ODDS:
        for name in list(node):
            yield {**node, name: odd}
        for name in list(node["comments"]["nodes"][0]):
            spoilt = {**node["comments"]["nodes"][0], name: odd}
            yield {**node, "comments": {"nodes": [spoilt]}}
        for name in ("action", "discussion", "comment", "sender", "answer"):
            yield hook(**{"comment": hook_comment(), name: odd})
        for name in hook()["discussion"]:
            event = hook()
            event["discussion"][name] = odd
            yield event
        for name in hook_comment():
            yield hook(comment=hook_comment(**{name: odd}))


def test_wrong_kinds_of_values_are_told_or_kept() -> None:
    for value in _spoilt():
        for strict in (False, True):
            with contextlib.suppress(QathreadError):
                threads(value, strict=strict)


_json: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(["", "x", URL, AT])
    | st.builds(list)
    | st.builds(dict),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [*discussion(), *comment(), *hook(), "data", "nodes", "replies"]
            ),
            inner,
            min_size=1,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(_json)
def test_any_json_gives_threads_or_a_format_error(value: Any) -> None:
    try:
        threads(value)
    except FormatError as error:
        assert error.format == "github"


def test_long_and_deep_input_takes_no_recursion() -> None:
    wrapped: Any = discussion()
    for _ in range(90):
        wrapped = {"data": [wrapped]}
    assert one(wrapped).id == "o/r#4"
    chain = [comment(n, replyTo={"databaseId": n - 1}) for n in range(1, 3000)]
    thread = one(discussion(*chain[1:], chain[0]))
    assert len(thread) == 3000


def test_sniffing_and_writing() -> None:
    sniff = FORMAT.sniff
    assert sniff is not None
    for value in (
        result(discussion()),
        hook(),
        hook(comment=hook_comment()),
        [flat(title="T", url=URL, answer=None)],
    ):
        assert sniff(json.dumps(value).encode())
        assert sniff(json.dumps(value, indent=1).encode())
    for value in ({"items": [{"question_id": 1}]}, [], {"title": "x"}, {"url": URL}):
        assert not sniff(json.dumps(value).encode())
    assert not sniff(to_json(one(discussion(comment()))))
    with pytest.raises(ValidationError, match="read only"):
        write(one(discussion()), "x.json", "github")


# -- nothing is lost without a word ------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        {"message": "Not Found"},
        {"errors": "boom"},
        {"errors": []},
        {"data": None},
        {"data": {"repository": None}, "errors": []},
    ],
)
def test_an_answer_without_discussions_is_refused(value: Any) -> None:
    with pytest.raises(FormatError) as caught:
        list(reading(value))
    assert caught.value.code == "not-this-format"


def test_what_stands_around_discussions_is_told() -> None:
    found = result(discussion(comment()))
    found["data"]["repository"] |= {"nameWithOwner": "o/r", "stars": 5, "home": None}
    found["extensions"] = {"warnings": []}
    assert told(found) == {("noted", "wrapper"): 1}
    assert told(result(discussion(comment()))) == {}


def test_replies_of_any_depth_are_kept() -> None:
    top = comment(50)
    at = top
    for number in range(51, 90):
        at["replies"] = {"nodes": [comment(number)]}
        at = at["replies"]["nodes"][0]
    thread = one(discussion(top))
    assert thread["89"].parent_id == "88"
    assert len(thread) == 41


def test_that_a_question_was_answered_is_kept_where_the_answer_is_not() -> None:
    assert extra(one(discussion(isAnswered=True)).question) == {"isAnswered": True}
    told_apart = discussion(comment(), answer={"id": "DC_50"}, isAnswered=True)
    assert extra(one(told_apart).question) == {}


def test_an_answer_in_a_category_without_answers_is_reported() -> None:
    talk = {"name": "General", "isAnswerable": False}
    value = discussion(comment(), answer={"id": "DC_50"}, category=talk)
    assert one(value).accepted == ()
    assert told(value) == {("noted", "accepted-missing"): 1}


@pytest.mark.parametrize("content", ["", 5, None])
def test_a_reaction_of_no_kind_stays_as_it_came(content: Any) -> None:
    groups = [{"content": content, "users": {"totalCount": 1}}]
    nodes = [{"content": content, "createdAt": AT, "user": {"login": "eve"}}]
    thread = one(discussion(reactionGroups=groups, reactions={"nodes": nodes}))
    assert extra(thread.question) == {
        "reactionGroups": groups,
        "reactions": {"nodes": nodes},
    }
    assert "eve" not in thread.users


def test_people_of_reactions_that_are_not_taken_do_not_appear() -> None:
    nodes = [
        {"content": "HEART", "createdAt": AT, "user": {"login": "eve"}},
        {"content": "HEART", "createdAt": "soon", "user": {"login": "bob"}},
    ]
    assert set(one(discussion(reactions={"nodes": nodes})).users) == {"ada"}


def test_a_state_that_says_locked_is_a_lock() -> None:
    assert one(discussion(state="locked")).status.locked is not None
    found = one(discussion(state="locked", locked=False))
    assert found.status.locked is None
    assert extra(found.question) == {"state": "locked"}


@pytest.mark.parametrize(
    "comments", ["none", -3, {"nodes": "x"}, {"edges": 5, "totalCount": 2}]
)
def test_comments_of_another_kind_are_reported_and_kept(comments: Any) -> None:
    value = discussion() | {"comments": comments}
    assert sum(told(value).values()) == 1
    assert extra(one(value).question)["comments"] == comments


def test_an_edge_that_is_none_is_told() -> None:
    value = discussion() | {"comments": {"edges": [5, {"node": comment()}, None]}}
    assert told(value) == {("skipped", "unknown-item"): 1}
    assert "50" in one(value)


def test_a_discussion_that_moved_is_one_thread_under_its_newest_address() -> None:
    """A repository that got another name; the order of documents does not matter."""
    moved = "https://github.com/o/new/discussions/4"
    older = discussion(comment(50), updatedAt="2024-01-02T00:00:00Z")
    newer = discussion(comment(51), url=moved, updatedAt="2024-01-03T00:00:00Z")
    for several in permutations((older, newer)):
        thread = one(list(several))
        assert thread.id == "o/new#4"
        assert {post.id for post in thread.posts} == {"o/new#4", "50", "51"}
        assert thread.question.provenance is not None
        assert thread.question.provenance.url == moved


def test_a_webhook_about_a_broken_comment_says_nothing_of_its_discussion() -> None:
    value = hook("deleted", comment=5, sender={"login": "ada"})
    assert one(value).question.deleted is None
    assert told(value)["skipped", "unknown-item"] == 1


def test_who_deleted_a_post_of_an_unknown_author_is_no_ground_to_call_it_removed() -> (
    None
):
    value = hook("deleted", comment=hook_comment(), sender={"login": "mod"})
    del value["comment"]["user"]
    post = one(value)["50"]
    assert (post.removed, post.deleted and post.deleted.by_id) == (None, "mod")
    value["comment"]["user"] = None  # the account is gone, so it was another one
    assert one(value)["50"].removed is not None


def test_many_addresses_of_one_discussion_take_no_time() -> None:
    """Each names the next: a chain of a thousand is one thread, settled once."""
    several = [
        discussion(
            comment(number),
            id=f"D_{number // 2}",
            databaseId=10**6 + (number + 1) // 2,
            url=f"https://github.com/o/r{number:04}/discussions/4",
        )
        for number in range(1000)
    ]
    thread = one(several)
    assert (thread.id, len(thread)) == ("o/r0999#4", 1001)


def test_counts_that_contradict_each_other_stay_as_they_came() -> None:
    groups = [
        {"content": "HEART", "users": {"totalCount": 1}},
        {"content": "heart", "users": {"totalCount": 2}},
    ]
    thread = one(discussion(reactionGroups=groups))
    assert extra(thread.question) == {"reactionGroups": groups}
    assert dict(thread.reactions("o/r#4")) == {"heart": 1}
    thread = one(discussion(reactions={"heart": 1, "Heart": 2, "": 3, "eyes": 0}))
    assert extra(thread.question) == {"reactions": {"Heart": 2, "": 3}}


def test_names_of_many_shapes_are_found() -> None:
    bare = {"title": "T", "number": 4, "body": "b"}
    api = "https://api.github.com/repos/o/r"
    assert one({**bare, "repository": {"nameWithOwner": "o/r"}}).id == "o/r#4"
    assert one({**bare, "repository_url": api}).id == "o/r#4"
    assert one({**bare, "__typename": "Discussion"}).id == "#4"
    assert told({"__typename": "Discussion"}) == {("skipped", "field"): 1}
    loose = {**hook_comment(), "html_url": None}
    thread = one(loose)
    assert (thread.id, thread["50"].parent_id) == ("9004", "9004")
    assert [stub.id for stub in thread.stubs] == ["9004"]
    with pytest.raises(FormatError):
        list(reading({"__typename": "DiscussionComment", "body": "x"}))
    named = one(discussion(author={"login": "ada", "name": "Ada", "id": "U_1"}))
    assert named.author("o/r#4").name == "Ada"
    assert extra(named.question) == {"author": {"id": "U_1"}}
    named = one(discussion(author={"login": "ada", "name": 5}))
    assert extra(named.question) == {"author": {"name": 5}}
    odd = one(discussion(labels=["a", {"name": "b"}, 5]))
    assert odd.question.tags == ("a", "b")
    assert extra(odd.question) == {"labels": ["a", {"name": "b"}, 5]}


def test_a_folder_without_discussions_is_not_taken_for_one(tmp_path: Path) -> None:
    assert FORMAT.sniff_folder is not None
    assert not FORMAT.sniff_folder(tmp_path)
    (tmp_path / "a.json").write_text("{}")
    assert not FORMAT.sniff_folder(tmp_path)
    (tmp_path / "b.json").write_text(json.dumps(result(discussion())))
    assert FORMAT.sniff_folder(tmp_path)


def test_a_reaction_total_that_differs_and_a_broken_node_stay() -> None:
    thread = one(discussion(reactions={"heart": 1, "total_count": 5}))
    assert extra(thread.question) == {"reactions": {"total_count": 5}}
    thread = one(discussion(reactions={"heart": 1, "total_count": 1}))
    assert extra(thread.question) == {}
    thread = one(discussion(reactions={"nodes": [5]}))
    assert extra(thread.question) == {"reactions": {"nodes": [5]}}
    edits = [{"editedAt": AT, "diff": "Because."}]
    thread = one(discussion(userContentEdits={"nodes": edits}))
    assert extra(thread.question) == {}
    limit = {"message": "API rate limit exceeded", "documentation_url": "x"}
    with pytest.raises(FormatError, match="rate limit"):
        list(reading([limit, limit]))
    assert told([limit, limit, discussion()]) == {("noted", "errors"): 2}
