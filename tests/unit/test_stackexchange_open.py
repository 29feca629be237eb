"""Opened dumps of Stack Exchange: the mapping, its index, and the site."""

import gc
import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from qathread import (
    Tally,
    Thread,
    User,
    UserKind,
    formats,
)
from qathread.errors import (
    FormatError,
    NotFoundError,
    ValidationError,
)
from qathread.formats import stackexchange
from qathread.formats.stackexchange import _dump, _indexing
from qathread.formats.stackexchange._tables import TABLES, Table
from qathread.losses import LossReport
from tests.unit._dumps import (
    INDEX,
    ids,
    question,
    read,
    refusal,
    site_of,
    small,
    told,
    vote,
    write,
)

# -- open ------------------------------------------------------------------------


def test_an_opened_dump_is_a_mapping(folder: Path) -> None:
    expected = read(folder)[0]
    with stackexchange.open(folder) as threads:
        assert isinstance(threads, Mapping)
        assert len(threads) == 3
        assert list(threads) == ["1", "4", "6"]
        assert list(threads.keys()) == ["1", "4", "6"]
        assert list(threads.values()) == expected
        assert dict(threads.items()) == dict(threads) == {t.id: t for t in expected}
        assert [threads[id] for id in threads] == expected
        assert threads["4"] == threads[4] == expected[1]
        keys: list[object] = ["4", 4]
        assert all(key in threads for key in keys)
        assert threads.get("4") == expected[1]
        assert threads.get("77") is None
        assert threads.get("x", 5) == 5
        missing: list[object] = ["2", "5", "77", "04", "x", "", "-1", None, 4.0, True]
        for key in [*missing, "9" * 19, "9" * 5_000, "²", b"4", ("4",)]:
            assert key not in threads
            with pytest.raises(NotFoundError):
                threads[key]  # type: ignore[index]
        assert repr(threads) == f"<Threads of {folder}>"
        assert threads.report == LossReport()
    threads.close()  # again


def test_many_threads_and_logs_at_once(folder: Path) -> None:
    expected = read(folder)[0]
    with stackexchange.open(folder) as threads:
        assert list(threads.many()) == expected
        assert list(threads.many(["6", 1, "77"])) == [expected[0], expected[2]]
        assert list(threads.many([])) == []
        with stackexchange.events(folder) as logs:
            assert list(threads.logs()) == list(logs)
        with pytest.raises(ValidationError):
            list(threads.many(["x"]))


def test_the_index_is_built_once(folder: Path) -> None:
    with stackexchange.open(folder) as threads:
        first = dict(threads)
    built = (folder / INDEX).stat()
    for _ in range(2):
        with stackexchange.open(folder) as threads:
            assert dict(threads) == first
    assert (folder / INDEX).stat() == built
    # Reading uses it too, and leaves it as it is.
    assert {thread.id: thread for thread in read(folder)[0]} == first
    assert (folder / INDEX).stat().st_mtime_ns == built.st_mtime_ns
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [INDEX, *(f"{table}.xml" for table in TABLES)]
    )


def test_reading_leaves_no_index(folder: Path, scratch: Path) -> None:
    before = sorted(folder.iterdir())
    with formats.read(folder) as reading:
        list(reading)
        assert len([*scratch.iterdir()]) == 1
    del reading
    gc.collect()
    assert sorted(folder.iterdir()) == before
    assert [*scratch.iterdir()] == []


@pytest.mark.parametrize("table", TABLES)
def test_the_index_is_built_anew_when_a_file_changes(
    folder: Path, table: Table
) -> None:
    with stackexchange.open(folder):
        pass
    built = (folder / INDEX).stat().st_mtime_ns
    path = folder / f"{table}.xml"
    state = path.stat()
    # Of the same size, at another time.
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 1_000_000))
    with stackexchange.open(folder):
        pass
    again = (folder / INDEX).stat().st_mtime_ns
    assert again > built
    path.unlink()
    with stackexchange.open(folder) as threads:
        assert [loss.code for loss in threads.report] == ["missing-table"]
    assert (folder / INDEX).stat().st_mtime_ns > again


def test_a_changed_thread_is_seen(folder: Path) -> None:
    with stackexchange.open(folder) as threads:
        assert threads["1"].question.title == "Why 1?"
    path = folder / "Posts.xml"
    path.write_bytes(path.read_bytes().replace(b'Title="Why 1?"', b'Title="How 1?"'))
    with stackexchange.open(folder) as threads:
        assert threads["1"].question.title == "How 1?"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: b"nonsense" * 1_000,
        lambda data: data[:100],
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b'"format": ', b'"format":-'),
    ],
    ids=["empty", "nonsense", "begun", "half", "other"],
)
def test_what_is_no_whole_index_is_replaced(
    folder: Path, spoil: Callable[[bytes], bytes]
) -> None:
    with stackexchange.open(folder) as threads:
        first = dict(threads)
    index = folder / INDEX
    index.write_bytes(spoil(index.read_bytes()))
    assert {thread.id: thread for thread in read(folder)[0]} == first
    with stackexchange.open(folder) as threads:
        assert dict(threads) == first


def test_damage_is_told_again_when_an_index_is_used(folder: Path) -> None:
    for table in ("Users", "Votes", "Badges", "Posts"):
        path = folder / f"{table}.xml"
        path.write_bytes(path.read_bytes().replace(b"<row ", b"<row =", 1))
    with stackexchange.open(folder) as threads:
        first = threads.report
    assert told(first) == {"skipped syntax": 4}
    built = (folder / INDEX).stat().st_mtime_ns
    with stackexchange.open(folder) as threads:
        assert threads.report == first
    assert (folder / INDEX).stat().st_mtime_ns == built
    _, report = read(folder)
    assert report.losses[: len(first)] == first.losses
    # Strict, it is refused as if there were no index.
    assert refusal(folder).code == "syntax"
    with pytest.raises(FormatError, match="no well-formed XML"):
        stackexchange.open(folder, strict=True)
    assert (folder / INDEX).stat().st_mtime_ns == built


@pytest.mark.parametrize("step", [(os, "replace"), (sqlite3, "connect")])
@pytest.mark.parametrize(
    "error",
    [
        PermissionError(13, "no"),
        OSError(30, "read-only"),
        OSError(28, "full"),
        sqlite3.OperationalError("unable to open database file"),
    ],
    ids=repr,
)
def test_where_no_index_can_be_written_it_is_temporary(
    folder: Path,
    scratch: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: tuple[Any, str],
    error: Exception,
) -> None:
    real = getattr(*step)

    def refuse(path: Path, *others: Any, **options: Any) -> Any:
        if Path(path).parent == folder:
            raise error
        return real(path, *others, **options)

    monkeypatch.setattr(*step, refuse)
    with stackexchange.open(folder) as threads:
        assert len(threads) == 3
        assert len([*scratch.iterdir()]) == 1
    assert [*scratch.iterdir()] == []
    assert sorted(path.stem for path in folder.iterdir()) == sorted(TABLES)


def test_a_folder_may_be_read_only(folder: Path) -> None:
    """The superuser writes an index all the same."""
    folder.chmod(0o555)
    try:
        with stackexchange.open(folder) as threads:
            assert len(threads) == 3
    finally:
        folder.chmod(0o755)


def test_an_unexpected_error_while_building_leaves_nothing(
    folder: Path, scratch: Path
) -> None:
    def fail(chunks: Iterable[bytes]) -> Iterator[bytes]:
        yield from chunks
        raise KeyError("stop")

    with pytest.raises(KeyError):
        stackexchange.open(folder, progress=fail)
    gc.collect()
    assert sorted(path.stem for path in folder.iterdir()) == sorted(TABLES)
    assert [*scratch.iterdir()] == []


KILLED = """
    import os, signal, sys
    from qathread.formats import stackexchange

    def kill(chunks):
        for number, chunk in enumerate(chunks):
            yield chunk
        kill.files += 1
        if kill.files == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
    kill.files = 0
    stackexchange.open(sys.argv[1], progress=kill)
"""


def python(script: str, *arguments: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", textwrap.dedent(script), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


@pytest.mark.parametrize("files", [1, 8])
def test_a_builder_that_is_killed_leaves_no_index(folder: Path, files: int) -> None:
    killed = python(KILLED, str(folder), str(files))
    killed.communicate(timeout=60)
    assert killed.returncode == -9
    assert not (folder / INDEX).exists()
    (left,) = folder.glob("*.part")
    with stackexchange.open(folder) as threads:
        assert len(threads) == 3
    assert left.exists()  # it may be another's
    os.utime(left, (0, 0))
    os.utime(folder / "Tags.xml")
    with stackexchange.open(folder):
        pass
    assert not left.exists()


OPENING = """
    import sys
    from qathread.formats import stackexchange

    print("ready", flush=True)
    sys.stdin.readline()
    with stackexchange.open(sys.argv[1]) as threads:
        print(sorted(threads), [len(thread) for thread in threads.values()])
"""


def test_several_processes_open_a_dump_at_once(folder: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(OPENING), str(folder)]
    several = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    for process in several:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    for process in several:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
    printed = [process.communicate(timeout=60)[0] for process in several]
    assert [process.returncode for process in several] == [0, 0, 0]
    assert set(printed) == {b"['1', '4', '6'] [5, 1, 1]\n"}
    assert [*folder.glob("*.part")] == []


def test_several_threads_open_and_look_up_at_once(folder: Path) -> None:
    expected = read(folder)[0]
    found: list[list[Thread]] = []
    barrier = threading.Barrier(4)

    def look_up() -> None:
        barrier.wait()
        with stackexchange.open(folder) as threads:
            found.append([threads[id] for _ in range(20) for id in ("1", "4", "6")])

    several = [threading.Thread(target=look_up) for _ in range(4)]
    for each in several:
        each.start()
    for each in several:
        each.join()
    assert found == [expected * 20] * 4
    with stackexchange.open(folder) as threads:
        shared: list[Thread] = []
        several = [
            threading.Thread(
                target=lambda: shared.extend(map(threads.__getitem__, "164" * 30))
            )
            for _ in range(3)
        ]
        for each in several:
            each.start()
        for each in several:
            each.join()
    assert len(shared) == 270
    assert {thread.id: thread for thread in shared} == {t.id: t for t in expected}


# -- the site --------------------------------------------------------------------


def test_the_site_is_read_as_it_is_asked_for(folder: Path) -> None:
    with formats.read(folder, "stackexchange") as reading:
        list(reading)
    site = site_of(reading)  # after the reading
    for _ in range(2):
        profiles = list(site.users())
        assert [profile.user.id for profile in profiles] == ["-1", "1", "2"]
        ada = site.user("1")
        assert ada == profiles[1]
        assert ada is not None
        assert ada.user == User(
            id="1",
            name="Ada",
            reputation=101,
            joined_at=datetime(2019, 1, 1, tzinfo=UTC),
        )
        assert (ada.views, ada.up_votes, ada.down_votes) == (3, 2, 1)
        assert ada.seen_at == datetime(2020, 1, 2, 8, tzinfo=UTC)
        software = site.user("-1")
        assert software is not None
        assert software.user.kind is UserKind.SYSTEM
        for unknown in ("77", "x", "", "-", "--1", "²", "9" * 30):
            assert site.user(unknown) is None
        assert [award.user_id for award in site.badges()] == ["1", "-1"]
        award = next(site.badges())
        assert (award.name, award.level, award.of_tag) == ("Teacher", "bronze", False)
        tags = {tag.name: tag for tag in site.tags()}
        assert list(tags) == ["a", "c"]
        page = tags["a"].wiki
        assert page is not None
        assert page == next(site.pages())
        assert (page.id, page.kind, page.author_id) == ("5", "tag wiki", "-1")
        assert page.body.source == "<p>About 5.</p>\n"
        assert tags["c"].required
        assert not tags["a"].required
        for table in TABLES:
            assert [*site.rows(table)] == small()[table]
    assert repr(site) == f"<Site of {folder}: {', '.join(TABLES)}>"
    assert reading.report == LossReport()


def test_the_site_of_a_stream_outlives_it(folder: Path, scratch: Path) -> None:
    data = (folder / "Users.xml").read_bytes()
    with formats.read(BytesIO(data), "stackexchange") as reading:
        assert list(reading) == []
    assert len([*scratch.iterdir()]) == 2  # the table and the index
    site = reading.site
    del reading
    gc.collect()
    assert isinstance(site, stackexchange.Site)
    assert len([*site.users()]) == 3
    del site
    gc.collect()
    assert [*scratch.iterdir()] == []


# -- bounded memory --------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3])
def test_rows_are_put_together_in_any_number_of_waves(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    expected = read(folder)
    with formats.read(folder, "stackexchange") as reading:
        site = site_of(reading)
        loose = {t: [*site.loose(t)] for t in TABLES}
    monkeypatch.setattr(_indexing, "_FLUSH", size)
    monkeypatch.setattr(_dump, "_BATCH", size)
    assert read(folder, strict=True) == expected
    assert ids(folder, questions=["6", "1", "4", "1"]) == ["1", "4", "6"]
    with formats.read(folder, "stackexchange") as reading:
        site = site_of(reading)
        assert {t: [*site.loose(t)] for t in TABLES} == loose
    with stackexchange.open(folder) as threads:
        assert [*threads.values()] == expected[0]


def test_rows_in_any_order_give_the_same(tmp_path: Path) -> None:
    """Rows of one post may stand anywhere in their files."""
    turned = {table: rows[::-1] for table, rows in small().items()}
    one, two = (
        read(write(tmp_path / name, tables), strict=True)
        for name, tables in (("one", small()), ("two", turned))
    )
    assert one == two


def test_a_post_may_have_any_number_of_rows(tmp_path: Path) -> None:
    """Putting them together takes time in proportion."""
    many = 50_000
    tables = {
        "Posts": [question(1, Score=str(many))],
        "Votes": [vote(number, 2) for number in range(1, many + 1)],
    }
    folder = write(tmp_path / "site", tables)
    start = time.process_time()
    with stackexchange.open(folder) as threads:
        assert time.process_time() - start < 8  # squared it would be minutes
        assert threads["1"].tally("1") == Tally(
            post_id="1", up=many, down=0, score=many
        )
