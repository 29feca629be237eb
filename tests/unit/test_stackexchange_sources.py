"""Where dumps of Stack Exchange come from, and what is asked of them."""

import bz2
import gc
import gzip
import lzma
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from qathread import (
    Limits,
    Question,
    Tally,
    Thread,
    formats,
)
from qathread.errors import (
    FormatError,
    MissingExtraError,
    ValidationError,
)
from qathread.formats import stackexchange
from qathread.formats.stackexchange._tables import TABLES
from tests.unit._dumps import (
    INDEX,
    answer,
    file,
    folder_files,
    ids,
    pack,
    question,
    read,
    refusal,
    site_of,
    small,
    told,
    user,
    write,
)

# -- archives --------------------------------------------------------------------


@pytest.mark.parametrize("below", ["", "site/", "a/b/"])
def test_an_archive_of_a_folder(
    folder: Path, tmp_path: Path, scratch: Path, below: str
) -> None:
    (tmp_path / "a.txt").write_text("a licence")
    files = {**folder_files(folder, below), "a.txt": tmp_path / "a.txt"}
    archive = pack(tmp_path / "site.7z", files)
    expected = read(folder)
    assert read(archive, strict=True) == expected
    with formats.read(archive) as reading:
        assert reading.format == "stackexchange"
        assert list(reading) == expected[0]
    with stackexchange.open(archive) as threads:
        assert list(threads.values()) == expected[0]
    del reading
    gc.collect()
    assert [*scratch.iterdir()] == []


def test_an_archive_of_one_table(folder: Path, tmp_path: Path, scratch: Path) -> None:
    for name in ("Posts.xml", "stuff.xml"):
        archive = pack(tmp_path / "one.7z", {name: folder / "Posts.xml"})
        assert read(archive) == read(folder / "Posts.xml")
    # With another root, the name tells.
    (folder / "Votes.xml").write_bytes(file("Votes", small()["Votes"], root="xml"))
    archive = pack(
        tmp_path / "x.stackexchange.com-Votes.7z", {"v": folder / "Votes.xml"}
    )
    with formats.read(archive, "stackexchange") as reading:
        assert list(reading) == []
        site = site_of(reading)
        assert len([*site.rows("Votes")]) == 7
    del reading, site
    gc.collect()
    assert [*scratch.iterdir()] == []


def test_a_folder_of_packed_files(folder: Path, tmp_path: Path, scratch: Path) -> None:
    """Each in its own way, as mirrors have them."""
    packed = tmp_path / "packed"
    packed.mkdir()
    packers: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
        "Posts": (".gz", gzip.compress),
        "Comments": (".bz2", bz2.compress),
        "PostHistory": (".xz", lzma.compress),
        "Users": (".zst", zstandard.ZstdCompressor().compress),
        "Tags": (".xz", lzma.compress),
    }
    for table in TABLES:
        data = (folder / f"{table}.xml").read_bytes()
        if table in packers:
            suffix, packer = packers[table]
            (packed / f"{table}.xml{suffix}").write_bytes(packer(data))
        else:
            name = f"x.stackexchange.com-{table}.7z"
            pack(packed / name, {f"{table}.xml": folder / f"{table}.xml"})
    assert formats.read(packed).format == "stackexchange"
    gc.collect()
    assert read(packed, strict=True) == read(folder)
    with stackexchange.open(packed) as threads:
        assert len(threads) == 3
    gc.collect()
    assert [*scratch.iterdir()] == []


def test_an_index_of_packed_files_is_used_again(tmp_path: Path) -> None:
    folder = tmp_path / "packed"
    folder.mkdir()
    data = file("Posts", small()["Posts"])
    (folder / "Posts.xml.xz").write_bytes(lzma.compress(data))
    with stackexchange.open(folder) as threads:
        first = dict(threads)
    built = (folder / INDEX).stat()
    with stackexchange.open(folder) as threads:
        assert dict(threads) == first
    assert (folder / INDEX).stat().st_mtime_ns == built.st_mtime_ns


def test_of_two_files_of_a_table_the_plain_one_is_read(
    folder: Path, tmp_path: Path
) -> None:
    expected = read(folder)[0]
    other = file("Posts", [question(7)])
    (tmp_path / "Posts.xml").write_bytes(other)
    pack(folder / "a.com-Posts.7z", {"Posts.xml": tmp_path / "Posts.xml"})
    (folder / "Posts.xml.xz").write_bytes(lzma.compress(other))
    (folder / "old-Posts.xml").write_bytes(other)
    threads, report = read(folder)
    assert threads == expected
    (loss,) = report
    assert (loss.code, loss.count) == ("second-file", 3)
    assert loss.examples == ("old-Posts.xml", "Posts.xml.xz", "a.com-Posts.7z")


def test_a_damaged_packed_table_is_named(folder: Path, scratch: Path) -> None:
    data = lzma.compress((folder / "Posts.xml").read_bytes() + b" " * 400_000)
    (folder / "Posts.xml").unlink()
    (folder / "Posts.xml.xz").write_bytes(data[: len(data) // 2])
    _, report = read(folder)
    assert "lost syntax" in told(report)
    error = refusal(folder)
    assert error.code == "syntax"
    assert error.source == str(folder / "Posts.xml.xz")
    (folder / "Posts.xml.xz").write_bytes(lzma.compress(b"<posts>" + b" " * 9_000_000))
    with pytest.raises(FormatError, match="ratio") as caught:
        read(folder, limits=Limits(ratio=10))
    assert caught.value.source == str(folder / "Posts.xml.xz")
    gc.collect()
    assert [*scratch.iterdir()] == []


def test_an_archive_in_a_folder_holds_one_table(folder: Path, tmp_path: Path) -> None:
    archive = pack(tmp_path / "all.7z", folder_files(folder))
    (folder / "Posts.xml").unlink()
    archive.rename(folder / "Posts.7z")
    with pytest.raises(FormatError, match="several files") as caught:
        read(folder)
    assert caught.value.code == "not-this-format"


@pytest.mark.parametrize("target", ["Posts.xml", "../secret.xml", "/etc/passwd"])
def test_links_in_an_archive_are_not_followed(
    folder: Path, tmp_path: Path, target: str
) -> None:
    """The one that stays inside is left out, the one that leads out refused."""
    (tmp_path / "secret.xml").write_bytes(file("Users", [user(9, "Eve")]))
    (folder / "Users.xml").unlink()
    (folder / "Users.xml").symlink_to(target)
    archive = pack(tmp_path / "site.7z", folder_files(folder))
    if target != "Posts.xml":
        with pytest.raises(FormatError, match="7z archive is damaged"):
            read(archive)
        return
    _, report = read(archive)
    assert [loss.examples for loss in report] == [("Users.xml",)]


def test_links_in_a_folder_are_followed(folder: Path, tmp_path: Path) -> None:
    (folder / "Posts.xml").rename(tmp_path / "elsewhere")
    (folder / "Posts.xml").symlink_to(tmp_path / "elsewhere")
    assert len(read(folder)[0]) == 3


def test_without_py7zr_an_archive_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "py7zr", None)
    (tmp_path / "Posts.7z").write_bytes(b"7z\xbc\xaf\x27\x1c")
    for source in (tmp_path, tmp_path / "Posts.7z"):
        with pytest.raises(MissingExtraError, match=r"qathread\[archives\]"):
            read(source)


# -- options ---------------------------------------------------------------------


def test_questions_by_their_ids(folder: Path) -> None:
    assert ids(folder, questions=["4", 1]) == ["1", "4"]
    assert ids(folder, questions=[4, "4", 4]) == ["4"]
    assert ids(folder, questions={6}) == ["6"]
    assert ids(folder, questions=[]) == []
    assert ids(folder, questions=[2, 5, 77, 10**17]) == []
    assert ids(folder, questions=(str(n) for n in range(3_000, -1, -1))) == [
        "1",
        "4",
        "6",
    ]
    assert read(folder, questions=[1])[0] == read(folder)[0][:1]


def test_questions_by_what_they_are(folder: Path) -> None:
    seen: list[Question] = []

    def accept(asked: Question) -> bool:
        seen.append(asked)
        return "c" in asked.tags

    assert ids(folder, questions=accept) == ["4"]
    assert [asked.id for asked in seen] == ["1", "4", "6"]
    assert seen[0].title == "Why 1?"
    assert seen[0].body.source == "<p>Why 1?</p>\n"
    assert ids(folder, questions=lambda asked: None) == []
    with pytest.raises(ZeroDivisionError):
        read(folder, questions=lambda asked: 1 / 0)


def test_questions_by_tags_and_time(folder: Path) -> None:
    assert ids(folder, tags=["c"]) == ["4"]
    assert ids(folder, tags=("c", "a")) == ["1", "4", "6"]
    assert ids(folder, tags=[]) == []
    day = datetime(2021, 6, 7, 1, tzinfo=UTC)
    assert ids(folder, since=day) == ["6"]
    assert ids(folder, since=day.replace(microsecond=1)) == []
    assert ids(folder, since=day, tags=["c"]) == []
    assert ids(folder, since=day, tags=["a"], questions=[1, 6]) == ["6"]
    assert read(folder, tags=["c"])[0] == read(folder)[0][1:2]


def test_a_filter_tells_of_damage_once_and_only_of_what_is_read(
    tmp_path: Path,
) -> None:
    posts = [question(1, Score="x"), question(2, Score="y", Tags="<c>")]
    folder = write(tmp_path / "site", {"Posts": posts})
    path = folder / "Posts.xml"
    path.write_bytes(path.read_bytes().replace(b"Why 1?<", b"Why \x01?<", 1))
    everything = lambda asked: True  # noqa: E731
    assert told(read(folder, questions=everything)[1]) == told(read(folder)[1])
    assert told(read(folder, tags=["c"])[1]) == {"repaired number": 1}
    broken = path.read_bytes().replace(b' Title="Why 1', b' Title "Why 1')
    path.write_bytes(broken)
    threads, report = read(folder, questions=everything)
    assert [thread.id for thread in threads] == ["2"]
    assert told(report) == {"skipped syntax": 1, "repaired number": 1}
    assert refusal(folder, questions=everything).code == "syntax"


def test_orphans_match_no_filter(tmp_path: Path) -> None:
    folder = write(tmp_path / "site", {"Posts": [answer(2, 1), question(3)]})
    assert ids(folder) == ["1", "3"]
    assert ids(folder, questions=["1"]) == ["1"]
    assert ids(folder, questions=lambda asked: True) == ["3"]


def test_without_history_and_votes(folder: Path) -> None:
    thread = read(folder, with_history=False)[0][0]
    assert len(thread.revisions) == 0
    assert thread.tally("1") == Tally(post_id="1", up=2, down=1, score=1)
    thread = read(folder, with_votes=False)[0][0]
    assert len(thread.revisions) == 3
    assert thread.tally("1") == Tally(post_id="1", score=1)
    assert thread.accepted == ("2",)
    with stackexchange.open(folder, with_history=False, with_votes=False) as threads:
        thread = threads["1"]
    assert len(thread.revisions) == 0
    assert thread.tally("1") == Tally(post_id="1", score=1)
    # Damage there is no matter.
    path = folder / "PostHistory.xml"
    path.write_bytes(path.read_bytes().replace(b' Text="Why', b" Text=Why"))
    assert told(read(folder, with_history=False)[1]) == {}


def test_progress_sees_what_is_read(folder: Path) -> None:
    seen: list[Thread] = []

    def progress(threads: Iterable[Thread]) -> Iterator[Thread]:
        for thread in threads:
            seen.append(thread)
            yield thread

    assert read(folder, progress=progress)[0] == seen
    sizes: list[int] = []

    def wrap(chunks: Iterable[bytes]) -> Iterator[bytes]:
        total = 0
        for chunk in chunks:
            total += len(chunk)
            yield chunk
        sizes.append(total)

    with stackexchange.open(folder, progress=wrap) as threads:
        assert len(threads) == 3
    assert sorted(sizes) == sorted(path.stat().st_size for path in folder.glob("*.xml"))
    with stackexchange.open(folder, progress=wrap):
        assert len(sizes) == 8  # the index is there


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"questions": "12"}, "questions= is one value"),
        ({"questions": b"12"}, "questions= is one value"),
        ({"questions": 12}, "questions= is one value"),
        ({"questions": ["x"]}, "questions= holds 'x'"),
        ({"questions": ["007"]}, "questions= holds '007'"),
        ({"questions": [True]}, "questions= holds True"),
        ({"questions": [1.0]}, "questions= holds 1.0"),
        ({"questions": [None]}, "questions= holds None"),
        ({"questions": [-1]}, "questions= holds -1"),
        ({"questions": ["9" * 19]}, "questions= holds '9999"),
        ({"tags": "a"}, "tags= is one value"),
        ({"tags": b"a"}, "tags= holds what is no text"),
        ({"tags": [1]}, "tags= holds what is no text"),
        ({"tags": [["a"]]}, "tags= holds what is no text"),
        ({"tags": 1}, "tags= is one value"),
        ({"since": datetime(2020, 1, 1)}, "since= has no zone"),
        ({"since": "2020-01-01"}, "since= is"),
        ({"with_history": 1}, "with_history= is 1"),
        ({"with_votes": None}, "with_votes= is None"),
        ({"drop": "invented"}, "drop= is 'invented'"),
        ({"drop": True}, "drop= is True"),
        ({"nosuch": 1}, "takes no option 'nosuch'"),
    ],
)
def test_wrong_options_are_refused(
    folder: Path, scratch: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        formats.read(folder, "stackexchange", **options)
    with pytest.raises(ValidationError, match=message):
        stackexchange.events(folder, **options)
    assert [*scratch.iterdir()] == []


def test_wrong_options_of_open_are_refused(folder: Path) -> None:
    with pytest.raises(ValidationError, match="drop= is 'all'"):
        stackexchange.open(folder, drop="all")
    assert not (folder / INDEX).exists()


# -- temporary folders -----------------------------------------------------------


def test_nothing_is_left_of_a_reading_that_is_dropped(
    folder: Path, tmp_path: Path, scratch: Path
) -> None:
    archive = pack(tmp_path / "site.7z", folder_files(folder))
    reading = formats.read(archive, "stackexchange")
    next(reading)
    assert len([*scratch.iterdir()]) == 2
    del reading
    gc.collect()
    assert [*scratch.iterdir()] == []


def test_nothing_is_left_of_a_reading_that_fails(
    folder: Path, tmp_path: Path, scratch: Path
) -> None:
    (folder / "Votes.xml").write_bytes(b"<!DOCTYPE votes><votes />")
    archive = pack(tmp_path / "site.7z", folder_files(folder))
    with pytest.raises(FormatError, match="DOCTYPE"):
        read(archive)
    gc.collect()
    assert [*scratch.iterdir()] == []
    with pytest.raises(FormatError, match="DOCTYPE"):
        stackexchange.open(archive)
    gc.collect()
    assert [*scratch.iterdir()] == []
    (folder / "Votes.xml").write_bytes(b"<votes />")
    (folder / "Posts.xml").write_bytes(file("Posts", [question(1, Score="x")]))
    with pytest.raises(FormatError, match="number"):
        read(pack(archive, folder_files(folder)), strict=True)
    gc.collect()
    assert [*scratch.iterdir()] == []

    def fail(threads: Iterable[Thread]) -> Iterator[Thread]:
        for thread in threads:
            raise KeyError(thread.id)
        yield from ()

    with pytest.raises(KeyError):
        read(archive, progress=fail)
    gc.collect()
    assert [*scratch.iterdir()] == []


def test_files_are_closed(folder: Path) -> None:
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("this system does not list open files")
    before = len([*descriptors.iterdir()])
    with stackexchange.open(folder) as threads:
        list(threads.values())
    assert len([*descriptors.iterdir()]) == before
