"""The Mastodon API: samples, contexts, histories, what overlaps, bad input."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qathread import Thread
from qathread.errors import FormatError, LossError, ValidationError
from qathread.formats import Reading, read, sniff, write
from qathread.limits import Limits
from qathread.posts import Post, Stub
from qathread.provenance import TimePrecision
from qathread.revisions import RevisionKind
from qathread.serialization import digest
from qathread.users import UserKind

NAME = "mastodon"
ADA = {"id": "7", "username": "ada", "acct": "ada@example.org", "display_name": "Ada"}


def status(key: str = "100001", under: str | None = None, /, **more: Any) -> Any:
    return {
        "id": key,
        "created_at": "2026-01-01T12:00:00.000Z",
        "in_reply_to_id": under,
        "spoiler_text": "",
        "uri": f"https://example.org/statuses/{key}",
        "url": f"https://example.org/@ada/{key}",
        "content": f"<p>{key}</p>",
        "account": ADA,
        **more,
    }


def wording(text: str, minute: int = 0, **more: Any) -> Any:
    made = f"2026-01-01T12:{minute:02}:00.000Z"
    return {
        "content": text,
        "spoiler_text": "",
        "created_at": made,
        "account": ADA,
        **more,
    }


def reading(*documents: Any, **options: Any) -> Reading:
    lines = b"\n".join(json.dumps(each).encode() for each in documents)
    return read(lines, NAME, **options)


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


# -- the samples -----------------------------------------------------------------


@pytest.fixture(scope="session")
def samples(shared: Path) -> Path:
    folder = shared / "data" / "formats" / "mastodon_api"
    if not folder.is_dir():
        pytest.skip("no Mastodon sample in the folder of reference samples")
    return folder


def test_a_sample_status_is_read_whole(samples: Path) -> None:
    path = samples / "status_110446223051565765.json"
    source = json.loads(path.read_bytes())
    with read(path, NAME, strict=True) as found:
        (thread,) = found
    assert not list(found.report)
    post = thread.question
    assert post.body.source == source["content"]
    assert post.body.language == source["language"]
    assert post.created_at == datetime.fromisoformat(source["created_at"])
    assert post.edited_at == datetime.fromisoformat(source["edited_at"])
    assert post.tags == ("thisisahashtag",)
    assert post.provenance is not None
    assert post.provenance.id == source["uri"]
    assert post.provenance.url == source["url"]
    assert post.provenance.time_precision is TimePrecision.MILLISECOND
    assert dict(post.provenance.declared) == {
        name.removesuffix("_count"): count
        for name, count in source.items()
        if name.endswith("_count")
    }
    author = thread.author(post.id)
    assert (author.id, author.name, author.handle) == (
        source["account"]["id"],
        source["account"]["display_name"],
        source["account"]["acct"],
    )
    assert dict(thread.reactions(post.id)) == {"favourite": 1}
    assert thread.score(post.id) is None
    # Nothing is lost: what is not in the model is in extra, as it came.
    model = {"id", "created_at", "edited_at", "in_reply_to_id", "content", "language"}
    model |= {"uri", "url"} | {name for name in source if name.endswith("_count")}
    assert {n: v for n, v in extra(post).items() if v is not None} == {
        n: v for n, v in source.items() if n not in model and v is not None
    }


def test_the_status_between_is_not_in_a_sample_context(samples: Path) -> None:
    path = samples / "context_110446983926957470.json"
    source = json.loads(path.read_bytes())
    for data in (path, path.read_bytes()):  # with its name, and without
        (thread,) = read(data, NAME, strict=True)
        above, below = source["ancestors"][-1]["id"], source["descendants"][0]["id"]
        assert thread.id == source["ancestors"][0]["id"]
        assert len(thread) == len(source["ancestors"]) + len(source["descendants"])
        assert thread.stubs == (Stub(id="110446983926957470", parent_id=above),)
        assert thread[below].parent_id == "110446983926957470"


def test_a_poll_of_a_sample_stays_in_extra(samples: Path) -> None:
    path = samples / "status_with_poll.json"
    (thread,) = read(path, NAME, strict=True)
    source = json.loads(path.read_bytes())
    assert extra(thread.question)["poll"] == source["poll"]


def test_a_sample_history_needs_to_know_its_status(samples: Path) -> None:
    path = samples / "status_history.json"
    source = json.loads(path.read_bytes())
    with read(path, NAME) as found:
        assert list(found) == []
    assert [loss.code for loss in found.report] == ["history-of-unknown"]
    with pytest.raises(LossError):
        list(read(path, NAME, strict=True))
    (thread,) = read(path, NAME, status_id="1", strict=True)
    assert [each.body.source for each in thread.revisions] == [
        entry["content"] for entry in source
    ]
    assert thread.question.revision == len(source)
    assert thread.question.edited_at == datetime.fromisoformat(source[1]["created_at"])


def test_the_folder_of_samples_is_one_reading(samples: Path) -> None:
    with read(samples, NAME) as found:
        read_ids = {post.id for thread in found for post in thread.posts}
    wanted = set()
    for path in samples.glob("*.json"):
        source = json.loads(path.read_bytes())
        context = source if isinstance(source, dict) else {}
        several = context.get("ancestors", []) + context.get("descendants", [])
        wanted |= {each["id"] for each in several}
        wanted |= {context["id"]} if "id" in context else set()
    assert read_ids == wanted
    assert len(wanted) == 4


def test_samples_are_known_by_their_content(samples: Path) -> None:
    for path in samples.glob("*.json"):
        assert sniff(path.read_bytes()) == NAME


# -- threads ---------------------------------------------------------------------


def test_replies_stand_under_what_they_reply_to() -> None:
    thread = one(status(), status("100003", "100002"), status("100002", "100001"))
    assert thread.id == thread.question.id == "100001"
    assert {post.id: post.parent_id for post in thread.comments} == {
        "100002": "100001",
        "100003": "100002",
    }


def test_the_status_of_a_context_takes_its_place() -> None:
    context = {
        "ancestors": [status()],
        "descendants": [status("100003", "100002"), status("100004", "100003")],
    }
    alone = one(context)
    assert alone.stubs == (Stub(id="100002", parent_id="100001"),)
    whole = one(context, status("100002", "100001"))
    assert whole.stubs == ()
    assert len(whole) == 4
    assert whole == one(status("100002", "100001"), context)


def test_a_context_without_ancestors_opens_with_a_stub() -> None:
    thread = one({"ancestors": [], "descendants": [status("100003", "100002")]})
    assert isinstance(thread.root, Stub)
    assert thread.id == "100002"


def test_the_option_or_the_name_says_whose_context_it_is(tmp_path: Path) -> None:
    context = {"ancestors": [status()], "descendants": []}
    assert one(context).stubs == ()
    stub = Stub(id="100002", parent_id="100001")
    assert one(context, status_id="100002").stubs == (stub,)
    path = tmp_path / "context_100002.json"
    path.write_text(json.dumps(context))
    assert next(read(path, NAME)).stubs == (stub,)
    assert next(read(tmp_path, NAME)).stubs == (stub,)


def test_replies_that_were_counted_and_not_delivered_are_a_stub() -> None:
    thread = one(status(replies_count=60), status("100002", "100001"))
    assert thread.stubs == (Stub(id="100001/replies", parent_id="100001", count=59),)
    assert told(status(replies_count=60), strict=True) == {"count-differs": 1}
    exact = (status(replies_count=1), status("100002", "100001"))
    assert told(*exact) == {}


def test_a_circle_is_cut_at_the_smallest_id() -> None:
    circle = (status("100001", "100002"), status("100002", "100001"))
    thread = one(*circle)
    assert thread.question.id == "100001"
    assert told(*circle) == {"cycle": 1}


def test_a_boost_is_the_status_that_it_passes_on() -> None:
    boost = status("100009", content="", reblog=status())
    assert one(boost).question.id == "100001"
    assert told(boost) == {"reblog": 1}


def test_a_quote_is_a_link() -> None:
    new = status(quote={"state": "accepted", "quoted_status": status("100008")})
    (link,) = one(new).links
    assert (link.target, link.post_id) == ("100008", "100001")
    old = status(quote={"state": "pending", "quoted_status": None})
    assert one(old).links == ()


def test_a_bot_is_a_bot() -> None:
    thread = one(status(account={**ADA, "bot": True}))
    assert thread.author("100001").kind is UserKind.BOT


def test_a_status_without_an_account_has_an_author() -> None:
    thread = one(status(account=None))
    assert thread.author("100001").name is None
    assert told(status(account=None)) == {"field": 1}


# -- histories -------------------------------------------------------------------


def test_a_history_gives_revisions_to_its_status() -> None:
    history = [wording("<p>a</p>"), wording("<p>b</p>", 5, poll={"options": []})]
    edited = status(content="<p>b</p>", edited_at="2026-01-01T12:05:00.000Z")
    thread = one(history, edited)  # known by its author and its first time
    assert thread == one(edited, history, status_id="100001")
    first, second = thread.revisions
    assert (first.kind, second.kind) == (RevisionKind.INITIAL, RevisionKind.EDIT)
    assert second.body == thread.question.body
    assert thread.question.revision == 2
    assert [sorted(each) for each in extra(thread.question)["history"]] == [
        ["spoiler_text"],
        ["poll", "spoiler_text"],
    ]


def test_a_status_may_be_newer_than_its_history() -> None:
    newer = status(content="<p>c</p>", edited_at="2026-01-01T12:09:00.000Z")
    thread = one([wording("<p>a</p>"), wording("<p>b</p>", 5)], newer)
    assert thread.question.revision == 3
    assert thread.revisions[2].body == thread.question.body


def test_a_history_may_be_newer_than_its_status() -> None:
    documents = ([wording("<p>a</p>"), wording("<p>b</p>", 5)], status())
    thread = one(*documents)
    assert thread.question.body.source == "<p>b</p>"
    assert thread.question.edited_at == datetime.fromisoformat("2026-01-01T12:05:00Z")
    assert told(*documents) == {"older-status": 1}


def test_of_two_histories_the_longer_counts() -> None:
    short, long = [wording("<p>a</p>")], [wording("<p>a</p>"), wording("<p>b</p>", 5)]
    for order in ((short, long), (long, short)):
        assert len(one(*order, status_id="100001").revisions) == 2


# -- laws ------------------------------------------------------------------------

_ids = st.sampled_from([f"10000{digit}" for digit in range(6)])
_statuses = st.builds(
    status,
    _ids,
    st.one_of(st.none(), _ids),
)


@st.composite
def documents(draw: st.DrawFn) -> list[Any]:
    """Return answers about statuses of which each says one thing only."""
    known = {each["id"]: each for each in draw(st.lists(_statuses, min_size=1))}
    found: list[Any] = list(known.values())
    if draw(st.booleans()):
        above = draw(st.lists(st.sampled_from(found), max_size=2))
        below = draw(st.lists(st.sampled_from(found), max_size=2))
        found.append({"ancestors": above, "descendants": below})
    return found


@given(found=documents(), data=st.data())
def test_the_order_of_documents_does_not_matter(
    found: list[Any], data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations(found))
    assert set(map(digest, threads(*found))) == set(map(digest, threads(*mixed)))


@given(found=documents())
def test_every_status_is_one_post(found: list[Any]) -> None:
    wanted = {each["id"] for each in found if "id" in each}
    posts = [post.id for thread in threads(*found) for post in thread.posts]
    assert sorted(posts) == sorted(wanted)


_odd: st.SearchStrategy[Any] = st.sampled_from(
    [None, 0, -1, 1.5, True, "", "x", [], [None], {}, {"id": []}]
)


@given(data=st.data(), value=_odd, strict=st.booleans())
def test_no_wrong_type_gets_further_than_the_report(
    data: st.DataObject, value: Any, strict: bool
) -> None:
    full = status(quote={"id": "1"}, tags=[{"name": "x"}], replies_count=1)
    full |= {"language": "de", "edited_at": "2026-01-01T12:05:00.000Z", "reblog": None}
    name = data.draw(st.sampled_from(sorted(full)))
    first = wording("<p>a</p>")
    key = data.draw(st.sampled_from(sorted(first)))
    context = {"ancestors": [{**full, name: value}], "descendants": value}
    for document in ({**full, name: value}, [{**first, key: value}], context):
        try:
            threads(document, status(), strict=strict, status_id="100001")
        except (FormatError, LossError):
            continue


# -- bad input -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[]", "an empty list"),
        (b"null", "null"),
        (b'{"error": "Record not found"}', "error answer.*Record not found"),
        (b"{}", "an object"),
        (b"<html></html>", "HTML"),
        (b"", "empty"),
    ],
)
def test_what_is_no_answer_with_statuses_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(FormatError, match=said) as caught:
        list(read(data, NAME))
    assert caught.value.code == "not-this-format"


def test_one_error_answer_does_not_spoil_the_others() -> None:
    assert len(one({"error": "x"}, status())) == 1


def test_more_statuses_than_the_limit_are_refused() -> None:
    many = [status(), status("100002")]
    with pytest.raises(FormatError, match="more than 1 records"):
        threads(many, limits=Limits(records=1))
    assert len(threads(*many, limits=Limits(records=1))) == 2  # documents apart


def test_the_option_is_a_text() -> None:
    with pytest.raises(ValidationError, match="status_id"):
        threads(status(), status_id=5)


def test_it_is_read_only(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="read only"):
        write(one(status()), tmp_path / "x.json", NAME)


# -- what must not be lost or made up ----------------------------------------------


def context(above: list[Any], below: list[Any]) -> Any:
    return {"ancestors": above, "descendants": below}


def test_digits_of_a_file_go_behind_what_the_replies_say(tmp_path: Path) -> None:
    path = tmp_path / "context_20240101.json"
    found = context([status("100001")], [status("100003", "100002")])
    path.write_bytes(json.dumps(found).encode())
    (thread,) = read(path, NAME)
    assert [(s.id, s.parent_id) for s in thread.content.stubs] == [("100002", "100001")]


def test_of_two_missing_parents_the_older_is_the_status_of_a_context() -> None:
    below = [status("100003", "9"), status("100004", "10")]
    reply, other = threads(context([status("8")], below))
    assert [(s.id, s.parent_id) for s in reply.content.stubs] == [("9", "8")]
    assert other.id == "10"


def test_a_history_is_of_the_status_that_it_fits(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(json.dumps(status()).encode())
    changes = [wording("<p>First</p>"), wording("<p>100001</p>", 5)]
    path = tmp_path / "history_20240101.json"
    path.write_bytes(json.dumps(changes).encode())
    (thread,) = read(tmp_path, NAME)
    assert thread.id == "100001"
    assert len(thread.revisions) == 2


def test_a_parent_that_is_no_id_stays_in_extra() -> None:
    for odd in ({"x": 1}, [5], True, 1.5):
        found = reading(status(in_reply_to_id=odd))
        (thread,) = found
        assert extra(thread.question)["in_reply_to_id"] == odd
        assert [loss.code for loss in found.report] == ["field"]
    assert "in_reply_to_id" not in extra(one(status()).question)


def test_a_shorter_history_is_told() -> None:
    long = [wording("a"), wording("b", 1), wording("<p>100001</p>", 2)]
    other = [wording("a"), wording("zz", 1)]
    assert told(status(), long, other)["history-differs"] == 1
    assert "history-differs" not in told(status(), long, long[:2])


def test_an_editor_who_is_not_the_author_is_known() -> None:
    greg = {**ADA, "id": "8", "display_name": "Greg", "acct": "greg"}
    changes = [wording("a"), wording("<p>100001</p>", 1, account=greg)]
    thread = one(status(), changes, status_id="100001")
    assert [each.editor_id for each in thread.revisions] == ["7", "8"]
    assert thread.users["8"].name == "Greg"
    assert extra(thread.question)["history"][1]["account"] == greg
    assert "account" not in extra(thread.question)["history"][0]


def test_boosts_of_boosts_are_unwrapped_however_deep() -> None:
    found = status()
    for number in range(190):
        found = {**status(f"2{number:05}"), "content": "", "reblog": found}
    assert one(found).id == "100001"


def test_the_order_of_copies_with_two_parents_does_not_matter() -> None:
    copies = [status("3", "1"), status("3", "2"), status("1"), status("2")]
    some, others = threads(*copies), threads(*reversed(copies))
    assert {digest(each) for each in some} == {digest(each) for each in others}


def test_what_an_answer_says_beside_its_statuses_is_told() -> None:
    search = {"statuses": [status()], "accounts": [], "hashtags": []}
    assert told(search) == {"answer-members": 1}
    found = {**context([], [status("100003", "100002")]), "zz": 1}
    assert told(found)["answer-members"] == 1
    assert "answer-members" not in told(context([], [status("100003", "100002")]))


def test_ids_may_be_numbers() -> None:
    quote = {"state": "accepted", "quoted_status_id": 5}
    thread = one(status(account={**ADA, "id": 7}, quote=quote))
    assert thread.question.author_id == "7"
    assert [link.target for link in thread.content.links] == ["5"]


def test_a_folder_or_a_text_of_something_else_is_not_taken_for_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.json").write_bytes(b'{"zz": 1}')
    with pytest.raises(FormatError):
        read(tmp_path)
    assert sniff(b'"id": 1, "type": "story", "acct": 1, "time": 1') is None


def test_a_folder_of_answers_is_known(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'{"zz": 1}')
    (tmp_path / "b.json").write_bytes(json.dumps(status()).encode())
    (thread,) = read(tmp_path)
    assert thread.id == "100001"
