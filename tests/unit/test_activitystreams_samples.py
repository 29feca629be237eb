"""ActivityStreams: the test documents of the W3C, and what servers really send."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qathread import Thread
from qathread.errors import FormatError
from qathread.formats import read, write
from qathread.formats._sources import HEAD
from qathread.formats.activitystreams import FORMAT

NAME = "activitystreams"
POSTS = {
    "Article",
    "Audio",
    "ChatMessage",
    "Document",
    "Event",
    "Image",
    "Note",
    "Page",
    "Question",
    "Tombstone",
    "Video",
}
#: What the texts of JSON do not allow, and what a test says that must fail.
NOT_STRICT = {"simple0012.json", "vocabulary-ex196-jsonld.json"}
#: Documents under fail/ that are no ActivityStreams at all.
FOREIGN = {
    "number-as-context.json",
    "number-at-top.json",
    "other-context.json",
    "string-at-top.json",
}
#: The others that are one post.
WITH_A_NOTE = {
    "bad-character-set.json",
    "content-map-with-invalid-language-tag.json",
    "number-as-content.json",
}
#: Posts in all valid documents, documents with one, and objects that come back equal.
TOTAL, WITH_POSTS, SAME = 95, 82, 47
#: Its author is only in the activity around it.
BY_ACTOR = {"vocabulary-ex194-jsonld.json"}


@pytest.fixture(scope="session")
def samples(shared: Path) -> Path:
    folder = shared / "data" / "formats" / "activitypub"
    if not folder.is_dir():
        pytest.skip("no ActivityPub sample in the folder of reference samples")
    return folder


def valid(samples: Path) -> list[Path]:
    found = [*samples.rglob("*.json")]
    return sorted(path for path in found if path.parent.name != "fail")


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Recount by plain JSON: objects of posts, wherever posts may stand."""
    if isinstance(value, list):
        for each in value:
            yield from objects(each)
    elif isinstance(value, dict):
        kind = value.get("type")
        if isinstance(kind, str) and kind in POSTS:
            yield value
        for name in ("object", "items", "orderedItems", "first", "replies"):
            yield from objects(value.get(name, []))


def plain(path: Path) -> Any:
    return json.loads(path.read_bytes(), strict=False)


def items(thread: Thread) -> list[dict[str, Any]]:
    out = io.BytesIO()
    write(thread, out, NAME)
    found: list[dict[str, Any]] = json.loads(out.getvalue())["orderedItems"]
    return found


def test_there_are_as_many_files_as_their_list_says(samples: Path) -> None:
    assert len([*samples.glob("lemmy_assets/**/*.json")]) == 81
    assert len([*samples.glob("w3c_as2_test/*.json")]) == 102
    assert len([*samples.glob("w3c_as2_test/fail/*.json")]) == 12


def test_every_post_of_every_document_is_read(samples: Path) -> None:
    """Counted again without the library."""
    total = with_posts = 0
    for path in valid(samples):
        wanted = list(objects(plain(path)))
        distinct = {json.dumps({**post, "@context": 0}) for post in wanted}
        found = [post for thread in read(path, NAME) for post in thread.posts]
        assert len(found) == len(distinct), path.name
        named = {post["id"] for post in wanted if "id" in post}
        assert named <= {post.id for post in found}, path.name
        total += len(found)
        with_posts += bool(found)
    assert (total, with_posts) == (TOTAL, WITH_POSTS)


def test_valid_documents_are_read_strictly_too(samples: Path) -> None:
    """All but two, which break what others under fail/ are refused for."""
    refused = set()
    for path in valid(samples):
        try:
            list(read(path, NAME, strict=True))
        except FormatError as error:
            refused.add(path.name)
            assert error.code in ("field", "forbidden-character")
    assert refused == NOT_STRICT


def test_strict_reading_refuses_each_malformed_document(samples: Path) -> None:
    for path in sorted(samples.glob("w3c_as2_test/fail/*.json")):
        with pytest.raises(FormatError):
            list(read(path, NAME, strict=True))


def test_lenient_reading_mends_what_is_activitystreams(samples: Path) -> None:
    for path in sorted(samples.glob("w3c_as2_test/fail/*.json")):
        if path.name in FOREIGN:
            with pytest.raises(FormatError) as caught:
                list(read(path, NAME))
            assert caught.value.code == "not-this-format"
            continue
        with read(path, NAME) as found:
            threads = list(found)
        assert sum(loss.damage for loss in found.report) == 1
        assert len(threads) == (path.name in WITH_A_NOTE), path.name


def test_a_document_without_a_post_says_so(samples: Path) -> None:
    for path in valid(samples):
        with read(path, NAME) as found:
            threads = list(found)
        codes = {loss.code for loss in found.report}
        assert ("no-thread" in codes) is not bool(threads), path.name


def test_objects_are_written_as_they_came(samples: Path) -> None:
    """Equal JSON, but for ids of objects that had none and replies by name."""
    same = 0
    for path in valid(samples):
        written = [one for thread in read(path, NAME) for one in items(thread)]
        for source in objects(plain(path)):
            wanted = {key: source[key] for key in source if key != "@context"}
            if wanted in written:
                same += 1
            else:
                assert "lemmy_assets" not in path.parts, path.name
                assert (
                    "id" not in source or "replies" in source or path.name in BY_ACTOR
                )
    assert same == SAME


def test_samples_come_back_as_they_were_read(samples: Path) -> None:
    for path in valid(samples):
        for thread in read(path, NAME):
            out = io.BytesIO()
            report = write(thread, out, NAME)
            assert not report, path.name
            (again,) = read(out.getvalue(), NAME)
            assert again == thread, path.name


def test_all_documents_of_a_server_are_one_reading(samples: Path) -> None:
    """Objects, activities and collections of Lemmy make threads together."""
    lines = b"\n".join(
        json.dumps(plain(path)).encode()
        for path in sorted((samples / "lemmy_assets" / "lemmy").rglob("*.json"))
    )
    found = {thread.id: thread for thread in read(lines, NAME)}
    page = found["https://enterprise.lemmy.ml/post/55143"]
    assert [post.id for post in page.posts] == [
        "https://enterprise.lemmy.ml/post/55143",
        "https://enterprise.lemmy.ml/comment/38741",
    ]
    assert page.author(page.id).name == "Jean-Luc Picard"
    updated = found["http://ds9.lemmy.ml/post/1"]
    assert [each.title for each in updated.revisions] == ["test post", "test post 1"]
    assert found["https://ds9.lemmy.ml/post/2"].status.pinned is not None
    reported = found["http://enterprise.lemmy.ml/post/7"]
    assert [flag.reason for flag in reported.flags] == ["report this post"]


def test_documents_are_known_by_their_content(samples: Path) -> None:
    """But for one without a context, which is an empty list of nothing."""
    unknown = {path.name for path in valid(samples) if not sniffed(path)}
    assert unknown == {"group_followers.json"}
    for path in sorted(samples.glob("w3c_as2_test/fail/*.json")):
        assert sniffed(path) is (path.name not in FOREIGN)


def test_documents_of_other_formats_are_not_taken_for_this(samples: Path) -> None:
    for path in sorted(samples.parent.rglob("*.json")):
        if samples not in path.parents:
            assert not sniffed(path), path.name


def sniffed(path: Path) -> bool:
    assert FORMAT.sniff is not None
    return FORMAT.sniff(path.read_bytes()[:HEAD])
